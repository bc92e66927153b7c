// What a member heard and in which order, as one number: a sender says its own with its last words, and each receiver compares, in
// whatever virtual user and on whatever machine it is. Constant work a frame.
import type { Stamp } from "./stamps.ts";

/** A part of what was heard: appended by `digest * factor + this.digest`, so that one reading of a frame serves all members. */
export interface Passage {
  readonly digest: number;
  readonly factor: number;
}

const BASE = 31;
const PRIME = 0x01000193;

const mix = (value: number, by: number): number => Math.imul(value ^ by, PRIME);

/** Messages one after the other: who said each, and which one it is. Last words, and what is no stamp of ours, are none. */
export function passageOf(stamps: readonly (Stamp | null)[]): Passage {
  let [digest, factor] = [0, 1];
  for (const stamp of stamps) {
    if (stamp === null || stamp.kind === "last") continue;
    const mark = mix(mix(mix(PRIME, stamp.sender), stamp.n), Math.round(stamp.intended * 1_000));
    digest = (Math.imul(digest, BASE) + mark) | 0;
    factor = Math.imul(factor, BASE);
  }
  return { digest, factor };
}

export class Transcript {
  private value = 0;
  private isWhole = true;

  /** Of all that was heard from the first message on, not negative; null where something of it is not known. */
  get digest(): number | null {
    return this.isWhole ? this.value >>> 0 : null;
  }

  add({ digest, factor }: Passage): void {
    this.value = (Math.imul(this.value, factor) + digest) | 0;
  }

  /** Something was missing, doubled or out of order, which is counted as that: what follows cannot be compared. */
  tear(): void {
    this.isWhole = false;
  }
}
