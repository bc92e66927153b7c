// Close codes: which a peer may send, by RFC 6455, section 7.4 and IANA's list, and how k6 words them.

export const isCloseCode = (code: number): boolean =>
  (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);

/** Of the WebSocket library that k6 uses. */
const WORDS: Readonly<Record<number, string>> = {
  1002: " (protocol error)",
  1003: " (unsupported data)",
  1005: " (no status)",
  1006: " (abnormal closure)",
  1007: " (invalid payload data)",
  1008: " (policy violation)",
  1009: " (message too big)",
  1010: " (mandatory extension missing)",
  1011: " (internal server error)",
};

/** What error listeners are told of a close; null for the two codes that are no error in k6. */
export const closeError = (code: number, reason: string): string | null =>
  code === 1000 || code === 1001
    ? null
    : `websocket: close ${code}${WORDS[code] ?? ""}${reason === "" ? "" : `: ${reason}`}`;
