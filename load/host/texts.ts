// Bytes as text. A room sends the same bytes to each of its members: they become a string once, and for the others it is enough to
// see that they are the same. That is most of what a generator of many members costs, in time and in garbage.
import { Buffer } from "node:buffer";

interface Known {
  readonly bytes: Buffer;
  readonly text: string;
}

const SLOTS = 512;
/** What is shorter is made sooner than looked up; what is longer would keep too much memory. */
const [LEAST, MOST] = [64, 262_144];

export class Texts {
  private readonly known: (Known | undefined)[] = Array.from({ length: SLOTS }, () => undefined);

  /** The text of these bytes, which may be overwritten after the call. */
  of(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length < LEAST || length > MOST) return bytes.toString("utf8", start, end);
    const slot = slotOf(bytes, start, end);
    const known = this.known[slot];
    if (
      known !== undefined &&
      known.bytes.length === length &&
      bytes.compare(known.bytes, 0, length, start, end) === 0
    )
      return known.text;
    const text = bytes.toString("utf8", start, end);
    this.known[slot] = { bytes: Buffer.from(bytes.subarray(start, end)), text };
    return text;
  }
}

/** From the length, and from where a room's frames differ: seqs stand at the beginning, timestamps and counters at the end. */
function slotOf(bytes: Buffer, start: number, end: number): number {
  let hash = end - start;
  for (let i = 10; i < 16; i += 1) hash = Math.imul(hash ^ (bytes[start + i] ?? 0), 0x01000193);
  for (let i = 2; i < 8; i += 1) hash = Math.imul(hash ^ (bytes[end - i] ?? 0), 0x01000193);
  return (hash >>> 16) % SLOTS;
}
