// What one limiter answers to one charge: admitted or refused, and who may accept one action ahead of asking (a pass).
import { type Budget, FULL, type Policy, retryAfter, settle, spend } from "./gcra.ts";

/**
 * Connections of one identity that may hold a pass at the same time, over all rooms. It is the whole overshoot: in
 * any window W an identity gets at most B + floor((W + MAX_AGE_MS) / T) + MAX_PASSES actions (L1).
 */
export const MAX_PASSES = 3;
/** A pass that was not used for so long is void, so that a crashed room does not hold it for ever. */
export const PASS_LIFE_MS = 600_000;
/** No action is counted as older than this, and no room waits longer for an answer. */
export const MAX_AGE_MS = 2_000;
/** Actions in one charge; a longer queue is refused by the room. */
export const MAX_CHARGE = 32;

/** Ages are milliseconds since the action came to the room: a duration travels, an instant does not. */
export interface Charge {
  /** Who may get a pass: one connection, named unguessably by its room. */
  readonly holder: string;
  /** Actions that were accepted already, under a pass. Charged whatever the budget says. */
  readonly spent: readonly number[];
  /** Actions that wait for the answer, in their order. */
  readonly asked: readonly number[];
}

export interface ChargeReply {
  /** How many of `asked` are admitted, from the front. */
  readonly granted: number;
  /** Milliseconds until the next action is admitted; 0 if it would be now. */
  readonly retryAfter: number;
  /** Whether the holder may accept its next action without asking. */
  readonly pass: boolean;
}

/** Everything a limiter keeps of one identity. */
export interface Account {
  readonly budget: Budget;
  /** Holder and the limiter's instant at which its pass is void. At most MAX_PASSES. */
  readonly passes: readonly (readonly [holder: string, until: number])[];
}

export const NEW_ACCOUNT: Account = { budget: FULL, passes: [] };

/** Charges an account. A refused action costs nothing (L4). */
export function charge(
  policy: Policy,
  account: Account,
  request: Charge,
  now: number,
): { readonly account: Account; readonly reply: ChargeReply } {
  let budget = settle(account.budget, now);
  const jump = Math.max(0, account.budget.last - now);
  for (const age of request.spent) budget = spend(policy, budget, clampAge(age));
  let granted = 0;
  for (const age of request.asked) {
    if (retryAfter(policy, budget) > 0) break;
    budget = spend(policy, budget, clampAge(age));
    granted += 1;
  }
  const others = account.passes
    .map(([holder, until]) => [holder, until - jump] as const)
    .filter(([holder, until]) => holder !== request.holder && until > now);
  const wait = retryAfter(policy, budget);
  const pass = wait === 0 && granted === request.asked.length && others.length < MAX_PASSES;
  const passes = pass ? [...others, [request.holder, now + PASS_LIFE_MS] as const] : others;
  return { account: { budget, passes }, reply: { granted, retryAfter: wait, pass } };
}

/** Gives a pass back: the connection is gone. */
export function release(account: Account, holder: string): Account {
  return { ...account, passes: account.passes.filter(([other]) => other !== holder) };
}

function clampAge(age: number): number {
  return Number.isFinite(age) ? Math.min(Math.max(0, Math.trunc(age)), MAX_AGE_MS) : 0;
}
