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

/** Whoever owes more than this part of the bound is held back: as many as an identity may have in a room go on at once; */
const FREE = 0.5;
/** for this part of the rest: more of them come one by one, and a refused one that tries again at once does so seldom. */
const HELD = 0.25;
/** Nobody waits for longer than this. */
export const MAX_HOLD_MS = 2_500;
/** Each that is held takes the isolate's memory; what is more goes on at once. */
export const MAX_HELD = 500;

/** What becomes of one connection that an identity wants to open. */
export interface Passage {
  /** Milliseconds until this identity may open one more connection; 0: it may now, and this one is counted. */
  readonly waitMs: number;
  /** Milliseconds to let pass before this one is let in, or refused. Those of an identity keep their order while fewer than MAX_HELD wait. */
  readonly holdMs: number;
}

export class Upgrades {
  /** What each owes, in ms, as of an instant; in the order of these instants. */
  private readonly debts = new Map<string, { readonly debt: number; readonly at: number }>();
  private readonly policy: Policy;
  /** When each that is held goes on. */
  private held: readonly number[] = [];

  constructor(policy: Policy) {
    this.policy = policy;
  }

  /** Counts one more connection, if it is let in. `now` is the isolate's clock, in ms. */
  take(identity: string, now: number): Passage {
    const { debt: owed, at } = this.debts.get(identity) ?? { debt: 0, at: now };
    const debt = remaining(owed, elapsed(at, now));
    const waitMs = waitOf(this.policy, debt);
    this.debts.delete(identity);
    this.debts.set(identity, { debt: waitMs > 0 ? debt : spend(this.policy, debt), at: now });
    for (const oldest of this.debts.keys()) {
      if (this.debts.size <= MAX_IDENTITIES) break;
      this.debts.delete(oldest);
    }
    return { waitMs, holdMs: this.hold(debt, now) };
  }

  /** Milliseconds for somebody who owes so much. */
  private hold(debt: number, now: number): number {
    const { periodMs, burst } = this.policy;
    const ms = Math.min(MAX_HOLD_MS, Math.floor(HELD * (debt - FREE * burst * periodMs)));
    if (ms <= 0) return 0;
    // A clock that went back says of nobody how long it is still held.
    this.held = this.held.filter((at) => at > now && at <= now + MAX_HOLD_MS);
    if (this.held.length >= MAX_HELD) return 0;
    this.held = [...this.held, now + ms];
    return ms;
  }
}
