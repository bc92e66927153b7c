// Which pages may talk to this Worker from a browser. Scripts send no Origin and are allowed: they could forge one.

/**
 * Whether a request may come in: it has no Origin, or the Worker's `own`, or one that `allowed` lists (comma
 * separated, scheme and host, e.g. "https://chat.example"; "*" for any).
 */
export function isOriginAllowed(origin: string | null, own: string, allowed: string): boolean {
  if (origin === null || origin === own) return true;
  return allowed
    .split(",")
    .map((entry) => entry.trim())
    .some((entry) => entry === "*" || entry === origin);
}
