// The whole rate limit algorithm (GCRA, ITU-T I.371, over integers). Decides; keeps and measures nothing.

/** `periodMs` is T, the milliseconds an action costs; `burst` is B, the actions that may come at once. */
export interface Policy {
  readonly periodMs: number;
  readonly burst: number;
}

/** One key's budget. Both instants are of the one clock of whoever keeps the budget. */
export interface Budget {
  /** Theoretical arrival time: when the budget is full again. */
  readonly tat: number;
  /** When the clock was last read: shows a clock that jumped backwards. */
  readonly last: number;
}

/** A budget from which nothing was ever taken. */
export const FULL: Budget = { tat: 0, last: 0 };

/**
 * The budget as of `now`. If the clock stands before its last reading, the budget moves back with it: no time has
 * passed, so nothing is admitted that would not have been, and nobody waits longer than before (L5).
 */
export function settle(budget: Budget, now: number): Budget {
  const jump = Math.max(0, budget.last - now);
  return { tat: budget.tat - jump, last: now };
}

/**
 * Milliseconds until one more action is admitted; 0 if it is admitted now. Takes a settled budget. `slackMs` is by
 * how much actions may reach the budget later than they came: that is not held against their sender (L3).
 */
export function retryAfter(policy: Policy, budget: Budget, slackMs = 0): number {
  return Math.max(0, budget.tat - (budget.last + (policy.burst - 1) * policy.periodMs + slackMs));
}

/** Takes one action from a settled budget, whether it was admitted or not. */
export function spend(policy: Policy, budget: Budget): Budget {
  return { tat: Math.max(budget.tat, budget.last) + policy.periodMs, last: budget.last };
}
