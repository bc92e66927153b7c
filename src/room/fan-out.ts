// When the room speaks: what is admitted leaves in flushes, one at a time. Pure; the room says what a flush holds.
import { elapsed } from "../rate-limit/gcra.ts";
import type { Share } from "./effects.ts";

/** Messages in one flush: what is more leaves with the next one, so that no write and no frame is unbounded. */
export const MAX_FLUSH_MESSAGES = 1_000;
/** Units of text in one flush, but for its first message. */
export const MAX_FLUSH_LENGTH = 131_072;
/** Admitted messages that wait for a flush; one more is refused as busy. */
export const MAX_PENDING = 10_000;
/** Units of text in them: as many as they have where all are as long as a classic client's may be. */
export const MAX_PENDING_LENGTH = 2_560_000;

/**
 * Milliseconds between the end of a flush and the next one in a busy room. A frame costs some 15 microseconds, so up to 1,000
 * members a flush takes half as long as the window behind it. In a larger room the flush itself is what people wait for.
 */
export const windowMs = (members: number): number => Math.min(30, Math.max(5, Math.ceil(0.03 * members)));

/** Milliseconds in which joins and quits are gathered where no message leaves: a storm of them costs a tenth of a core. */
export const presenceWindowMs = (members: number): number =>
  Math.min(2_000, Math.max(100, Math.ceil(0.2 * members)));

/** What waits to leave, besides the number of members. */
export interface Wants {
  /** Messages, or notices to classic members. */
  readonly isUrgent: boolean;
  readonly isPresence: boolean;
}

/** Decides when the next flush begins. Instants are of the room's clock, in ms. */
export class Pace {
  private isUnderWay = false;
  private endedAt = -Infinity;
  private presenceSince: number | null = null;

  /** Whether a flush was begun and is not drained. */
  get isFlushing(): boolean {
    return this.isUnderWay;
  }

  /**
   * Milliseconds until a flush is due, 0 for now; null where nothing waits, or one is under way. In a quiet room it is
   * due at once.
   */
  waitFor({ isUrgent, isPresence }: Wants, members: number, now: number): number | null {
    // The clock went back: a window is short, it counts as over. A room that slept meanwhile knows of none either (D9).
    if (now < this.endedAt) this.endedAt = -Infinity;
    // Nobody is left to be told.
    if (!isPresence) this.presenceSince = null;
    if (this.isUnderWay || !(isUrgent || isPresence)) return null;
    const window = Math.max(0, windowMs(members) - elapsed(this.endedAt, now));
    const gathering = isPresence ? this.gathering(members, now) : 0;
    return isUrgent ? window : Math.max(window, gathering);
  }

  /** Whether joins and quits have been gathered for long enough to leave without a message. */
  isPresenceDue(members: number, now: number): boolean {
    return this.gathering(members, now) === 0;
  }

  /** Milliseconds until then. */
  private gathering(members: number, now: number): number {
    this.presenceSince = Math.min(this.presenceSince ?? now, now);
    return Math.max(0, presenceWindowMs(members) - elapsed(this.presenceSince, now));
  }

  /** `hasPresence`: what was gathered leaves with it. */
  begin(hasPresence: boolean): void {
    this.isUnderWay = true;
    if (hasPresence) this.presenceSince = null;
  }

  /** The flush is committed, and written to every socket. `isBusy`: something has come meanwhile, and waits. */
  end(now: number, isBusy: boolean): void {
    this.isUnderWay = false;
    // In a quiet room there is no window, and so no timer: people hear each other also where timers stand still.
    this.endedAt = isBusy ? now : -Infinity;
  }
}

/** Cuts what is to be sent into slices, each for at most `size` connections in all. */
export function slices(shares: readonly Share[], size: number): Share[][] {
  const slices: Share[][] = [];
  let free = 0;
  for (const { to, frames } of shares) {
    for (let from = 0; from < to.length;) {
      if (free === 0) {
        slices.push([]);
        free = size;
      }
      const some = to.slice(from, from + free);
      slices.at(-1)?.push({ to: some, frames });
      from += some.length;
      free -= some.length;
    }
  }
  return slices;
}
