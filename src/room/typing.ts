// Whether a room tells that somebody types: a word in passing to the others, which is never written, kept or answered. Whom it is
// told to, membership.ts knows.
import { elapsed, remaining, spend, waitOf } from "../rate-limit/gcra.ts";

/** Above so many members nobody is told: it would be noise, and a frame for each of them. */
export const MAX_TYPING_MEMBERS = 20;
/** Of one connection it is told once in so many milliseconds. */
export const TYPING_PERIOD_MS = 3_000;

const ONCE = { periodMs: TYPING_PERIOD_MS, burst: 1 };

/** What telling of a connection has cost, as of the instant `at`. */
export interface Told {
  readonly debt: number;
  readonly at: number;
}

export const NEVER_TOLD: Told = { debt: 0, at: 0 };

/** Whether it may be told now that somebody types, and what telling has cost then. A clock that went back makes nobody wait longer. */
export function tell({ debt, at }: Told, now: number): { readonly may: boolean; readonly told: Told } {
  const owed = remaining(debt, elapsed(at, now));
  const may = waitOf(ONCE, owed) === 0;
  return { may, told: { debt: may ? spend(ONCE, owed) : owed, at: now } };
}
