// Bytes as text. A room sends the same bytes to each of its members: they become a string once, and for the others it is enough to
// see that they are the same. That is most of what a generator of many members costs, in time and in garbage.
import { Buffer, isUtf8 } from "node:buffer";

interface Known {
  readonly bytes: Buffer;
  readonly text: string;
}

const SLOTS = 512;
/** What is shorter is made sooner than looked up; what is longer would keep too much memory. */
const [LEAST, MOST] = [64, 262_144];

export class Texts {
  private readonly known: (Known | undefined)[] = Array.from({ length: SLOTS }, () => undefined);

  /** The text of these bytes, which may be overwritten after the call; null where they are no UTF-8. */
  of(bytes: Buffer, start: number, end: number): string | null {
    const length = end - start;
    if (length < LEAST || length > MOST) return textOf(bytes, start, end);
    const slot = slotOf(bytes, start, end);
    const known = this.known[slot];
    if (
      known !== undefined &&
      known.bytes.length === length &&
      bytes.compare(known.bytes, 0, length, start, end) === 0
    )
      return known.text;
    const text = textOf(bytes, start, end);
    if (text !== null) this.known[slot] = { bytes: Buffer.from(bytes.subarray(start, end)), text };
    return text;
  }
}

/** Null where the bytes are no UTF-8. Decoding puts U+FFFD there: a text without one needs no second look at its bytes. */
export function textOf(bytes: Buffer, start: number, end: number): string | null {
  const text = bytes.toString("utf8", start, end);
  return text.includes("\uFFFD") && !isUtf8(bytes.subarray(start, end)) ? null : text;
}

/** From the length, and from where a room's frames differ: seqs stand at the beginning, timestamps and counters at the end. */
function slotOf(bytes: Buffer, start: number, end: number): number {
  let hash = end - start;
  for (let i = 10; i < 16; i += 1) hash = Math.imul(hash ^ (bytes[start + i] ?? 0), 0x01000193);
  for (let i = 2; i < 8; i += 1) hash = Math.imul(hash ^ (bytes[end - i] ?? 0), 0x01000193);
  return (hash >>> 16) % SLOTS;
}
