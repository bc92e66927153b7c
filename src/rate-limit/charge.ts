// What one limiter answers to one charge: admitted or refused, and who may accept one action ahead of asking (a pass).
import { type Budget, FULL, type Policy, retryAfter, settle, spend } from "./gcra.ts";

/** Connections of one identity that may hold a pass at the same time, over all rooms: the overshoot P of L1. */
export const MAX_PASSES = 3;
/** A pass that was not used for so long is void, so that a crashed room does not hold it for ever. */
export const PASS_LIFE_MS = 60_000;
/** A room waits no longer for one answer; then it decides alone (L9). */
export const CALL_MS = 1_000;
/** A limiter holds a pass for longer than a room believes in it: the charge of its last possible use may take so long. */
export const PASS_HELD_MS = PASS_LIFE_MS + CALL_MS;
/**
 * A of L1 and L3: an action waits for at most one call under way and then for its own. So a limiter sees it up to so
 * much later than it came, and who keeps to the rate may seem to be ahead of it by so much.
 */
export const SLACK_MS = 2 * CALL_MS;
/** Actions in one charge; a longer queue is refused by the room. */
export const MAX_CHARGE = 32;

export interface Charge {
  /** Who may get a pass: one connection, named unguessably by its room. */
  readonly holder: string;
  /** Actions that were accepted already, under a pass. Charged whatever the budget says. */
  readonly spent: number;
  /** Actions that wait for the answer. */
  readonly asked: number;
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

/**
 * Charges an account. A refused action costs nothing (L4). At every instant `tat` + passes * T is at most
 * now + (B + MAX_PASSES) * T + SLACK_MS, from which L1 follows: what is asked is granted only within B and the slack,
 * and a pass that is spent moves its T from the one term to the other.
 */
export function charge(
  policy: Policy,
  account: Account,
  { holder, spent, asked }: Charge,
  now: number,
): { readonly account: Account; readonly reply: ChargeReply } {
  const jump = Math.max(0, account.budget.last - now);
  let budget = settle(account.budget, now);
  for (let i = 0; i < spent; i++) budget = spend(policy, budget);
  let granted = 0;
  while (granted < asked && retryAfter(policy, budget, SLACK_MS) === 0) {
    budget = spend(policy, budget);
    granted += 1;
  }
  const wait = retryAfter(policy, budget, SLACK_MS);
  const live = account.passes
    .map(([name, until]) => [name, until - jump] as const)
    .filter(([, until]) => until > now);
  const others = live.filter(([name]) => name !== holder);
  // An unspent pass stays: a call that comes late must not void what a later call was given.
  const isHeld = spent === 0 && others.length < live.length;
  // No wait: then all that were asked are granted too.
  const pass = isHeld || (wait === 0 && others.length < MAX_PASSES);
  const passes = pass ? [...others, [holder, now + PASS_HELD_MS] as const] : others;
  return { account: { budget, passes }, reply: { granted, retryAfter: wait, pass } };
}

/** Gives a pass back: the connection is gone. */
export function release(account: Account, holder: string): Account {
  return { ...account, passes: account.passes.filter(([other]) => other !== holder) };
}
