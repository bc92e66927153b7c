// What stands at each place of a room's logs, put together from what everybody saw.
import type { Seen } from "./history.ts";

export interface Place {
  readonly epoch: string;
  readonly seq: number;
  readonly seen: Seen;
}

export class Places {
  private readonly byPlace = new Map<string, Place>();
  /** Classic clients know a message's timestamp, not its place. */
  private readonly byTimestamp = new Map<string, Place>();
  private readonly byText = new Map<string, Place>();
  private readonly texts = new Set<string>();
  private readonly onConflict: (what: string) => void;

  /** `onConflict` hears of every place that two people saw differently. */
  constructor(onConflict: (what: string) => void) {
    this.onConflict = onConflict;
  }

  /** Notes what somebody saw; without a seq there is no place to note. */
  add(epoch: string, seen: Seen): void {
    const { seq, message, name, timestamp } = seen;
    if (seq === null) return;
    const key = JSON.stringify([epoch, seq]);
    const known = this.byPlace.get(key)?.seen;
    if (known === undefined) {
      const place = { epoch, seq, seen };
      this.byPlace.set(key, place);
      this.byTimestamp.set(JSON.stringify([timestamp, message]), place);
      this.byText.set(JSON.stringify([epoch, message]), place);
      this.texts.add(message);
    } else if (known.name !== name || known.message !== message || known.timestamp !== timestamp) {
      this.onConflict(
        `seq ${seq} is "${known.message}" by ${known.name} at ${known.timestamp} to one, ` +
          `and "${message}" by ${name} at ${timestamp} to another`,
      );
    }
  }

  /** Where a message stands; null for a classic client's that nobody else saw. */
  find(epoch: string, seen: Seen): Place | null {
    if (seen.seq !== null) return { epoch, seq: seen.seq, seen };
    return this.byTimestamp.get(JSON.stringify([seen.timestamp, seen.message])) ?? null;
  }

  /** The place of a text in a log; null if nobody saw it there. */
  seqOf(epoch: string, message: string): number | null {
    return this.byText.get(JSON.stringify([epoch, message]))?.seq ?? null;
  }

  hasText(message: string): boolean {
    return this.texts.has(message);
  }

  /** Whether nobody saw what stood at some place of a log, up to this seq. */
  hasUnseen(epoch: string, through: number): boolean {
    for (let seq = 1; seq <= through; seq++) if (!this.byPlace.has(JSON.stringify([epoch, seq]))) return true;
    return false;
  }

  inOrder(): Place[] {
    return [...this.byPlace.values()].toSorted((a, b) => a.seq - b.seq);
  }
}
