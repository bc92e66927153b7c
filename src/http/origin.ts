// Which pages may talk to this Worker from a browser. Scripts send no Origin and are allowed: they could forge one.

const ANY = "*";

/**
 * The origins that `ALLOWED_ORIGINS` lists: comma separated, in any spelling of scheme, host and port; "*" is any. Throws an
 * Error that names the first entry which is none.
 */
export function parseOrigins(allowed: string): ReadonlySet<string> {
  const entries = allowed.split(",").map((entry) => entry.trim());
  return new Set(entries.filter((entry) => entry !== "").map(parseOrigin));
}

function parseOrigin(entry: string): string {
  if (entry === ANY) return ANY;
  const url = URL.canParse(entry) ? new URL(entry) : null;
  // A path or a user's name is in no origin that a browser says, and a star stands for nothing within one.
  const isOrigin =
    url !== null && ["http:", "https:"].includes(url.protocol) && url.href === `${url.origin}/`;
  if (isOrigin && !entry.includes(ANY)) return url.origin;
  throw new Error(
    `ALLOWED_ORIGINS lists ${entry}; list origins such as https://chat.example, or "*" for any.`,
  );
}

/** Whether a request may come in: it has no Origin, or the Worker's `own`, or one that is listed. */
export function isOriginAllowed(origin: string | null, own: string, listed: ReadonlySet<string>): boolean {
  if (origin === null || listed.has(ANY)) return true;
  // "null", of a sandboxed frame or a file, is no URL, and no origin that could be listed.
  const asked = URL.canParse(origin) ? new URL(origin).origin : "";
  return asked === own || listed.has(asked);
}
