// Whether a room tells that somebody types: a word in passing to the others, which is never written, kept or answered. Whom it is
// told to, membership.ts knows.
import { type Debt, attempt } from "../rate-limit/gcra.ts";

/** Above so many members nobody is told: it would be noise, and a frame for each of them. */
export const MAX_TYPING_MEMBERS = 20;
/** Of one connection it is told once in so many milliseconds. */
export const TYPING_PERIOD_MS = 3_000;

const ONCE = { periodMs: TYPING_PERIOD_MS, burst: 1 };

/** Whether it may be told now that somebody types, and what telling has cost then. */
export function tell(told: Debt, now: number): { readonly may: boolean; readonly told: Debt } {
  const { waitMs, left } = attempt(ONCE, told, now);
  return { may: waitMs === 0, told: left };
}
