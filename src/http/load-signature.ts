// The signature of a load token: HMAC-SHA-256 by WebCrypto, in the Worker and in `npm run load:token` alike.

const ALGORITHM = { name: "HMAC", hash: "SHA-256" };

/** Signs a payload: 43 units of base64url. */
export async function signLoad(secret: string, payload: string): Promise<string> {
  const bytes = await crypto.subtle.sign(ALGORITHM, await keyOf(secret, "sign"), signed(payload));
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
}

/** Whether a signature, as `parseLoadToken` read it, is of this payload; in a time that says nothing about how wrong it is. */
export async function isSignedLoad(secret: string, payload: string, signature: string): Promise<boolean> {
  const text = atob(signature.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
  return crypto.subtle.verify(ALGORITHM, await keyOf(secret, "verify"), bytes, signed(payload));
}

// Their types are left to the compiler: the Worker's and Node's names for a key differ.
const keyOf = (secret: string, use: "sign" | "verify") =>
  crypto.subtle.importKey("raw", new TextEncoder().encode(secret), ALGORITHM, false, [use]);

/** With a prefix, so that it is no signature of anything else. */
const signed = (payload: string) => new TextEncoder().encode(`edge-chat load-token\n${payload}`);
