// The stamp that a load message carries as its text: who sent it, which one it is, and when. Made to be found and read in
// a frame's raw text, because a receiver of 1,000,000 messages a second cannot parse its frames.
import { MAX_MESSAGE_LENGTH } from "../../src/protocol/limits.ts";

/** Opens a stamp. Nothing else in a frame of a load run has it, and JSON escapes none of a stamp. */
export const STAMP = "<~";
const END = ">";
/** What fills a message up to its size. Each message begins at another place of it, so that no two are alike. */
const FILLING = "the-quick-brown-fox-jumps-over-the-lazy-dog_".repeat(8);
const PLACES = 44;
/** A stamp alone is at most so long: kind, five base-36 numbers, signs. */
export const MIN_SIZE = 64;
export const MAX_SIZE = MAX_MESSAGE_LENGTH;

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
}

export type Reading =
  | { readonly ok: true; readonly stamp: Stamp; readonly end: number }
  | { readonly ok: false; readonly end: number };

/** A message's text, exactly `size` UTF-16 units of ASCII (MIN_SIZE to MAX_SIZE). */
export function writeStamp({ kind, sender, n, refused, intended, actual }: Stamp, size: number): string {
  const due = Math.round(intended * 1_000);
  const late = Math.max(0, Math.round(actual * 1_000) - due);
  const fields = `${kind === "last" ? "z" : "m"}.${[sender, n, refused, due, late].map(to36).join(".")}`;
  const head = `${STAMP}${fields}.${to36(hash(fields))}${END}`;
  const from = n % PLACES;
  return head + FILLING.slice(from, from + size - head.length);
}

/**
 * Reads the stamp that begins at `at` of a frame's text, up to the quote that ends it. Not ok where any unit of it is
 * not what was written, the filling and the length included. `end` is where to look on.
 */
export function readStamp(text: string, at: number, size: number): Reading {
  const headEnd = text.indexOf(END, at);
  const end = at + size;
  if (headEnd < 0 || headEnd >= end || !text.startsWith(STAMP, at))
    return { ok: false, end: at + STAMP.length };
  const fields = text.slice(at + STAMP.length, headEnd).split(".");
  const stamp = fromFields(fields);
  if (stamp === null) return { ok: false, end: headEnd };
  const from = stamp.n % PLACES;
  const filling = FILLING.slice(from, from + end - headEnd - 1);
  const isWhole = text.startsWith(`${filling}"`, headEnd + 1);
  return isWhole ? { ok: true, stamp, end } : { ok: false, end: headEnd };
}

function fromFields(fields: readonly string[]): Stamp | null {
  const [kind = "", sender = "", n = "", refused = "", due = "", late = "", check = "", ...more] = fields;
  if (more.length > 0 || (kind !== "m" && kind !== "z")) return null;
  if (to36(hash(`${kind}.${sender}.${n}.${refused}.${due}.${late}`)) !== check) return null;
  const intended = Number.parseInt(due, 36);
  return {
    kind: kind === "z" ? "last" : "message",
    sender: Number.parseInt(sender, 36),
    n: Number.parseInt(n, 36),
    refused: Number.parseInt(refused, 36),
    intended: intended / 1_000,
    actual: (intended + Number.parseInt(late, 36)) / 1_000,
  };
}

const to36 = (value: number): string => value.toString(36);

/** FNV-1a over the units: each step is a bijection, so that one changed unit always changes it. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
