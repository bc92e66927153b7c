// [K10] The arguments of `new WebSocket`, as k6 takes and refuses them.
import { URL } from "node:url";

interface Params {
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export function readUrl(given: unknown): string {
  if (given === undefined || given === null) throw new Error("WebSocket requires a url");
  const text = typeof given === "string" ? given : JSON.stringify(given);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw new Error(`WebSocket requires valid url, but got "${text}"`);
  if (url.protocol !== "ws:" && url.protocol !== "wss:") {
    throw new Error(`WebSocket requires url with scheme ws or wss, but got "${url.protocol.slice(0, -1)}"`);
  }
  if (url.hash !== "") throw new Error(`WebSocket requires no url fragment, but got "${url.hash}"`);
  return text;
}

export function readParams(given: unknown): Params {
  let headers: Record<string, string> = {};
  let tags: Record<string, string> = {};
  for (const [key, value] of Object.entries(given ?? {})) {
    if (key === "headers") headers = texts(value);
    else if (key === "tags") tags = texts(value);
    else if (key === "jar" || key === "compression") {
      throw new Error(`WebSocket's ${key} is not supported by the host; run it with k6.`);
    } else throw new Error(`unknown WebSocket's option ${key}`);
  }
  return { headers, tags };
}

/** Values as text. A line break in a header would be another header. */
function texts(given: unknown): Record<string, string> {
  const entries = Object.entries(given ?? {}).map(([key, value]) => [key, String(value)] as const);
  const broken = entries.find(([, value]) => /[\r\n]/.test(value));
  if (broken !== undefined) throw new Error(`invalid header field value for ${broken[0]}`);
  return Object.fromEntries(entries);
}
