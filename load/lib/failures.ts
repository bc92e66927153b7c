// Why connections and messages failed, by words that are metrics' tags, too: what a table of a result shows. k6 hands on only tags
// that are named before the run, so the words are a list.
import { CLOSE, type ErrorCode } from "../../src/protocol/messages.ts";

/** Every code of a refused frame; the compiler asks for those that are missing. */
const REFUSALS: Readonly<Record<ErrorCode, true>> = {
  "bad-frame": true,
  "frame-too-large": true,
  "name-too-long": true,
  "message-too-long": true,
  "message-empty": true,
  "rate-limited": true,
  busy: true,
  "out-of-order": true,
  "room-full": true,
  "too-many-sockets": true,
};
/** Close codes of WebSocket itself. */
const CLOSES = [1001, 1002, 1003, 1005, 1006, 1008, 1011, 1012, 1013];

/** Without commas and colons, which k6 takes for its own in a sub-metric's name. HTTP statuses of refused handshakes, errnos of connections, close codes, and codes of refused frames. */
export const FAILURES = [
  ...[400, 401, 403, 404, 405, 409, 410, 426, 429, 500, 502, 503, 504].map((status) => `status ${status}`),
  "handshake refused",
  ...["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "EHOSTUNREACH", "EPIPE", "EMFILE"],
  "connection failed",
  "no answer",
  ...[...CLOSES, ...Object.values(CLOSE).filter((code) => code !== CLOSE.normal)].map(
    (code) => `close ${code}`,
  ),
  "another close",
  ...(Object.keys(REFUSALS) as ErrorCode[]),
  "another refusal",
] as const;
export type FailureName = (typeof FAILURES)[number];

/** `first`: when the first one was, in epoch ms. */
export interface Failures {
  readonly why: string;
  readonly count: number;
  readonly first: number;
}

/** What Node says, and what Go says, from which k6 has it. */
const WORDS: readonly (readonly [RegExp, FailureName])[] = [
  [/ECONNREFUSED|connection refused/, "ECONNREFUSED"],
  [/ECONNRESET|reset by peer/, "ECONNRESET"],
  [/ENOTFOUND|no such host/, "ENOTFOUND"],
  [/EAI_AGAIN|temporary failure in name/i, "EAI_AGAIN"],
  [/no answer/, "no answer"],
  [/ETIMEDOUT|i\/o timeout|timed out/, "ETIMEDOUT"],
  [/EHOSTUNREACH|no route to host/, "EHOSTUNREACH"],
  [/EPIPE|broken pipe/, "EPIPE"],
  [/EMFILE|too many open files/, "EMFILE"],
  [/handshake/, "handshake refused"],
];

const known = (name: string, other: FailureName): FailureName =>
  FAILURES.find((failure) => failure === name) ?? other;

/** Of a connection's error, as an engine words it. */
export const failureOfError = (error: string): FailureName =>
  WORDS.find(([words]) => words.test(error))?.[1] ?? "connection failed";

export const failureOfClose = (code: number | undefined): FailureName =>
  code === undefined ? "ECONNRESET" : known(`close ${code}`, "another close");

export const failureOfRefusal = (code: string): FailureName => known(code, "another refusal");

/** Of a refused handshake's HTTP status. */
export const failureOfStatus = (status: number): FailureName =>
  known(`status ${status}`, "handshake refused");

/** Statuses that are named. */
export const STATUSES: readonly number[] = FAILURES.flatMap((name) => {
  const status = /^status (\d+)$/.exec(name)?.[1];
  return status === undefined ? [] : [Number(status)];
});

/** The tables of two instances as one. */
export function mergeFailures(a: readonly Failures[], b: readonly Failures[]): Failures[] {
  const merged = new Map(a.map((row) => [row.why, row]));
  for (const row of b) {
    const { count, first } = merged.get(row.why) ?? { count: 0, first: Infinity };
    merged.set(row.why, { why: row.why, count: count + row.count, first: Math.min(first, row.first) });
  }
  return [...merged.values()].toSorted((one, two) => two.count - one.count);
}
