// The stamp that a load message carries as its text: who sent it, which one it is, and when. Made to be found and read in
// a frame's raw text, because a receiver of 1,000,000 messages a second cannot parse its frames.
import { MAX_CLASSIC_MESSAGE_LENGTH } from "../../src/protocol/limits.ts";

/** Opens a stamp. Nothing else in a frame of a load run has it, and JSON escapes none of a stamp. */
export const STAMP = "<~";
const END = ">";
const KINDS = { message: "m", last: "z" } as const;
/** How the text of a sender's last words begins. */
export const LAST_WORDS = `${STAMP}${KINDS.last}`;
/** What fills a message up to its size. Each message begins at another place of it, so that no two are alike. */
const FILLING = "the-quick-brown-fox-jumps-over-the-lazy-dog_".repeat(8);
const PLACES = 44;
/** A stamp alone is at most so long: kind, six base-36 numbers and a check, signs. */
export const MIN_SIZE = 64;
export const MAX_SIZE = MAX_CLASSIC_MESSAGE_LENGTH;

export interface Stamp {
  /** `last`: this sender sends no more; `n` is how many it has sent, and `refused` how many of them were refused. */
  readonly kind: "message" | "last";
  /** Of all rooms; see pacing.ts. */
  readonly sender: number;
  /** From 0, by one a message of this sender. */
  readonly n: number;
  readonly refused: number;
  /** Epoch ms with three decimals: when it was due, and when it was sent. */
  readonly intended: number;
  readonly actual: number;
  /** Of last words: what this sender heard (transcript.ts), where it heard all. */
  readonly digest?: number;
}

/** A message's text, exactly `size` UTF-16 units of ASCII (MIN_SIZE to MAX_SIZE). */
export function writeStamp(stamp: Stamp, size: number): string {
  const { kind, sender, n, refused, intended, actual, digest } = stamp;
  const due = Math.round(intended * 1_000);
  const late = Math.max(0, Math.round(actual * 1_000) - due);
  const numbers = [sender, n, refused, due, late, ...(digest === undefined ? [] : [digest])];
  const fields = `${KINDS[kind]}.${numbers.map(to36).join(".")}`;
  const head = `${STAMP}${fields}.${to36(hash(fields))}${END}`;
  const from = n % PLACES;
  return head + FILLING.slice(from, from + size - head.length);
}

/**
 * Reads the stamp that begins at `at` of a frame's text, up to the quote that ends it. null where any unit of it is
 * not what was written, the filling and the length included.
 */
export function readStamp(text: string, at: number, size: number): Stamp | null {
  const headEnd = text.indexOf(END, at);
  const end = at + size;
  if (headEnd < 0 || headEnd >= end || !text.startsWith(STAMP, at)) return null;
  const stamp = readHead(text, at + STAMP.length, headEnd);
  if (stamp === null) return null;
  const from = stamp.n % PLACES;
  const filling = FILLING.slice(from, from + end - headEnd - 1);
  const isWhole = text.startsWith(filling, headEnd + 1) && text[end] === '"';
  return isWhole ? stamp : null;
}

/** What stands between the signs of a stamp; null where its check says that it is not what was written. */
function readHead(text: string, from: number, end: number): Stamp | null {
  const checkAt = text.lastIndexOf(".", end) + 1;
  const check = from36(text, checkAt, end);
  if (check !== hash(text, from, checkAt - 1)) return null;
  const kind = text[from] === KINDS.last ? "last" : "message";
  // The check covers them: they are the five or six numbers that were written.
  const numbers: number[] = [];
  for (let at = from + 2; at < checkAt;) {
    const dot = text.indexOf(".", at);
    numbers.push(from36(text, at, dot));
    at = dot + 1;
  }
  const [sender = 0, n = 0, refused = 0, due = 0, late = 0, digest] = numbers;
  const stamp = { kind, sender, n, refused, intended: due / 1_000, actual: (due + late) / 1_000 } as const;
  return digest === undefined ? stamp : { ...stamp, digest };
}

/** The number that `to36` wrote there; NaN where it did not. */
function from36(text: string, from: number, end: number): number {
  let value = from < end ? 0 : Number.NaN;
  for (let at = from; at < end; at += 1) value = value * 36 + digitOf(text.charCodeAt(at));
  return value;
}

function digitOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  return code >= 97 && code <= 122 ? code - 87 : Number.NaN;
}

const to36 = (value: number): string => value.toString(36);

/** FNV-1a over the units: each step is a bijection, so that one changed unit always changes it. */
function hash(text: string, from = 0, end = text.length): number {
  let value = 0x811c9dc5;
  for (let at = from; at < end; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}
