/** [K19] k6's, and fixed: a script that wants less arms a timer of its own. */
export const HANDSHAKE_MS = 60_000;
