// Joins and quits for delivery clients, gathered for a moment so that a storm of them costs one frame.
import { encodePresence } from "../protocol/codec.ts";
import type { Member } from "../protocol/messages.ts";

/** Two arrivals within it travel together. People do not notice it. */
export const PRESENCE_WINDOW_MS = 100;

export class PresenceQueue {
  private joined = new Map<string, Member>();
  private left = new Set<string>();
  private waiting = false;
  private countsOnly = false;
  private readonly rosterMax: number;

  constructor(rosterMax: number) {
    this.rosterMax = rosterMax;
  }

  /** `count` is the members that a waking room finds: what they were told last was up to date. */
  revived(count: number): void {
    this.countsOnly = count > this.rosterMax;
  }

  /** Everybody is gone at once. A flush that was ordered still comes. */
  clear(): void {
    this.joined.clear();
    this.left.clear();
    this.countsOnly = false;
  }

  get isEmpty(): boolean {
    return !this.waiting;
  }

  /**
   * A change, with the `count` of members after it. True if a flush has to be ordered: none is under way. Whoever is
   * welcomed above the bound gets no roster: the room owes it one, although the count may fall again before the flush.
   */
  add(change: { readonly joined: Member } | { readonly left: string }, count: number): boolean {
    if (count > this.rosterMax) this.countsOnly = true;
    if ("joined" in change) {
      this.joined.set(change.joined.connection, change.joined);
    } else {
      // Not cancelled against the join: whoever was welcomed between the two has to hear of the quit (D8).
      this.joined.delete(change.left);
      this.left.add(change.left);
    }
    const first = !this.waiting;
    this.waiting = true;
    return first;
  }

  /** The frame that brings every roster up to date. `members` are those here now. */
  take(members: readonly Member[]): string {
    const change = { joined: [...this.joined.values()], left: [...this.left] };
    const count = members.length;
    const wasCountsOnly = this.countsOnly;
    this.countsOnly = count > this.rosterMax;
    this.joined = new Map();
    this.left = new Set();
    this.waiting = false;
    if (this.countsOnly) return encodePresence({ count });
    return encodePresence(wasCountsOnly ? { count, roster: members } : { count, ...change });
  }
}
