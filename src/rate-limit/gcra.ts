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
