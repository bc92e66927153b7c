// Who holds an identity's budget, as a pure machine: it counts nothing itself, it moves the budget to the room that asks.
import {
  asOf,
  type Budget,
  CALL_MS,
  clearAt,
  FULL,
  type Grant,
  isClear,
  landed,
  larger,
  type Yielded,
} from "./budget.ts";
import { elapsed } from "./gcra.ts";

/** The room that decides. It is asked by the name that it knows the budget under. */
export interface Holder {
  readonly room: string;
  readonly identity: string;
  readonly term: string;
}

/** Everything that a limiter keeps. Rooms are known by their objects' ids. */
export interface Account {
  readonly holder: Holder | null;
  /** The term with which exact books end: that of the last action, or of a later grant; null where nobody knows. */
  readonly spent: string | null;
  /** What is owed at least, on the limiter's clock; while a room holds the budget, as of the grant. */
  readonly budget: Budget;
}

/** So often a holder is asked whether it still has a use for the budget: a crash, or a lost answer, may have left it behind. */
const HELD_MS = 86_400_000;

export const NEW_ACCOUNT: Account = { holder: null, spent: null, budget: FULL };

/** `now` is the limiter's clock in ms; `term` a name that was never used before; `call` tells the calls apart. */
export type LimiterEvent =
  | {
      readonly type: "take";
      readonly now: number;
      readonly call: number;
      readonly room: string;
      readonly identity: string;
      readonly term: string;
    }
  /** A room's answer, or null: none came in time. */
  | {
      readonly type: "yielded";
      readonly now: number;
      readonly term: string;
      readonly answer: Yielded | null;
    }
  | { readonly type: "given-back"; readonly now: number; readonly term: string; readonly left: Yielded }
  | { readonly type: "alarm"; readonly now: number };

export type LimiterEffect =
  /** Write the account. Stands before the grant that rests on it. */
  | { readonly type: "keep"; readonly account: Account }
  /** Delete everything: an identity that owes nothing leaves no trace. */
  | { readonly type: "forget" }
  /**
   * Ask the holder to give up this term; its answer comes back as `yielded`. `isCheck`: only if it has no use for it, else
   * the answer is null.
   */
  | { readonly type: "yield"; readonly holder: Holder; readonly isCheck: boolean }
  /** Answer a call. null: the holder could not be reached, and nobody knows what it admitted. */
  | { readonly type: "answer"; readonly call: number; readonly grant: Grant | null }
  | { readonly type: "wake-at"; readonly at: number };

type Take = Extract<LimiterEvent, { type: "take" }>;

export class Limiter {
  private account: Account;
  /** Calls that wait, oldest first. One budget moves at a time. */
  private readonly takes: Take[] = [];
  /** The term that a room is being asked for. */
  private asked: { readonly term: string; readonly isCheck: boolean } | null = null;
  /** The earliest alarm that this instance has set: a budget that moves does not set one each time. */
  private wakeAt = Infinity;
  private effects: LimiterEffect[] = [];

  constructor(stored: Account) {
    this.account = stored;
  }

  /** What happens next. Total: never throws. */
  handle(event: LimiterEvent): readonly LimiterEffect[] {
    this.effects = [];
    const before = this.account;
    switch (event.type) {
      case "take":
        this.takes.push(event);
        break;
      case "yielded":
        this.onYielded(event.term, event.answer, event.now);
        break;
      case "given-back":
        // Of an older term: that budget was granted again since, and is being spent (L1).
        if (event.term === this.account.holder?.term) this.end(event.left, event.now);
        break;
      case "alarm":
        this.wakeAt = Infinity;
        // Before anything is asked: it may be lost in a crash, and whoever keeps an account has an alarm.
        if (this.account.holder !== null) this.wakeBy(event.now + HELD_MS, event.now);
        this.askHolder(true);
        break;
      default:
        event satisfies never;
    }
    if (this.asked === null) this.serve(event.now);
    const isChanged = this.account !== before || event.type === "alarm";
    if (isChanged && this.account.holder === null) this.rest(event.now);
    return this.effects;
  }

  private onYielded(term: string, answer: Yielded | null, now: number): void {
    // Given back while it was asked for: that is done.
    if (term !== this.asked?.term) return;
    if (answer !== null) return this.end(answer, now);
    const { isCheck } = this.asked;
    this.asked = null;
    if (isCheck) return;
    // A holder that does not answer is not robbed: what it admitted is not known.
    const refused = this.takes.shift();
    if (refused !== undefined) this.effects.push({ type: "answer", call: refused.call, grant: null });
  }

  /** The holder's term is over. */
  private end({ debts, isSpent }: Yielded, now: number): void {
    const { holder, spent, budget } = this.account;
    this.asked = null;
    this.account = {
      holder: null,
      spent: isSpent ? (holder?.term ?? null) : spent,
      budget: larger(asOf(budget, now), landed(debts, now)),
    };
  }

  private serve(now: number): void {
    for (let take = this.takes[0]; take !== undefined; take = this.takes[0]) {
      const { holder } = this.account;
      const isTooLate = elapsed(take.now, now) >= CALL_MS;
      if (!isTooLate && holder !== null && holder.room !== take.room) return this.askHolder(false);
      this.takes.shift();
      const grant = isTooLate ? null : this.grant(take, now);
      this.effects.push({ type: "answer", call: take.call, grant });
    }
  }

  private askHolder(isCheck: boolean): void {
    const { holder } = this.account;
    if (holder === null || this.asked !== null) return;
    this.asked = { term: holder.term, isCheck };
    this.effects.push({ type: "yield", holder, isCheck });
  }

  private grant({ room, identity, term }: Take, now: number): Grant {
    const { holder, spent, budget } = this.account;
    const present = asOf(budget, now);
    // A holder that asks again has lost its grant, or its giving back was lost: it may have admitted something unheard of.
    const known = holder === null ? spent : null;
    this.account = { holder: { room, identity, term }, spent: known, budget: present };
    this.effects.push({ type: "keep", account: this.account });
    this.wakeBy(now + HELD_MS, now);
    return { term, debts: present.debts, spent: known };
  }

  /** Nobody holds the budget: its debt stands here until it is over. */
  private rest(now: number): void {
    const { budget } = this.account;
    if (isClear(budget, now)) {
      this.account = NEW_ACCOUNT;
      this.wakeAt = Infinity;
      this.effects.push({ type: "forget" });
    } else {
      this.effects.push({ type: "keep", account: this.account });
      this.wakeBy(clearAt(asOf(budget, now)), now);
    }
  }

  private wakeBy(at: number, now: number): void {
    // One whose time is over did not ring, and nobody is to wait for it.
    if (at >= this.wakeAt && this.wakeAt >= now) return;
    this.wakeAt = at;
    this.effects.push({ type: "wake-at", at });
  }
}
