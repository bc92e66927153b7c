// How many connections an identity may open. Each isolate of the Worker counts for itself, before any object is woken or billed:
// a flood of new rooms ends here. Isolates share nothing, so no other law rests on this one (L10).
import type { Rates } from "./budget.ts";
import { elapsed, type Policy, remaining, spend, waitOf } from "./gcra.ts";

/** Identities that are remembered; who was here longest ago is forgotten first. */
export const MAX_IDENTITIES = 10_000;

/** Twice the joins that may come at once, and ten times as many later on: who is let into rooms never meets this bound. */
export const upgradePolicy = ({ join }: Rates): Policy => ({
  periodMs: Math.max(1, Math.floor(join.periodMs / 10)),
  burst: 2 * join.burst,
});

export class Upgrades {
  /** What each owes, in ms, as of an instant; in the order of these instants. */
  private readonly debts = new Map<string, { readonly debt: number; readonly at: number }>();
  private readonly policy: Policy;

  constructor(policy: Policy) {
    this.policy = policy;
  }

  /** Milliseconds until this identity may open one more connection; 0: it may now, and this one is counted. */
  take(identity: string, now: number): number {
    const { debt: owed, at } = this.debts.get(identity) ?? { debt: 0, at: now };
    const debt = remaining(owed, elapsed(at, now));
    const wait = waitOf(this.policy, debt);
    this.debts.delete(identity);
    this.debts.set(identity, { debt: wait > 0 ? debt : spend(this.policy, debt), at: now });
    for (const oldest of this.debts.keys()) {
      if (this.debts.size <= MAX_IDENTITIES) break;
      this.debts.delete(oldest);
    }
    return wait;
  }
}
