// The room's side of the rate limit: what it may accept or refuse without a call, and what to do when no answer comes.
import { FULL, type Budget, type Policy, retryAfter, settle, spend } from "../rate-limit/gcra.ts";
import { MAX_PASSES, PASS_LIFE_MS, SLACK_MS } from "../rate-limit/charge.ts";
import type { Pass, Session } from "./session.ts";

/** A pass lives from when it was asked for, so the room never believes in it longer than the limiter does. */
export const newPass = (asked: number): Pass => ({ from: asked, until: asked + PASS_LIFE_MS });

export function passIsLive({ pass }: Session, now: number): boolean {
  return pass !== null && pass.from <= now && now < pass.until;
}

/**
 * Milliseconds after which the next action is admitted, where the limiter would surely refuse one now; 0 if it has to be
 * asked. A clock that went back behind the refusal, or a wait longer than any limiter's, ends it (L5).
 */
export function refusedFor({ refused }: Session, rate: Policy, now: number): number {
  if (refused === null) return 0;
  const { from, sure, until } = refused;
  const longest = (rate.burst + MAX_PASSES) * rate.periodMs;
  return from <= now && now < sure && until - from <= longest ? until - now : 0;
}

/** While the limiter cannot be reached, each room gives an identity one action a period, and no burst (L9). */
export type LocalBudgets = Map<string, Budget>;

/** How many of `asked` actions are admitted without the limiter; takes them. Forgets budgets that are full again. */
export function admitLocally(
  budgets: LocalBudgets,
  rate: Policy,
  session: Session,
  asked: number,
  now: number,
): number {
  const policy: Policy = { periodMs: rate.periodMs, burst: 1 };
  for (const [key, budget] of budgets) if (settle(budget, now).tat <= now) budgets.delete(key);
  let budget = settle(budgets.get(session.identity) ?? FULL, now);
  let admitted = 0;
  while (admitted < asked && retryAfter(policy, budget, SLACK_MS) === 0) {
    budget = spend(policy, budget);
    admitted += 1;
  }
  if (admitted === 0) return 0;
  // In the attachment too: hibernation is no refill (L6).
  session.local = budget;
  budgets.set(session.identity, budget);
  return admitted;
}

/** Brings back what a waking room finds in an attachment. */
export function restoreLocal(budgets: LocalBudgets, { identity, local }: Session): void {
  if (local !== null && local.tat > (budgets.get(identity)?.tat ?? 0)) budgets.set(identity, local);
}
