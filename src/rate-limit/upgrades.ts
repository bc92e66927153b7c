// How many connections an identity may open. Each isolate of the Worker counts for itself, before any object is woken or billed:
// a flood of new rooms ends here. Isolates share nothing, so no other law rests on this one (L10).
import type { Rates } from "./budget.ts";
import { elapsed, type Policy, remaining, spend, waitOf } from "./gcra.ts";
import { Recent } from "./recent.ts";

/** Identities that are remembered. */
export const MAX_IDENTITIES = 10_000;

/** Twice the joins that may come at once, and ten times as many later on: who is let into rooms never meets this bound. */
export const upgradePolicy = ({ join }: Rates): Policy => ({
  periodMs: Math.ceil(join.periodMs / 10),
  burst: 2 * join.burst,
});

/** Whoever owes more than this part of the bound is held back: as many as an identity may have in a room go on at once. */
const FREE_PART = 0.5;
/** What is held back waits for this part of what is owed beyond: they come one by one, and a refused one tries again seldom. */
const WAIT_PART = 0.25;
/** Nobody waits for longer than this. */
export const MAX_HOLD_MS = 2_500;
/** So many times at once an identity may go on to another room than its last one. A new room is dear: it is an object and a database. */
export const ROOMS_AT_ONCE = 5;
/** Each that is held takes the isolate's memory; what is more goes on at once. */
export const MAX_HELD = 500;

/** What becomes of one connection that an identity wants to open. */
export interface Passage {
  /** Milliseconds until this identity may open one more connection; 0: it may now, and this one is counted. */
  readonly waitMs: number;
  /** Milliseconds to let pass before this one is let in, or refused. Those of an identity keep their order while fewer than MAX_HELD wait. */
  readonly holdMs: number;
}

/** What an identity owes, in ms, as of an instant: for its connections, and for those to another room than the one before. */
interface Account {
  readonly debt: number;
  readonly roomDebt: number;
  readonly room: string | null;
  readonly at: number;
}

export class Upgrades {
  /** By identity. */
  private readonly accounts = new Recent<Account>(MAX_IDENTITIES);
  private readonly policy: Policy;
  private readonly roomPolicy: Policy;
  /** When each that is held goes on. */
  private held: readonly number[] = [];

  constructor(policy: Policy) {
    this.policy = policy;
    this.roomPolicy = { ...policy, burst: ROOMS_AT_ONCE };
  }

  /** Counts one more connection to a room, if it is let in. `now` is the isolate's clock, in ms. */
  take(identity: string, room: string, now: number): Passage {
    const { policy, roomPolicy, accounts } = this;
    const account = accounts.get(identity) ?? { debt: 0, roomDebt: 0, room: null, at: now };
    const past = elapsed(account.at, now);
    const debt = remaining(account.debt, past);
    const roomDebt = remaining(account.roomDebt, past);
    const isElsewhere = room !== account.room;
    // Other rooms are gone on to one by one, and whoever comes meanwhile waits behind them.
    const queueMs = waitOf(roomPolicy, roomDebt);
    const waitMs = Math.max(waitOf(policy, debt), isElsewhere && queueMs > MAX_HOLD_MS ? queueMs : 0);
    const isLetIn = waitMs === 0;
    accounts.set(identity, {
      debt: isLetIn ? spend(policy, debt) : debt,
      roomDebt: isLetIn && isElsewhere ? spend(roomPolicy, roomDebt) : roomDebt,
      room: isLetIn ? room : account.room,
      at: now,
    });
    const share = WAIT_PART * (debt - FREE_PART * policy.burst * policy.periodMs);
    return { waitMs, holdMs: this.hold(Math.max(share, queueMs), now) };
  }

  /** Milliseconds for somebody who should wait for so long. */
  private hold(wanted: number, now: number): number {
    const ms = Math.min(MAX_HOLD_MS, Math.floor(wanted));
    if (ms <= 0) return 0;
    // A clock that went back says of nobody how long it is still held.
    this.held = this.held.filter((at) => at > now && at <= now + MAX_HOLD_MS);
    if (this.held.length >= MAX_HELD) return 0;
    this.held = [...this.held, now + ms];
    return ms;
  }
}
