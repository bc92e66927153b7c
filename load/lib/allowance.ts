// How many messages of one identity law L1 allows, and how many there were, seen from outside. See SPEC.md, section 5.
import type { Policy } from "../../src/rate-limit/gcra.ts";

/** A message that the room accepted: when it left, and when its answer was here, in ms of one clock. */
export interface Accepted {
  readonly sent: number;
  readonly answered: number;
}

/** Messages of one identity that all rooms together accept at most in a window of so many ms, where no call fails. */
export function mostIn({ periodMs, burst }: Policy, windowMs: number): number {
  return burst + Math.floor(windowMs / periodMs);
}

/**
 * By how many the worst window was over the limit; 0 where law L1 held. The room accepted each message some time between its two
 * instants, so a window from one's sending to another's answer holds all that lie between, and is never too short.
 */
export function overLimit(policy: Policy, accepted: readonly Accepted[]): number {
  const bySent = accepted.toSorted((a, b) => a.sent - b.sent);
  const byAnswer = accepted.toSorted((a, b) => a.answered - b.answered);
  let worst = 0;
  for (const { sent } of bySent) {
    let inside = 0;
    for (const message of byAnswer) {
      if (message.sent < sent) continue;
      inside += 1;
      worst = Math.max(worst, inside - mostIn(policy, message.answered - sent));
    }
  }
  return worst;
}
