// Joins and quits for delivery clients, gathered for a moment so that a storm of them costs one frame.
import type { Member, Presence } from "../protocol/messages.ts";

export class PresenceQueue {
  private joined = new Map<string, Member>();
  private left = new Set<string>();
  private waiting = false;
  private countsOnly = false;
  private readonly rosterMax: number;

  constructor(rosterMax: number) {
    this.rosterMax = rosterMax;
  }

  /** A waking room: whether the members were told last that there are too many to name. */
  revived(countsOnly: boolean): void {
    this.countsOnly = countsOnly;
  }

  /** Somebody left of whom nothing is known: no change says it, who is here does. */
  tellAll(): void {
    this.countsOnly = true;
    this.waiting = true;
  }

  /** Everybody is gone at once. */
  clear(): void {
    this.joined.clear();
    this.left.clear();
    this.waiting = false;
    this.countsOnly = false;
  }

  get isEmpty(): boolean {
    return !this.waiting;
  }

  /**
   * A change, with the `count` of members after it. A member that is welcomed above the bound gets no roster: the room
   * owes it one, although the count may fall again before the flush.
   */
  add(change: { readonly joined: Member } | { readonly left: string }, count: number): void {
    if (count > this.rosterMax) this.countsOnly = true;
    if ("joined" in change) {
      this.joined.set(change.joined.connection, change.joined);
    } else {
      // Not cancelled against the join: a member that was welcomed between the two has to hear of the quit (D8).
      this.joined.delete(change.left);
      this.left.add(change.left);
    }
    this.waiting = true;
  }

  /** What brings every roster up to date. `count` is how many are here now, `members` who they are. */
  take(count: number, members: () => readonly Member[]): Presence {
    const change = { joined: [...this.joined.values()], left: [...this.left] };
    const wasCountsOnly = this.countsOnly;
    this.countsOnly = count > this.rosterMax;
    this.joined = new Map();
    this.left = new Set();
    this.waiting = false;
    if (this.countsOnly) return { count };
    return wasCountsOnly ? { count, roster: members() } : { count, ...change };
  }
}
