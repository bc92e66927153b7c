// The whole rate limit algorithm: GCRA as a leaky bucket (ITU-T I.371, annex A) over integers. A debt is a length of time
// in milliseconds, never an instant, so that it can travel between clocks. Decides; keeps and measures nothing.

/** `periodMs` is T, the milliseconds an action costs; `burst` is B, the actions that may come at once. */
export interface Policy {
  readonly periodMs: number;
  readonly burst: number;
}

/** Milliseconds from one reading of a clock to a later one. A clock that went back shows that no time has passed (L5). */
export const elapsed = (from: number, to: number): number => Math.max(0, to - from);

/** What is left of a debt after so many milliseconds. */
export const remaining = (debt: number, ms: number): number => Math.max(0, debt - ms);

/** Milliseconds until one more action is admitted; 0 if it is admitted now. */
export const waitOf = ({ periodMs, burst }: Policy, debt: number): number =>
  Math.max(0, debt - (burst - 1) * periodMs);

/** The debt with one more action. */
export const spend = ({ periodMs }: Policy, debt: number): number => debt + periodMs;

/** What actions have cost somebody, in ms, as of the instant `at` of a clock. */
export interface Debt {
  readonly debt: number;
  readonly at: number;
}

export const NO_DEBT: Debt = { debt: 0, at: 0 };

/**
 * One more action at the instant `now`: it is admitted where `waitMs` is 0, and `left` has its cost then. Time counts from `now`
 * on in any case, also where the clock went back.
 */
export function attempt(
  policy: Policy,
  { debt, at }: Debt,
  now: number,
): { readonly waitMs: number; readonly left: Debt } {
  const owed = remaining(debt, elapsed(at, now));
  const waitMs = waitOf(policy, owed);
  return { waitMs, left: { debt: waitMs === 0 ? spend(policy, owed) : owed, at: now } };
}
