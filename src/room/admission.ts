// Which actions of an identity are admitted, and when: under the budget that this room holds, or asks the limiter for.
import {
  asOf,
  type Budget,
  CALL_MS,
  charge,
  clearAt,
  FULL,
  type Grant,
  isClear,
  type Kind,
  landed,
  larger,
  type Rates,
  waitFor,
  type Yielded,
} from "../rate-limit/budget.ts";
import type { BudgetRow, LedgerReader } from "./budget-ledger.ts";
import type { Effects } from "./effects.ts";
import type { Action, Session } from "./session.ts";

/** Actions of one connection that wait for the budget to come; one more is refused as busy. */
export const MAX_WAITING = 32;
/** And units of text in them: as many messages as a client sends ahead have room, however long they may be. */
export const MAX_WAITING_LENGTH = 16_384;
/** How soon what departed identities owe, or have not given back for sure, is looked at again. */
export const TIDY_MS = 60_000;
/** A budget that somebody here holds is looked at so seldom: only a crash leaves one behind. */
const HELD_MS = 86_400_000;

export type Verdict =
  | { readonly type: "admitted" }
  /** The budget is on its way; the action comes back from `granted`. */
  | { readonly type: "waits" }
  | { readonly type: "busy" }
  | { readonly type: "refused"; readonly retryAfter: number };

/** What this room knows of one identity's budget. */
interface Holding {
  /** As the ledger has it, or will at the next `write`. */
  row: BudgetRow;
  /** Whether the ledger has a row, or will: for whom it admitted something, or who is a member. */
  isKept: boolean;
  /** A call to the limiter is under way. What it brings is void where the limiter asked for the budget meanwhile. */
  asking: { isVoid: boolean; readonly since: number } | null;
  /** Whose actions wait, in their order: one entry an action. */
  waiting: Session[];
}

/** What an answer of the limiter has ended. */
export interface Due {
  /** Whose actions are to be decided now, one entry an action. */
  readonly waiting: readonly Session[];
  /** No budget came: they are decided without it (L9). */
  readonly isAlone: boolean;
}

/** A limiter's question for a budget, by the room's clock. */
export interface Question {
  readonly identity: string;
  readonly term: string;
  readonly isCheck: boolean;
  readonly now: number;
}

export interface AdmissionPorts {
  readonly rates: Rates;
  readonly ledger: LedgerReader;
  readonly effects: Effects;
  /** Whether an identity has a connection in the room. */
  readonly isHere: (identity: string) => boolean;
}

export class Admission {
  /** Of identities that are here, or whose call is under way; others are read from the ledger when they matter. */
  private readonly holdings = new Map<string, Holding>();
  /** Holdings whose row the ledger does not have yet. */
  private readonly stale = new Set<Holding>();
  private readonly ports: AdmissionPorts;
  /** While the limiter cannot be reached: the same periods, and no burst (L9). */
  private readonly alone: Rates;

  constructor(ports: AdmissionPorts) {
    const { message, join } = ports.rates;
    this.ports = ports;
    this.alone = { message: { ...message, burst: 1 }, join: { ...join, burst: 1 } };
  }

  /** Whether no call is under way. */
  get isQuiet(): boolean {
    return [...this.holdings.values()].every(({ asking }) => asking === null);
  }

  /** An action of a session, at its turn. `isAlone`: it has waited for a limiter that did not answer. */
  decide(session: Session, action: Action, now: number, isAlone: boolean): Verdict {
    const { identity } = session;
    const holding = this.holding(identity);
    if (action.kind === "join") {
      const promised = promiseTo(session, this.ports.rates.join.periodMs, now);
      if (promised > 0) return { type: "refused", retryAfter: promised };
    }
    if (holding.asking === null) {
      const budget = this.budget(holding, now);
      const rates = isAlone ? this.alone : this.ports.rates;
      const retryAfter = waitFor(rates, budget, action.kind);
      // Where the budget is elsewhere, this much is owed at the least: no need to ask (L4).
      if (retryAfter > 0) return { type: "refused", retryAfter };
      if (holding.row.state === "held" || isAlone) return this.admit(holding, budget, action.kind);
      this.ask(identity, holding, now);
    }
    if (session.waiting.length >= MAX_WAITING) return { type: "busy" };
    if (textIn(session.waiting) + textIn([action]) > MAX_WAITING_LENGTH) return { type: "busy" };
    session.waiting.push(action);
    holding.waiting.push(session);
    return { type: "waits" };
  }

  /** The limiter's answer, or null where none came in time. */
  granted(identity: string, grant: Grant | null, now: number): Due {
    const holding = this.holding(identity);
    const { asking, waiting, row } = holding;
    if (asking === null) return { waiting: [], isAlone: false };
    // The limiter is not silent, other rooms are quicker: asked again, as long as one call may take (L9).
    if (grant !== null && asking.isVoid && isWithinCall(asking.since, now)) {
      this.change(holding, { term: grant.term });
      this.ask(identity, holding, asking.since);
      return { waiting: [], isAlone: false };
    }
    holding.asking = null;
    holding.waiting = [];
    if (grant === null || asking.isVoid) return { waiting, isAlone: true };
    // A member that is refused tries again, and must not ask each time (L4).
    holding.isKept ||= waiting.some(({ joined }) => joined !== null);
    const { term, debts, spent } = grant;
    const known = asOf(row, now);
    // Where nothing was admitted since, what this room told its members holds to the millisecond (L2).
    const isExact = spent === row.spent;
    const budget = isExact ? known : larger(known, landed(debts, now));
    this.change(holding, { term, spent: spent ?? term, state: "held", ...budget });
    return { waiting, isAlone: false };
  }

  /**
   * What an answer ended is decided. A grant that only refused first frames is not kept, asleep or awake (D9): refusing costs no
   * storage. What it promised is in the attachment of each connection, and the limiter gives the same again.
   */
  decided(identity: string): void {
    const holding = this.holdings.get(identity);
    if (holding?.isKept === false && holding.asking === null) this.holdings.delete(identity);
  }

  /**
   * The limiter wants the budget: nothing more is admitted under it. Asked again, the answer is the same. Where it only
   * asks whether there is a use for it, and there is, the answer is null and nothing changes.
   */
  yield({ identity, term, isCheck, now }: Question): Yielded | null {
    const isHere = this.ports.isHere(identity);
    const holding = this.holding(identity);
    if (isCheck && isHere && holding.row.state === "held" && holding.row.term === term) return null;
    // The answer may have been overtaken by this question: not where it asks for a term that came before.
    if (holding.asking !== null && term !== holding.row.term) holding.asking.isVoid = true;
    const { row } = holding;
    const { debts, at } = asOf(row, now);
    if (row.state !== "yielded") this.change(holding, { state: "yielded", debts, at });
    this.write(now);
    if (!isHere && holding.asking === null) this.holdings.delete(identity);
    return { debts, isSpent: row.spent === term };
  }

  /** The last connection of an identity is gone: its budget goes back. */
  leave(identity: string, now: number): void {
    const holding = this.holding(identity);
    // What an answer under way brings goes back when it is here.
    if (holding.asking !== null) return;
    if (holding.row.state === "held") {
      // Written first: under a term that is given back nothing may be admitted, also after a crash.
      this.change(holding, { state: "returned", ...asOf(holding.row, now) });
      this.write(now);
      this.giveBack(holding.row);
    }
    this.holdings.delete(identity);
  }

  /** The limiter has heard that a budget was given back. */
  returned(identity: string, now: number): void {
    const row = this.ports.ledger.read(identity);
    if (row?.state === "returned" && isClear(row, now)) this.drop([identity]);
  }

  /** Brings the ledger up to date with what was admitted. Stands before the frames that show it. */
  write(now: number): void {
    if (this.stale.size === 0) return;
    const rows = [...this.stale].map(({ row }) => row);
    this.stale.clear();
    const { effects } = this.ports;
    effects.emit({ type: "budgets", rows });
    for (const row of rows) effects.emit({ type: "alarm-by", at: nextLook(row, now) });
  }

  /**
   * Drops rows of which nothing is owed, gives back what was left behind. `isTidy`: no row is left. `next` is when to come
   * again; Infinity: not at all.
   */
  tidy(now: number): { readonly isTidy: boolean; readonly next: number } {
    const clear: string[] = [];
    let next = Infinity;
    const rows = this.ports.ledger.all();
    for (const row of rows) {
      const { identity, state } = row;
      const isOver = isClear(row, now);
      if (state === "yielded" && isOver) clear.push(identity);
      else if (state === "held" && !this.ports.isHere(identity)) this.leave(identity, now);
      else next = Math.min(next, nextLook(row, now));
      // The limiter may not have heard it.
      if (state === "returned" && isOver) this.giveBack({ ...row, ...asOf(row, now) });
    }
    this.drop(clear);
    return { isTidy: clear.length === rows.length, next };
  }

  /** What is owed now. Where the clock went back, time counts from here on, also for a room that sleeps meanwhile (L5). */
  private budget(holding: Holding, now: number): Budget {
    const budget = asOf(holding.row, now);
    if (now < holding.row.at) {
      this.change(holding, budget);
      this.write(now);
    }
    return budget;
  }

  private admit(holding: Holding, budget: Budget, kind: Kind): Verdict {
    const { state, term, spent } = holding.row;
    holding.isKept = true;
    this.change(holding, {
      spent: state === "held" ? term : spent,
      ...charge(this.ports.rates, budget, kind),
    });
    return { type: "admitted" };
  }

  private change(holding: Holding, change: Partial<BudgetRow>): void {
    holding.row = { ...holding.row, ...change };
    if (holding.isKept) this.stale.add(holding);
  }

  private ask(identity: string, holding: Holding, since: number): void {
    holding.asking = { isVoid: false, since };
    this.ports.effects.emit({ type: "take", identity });
  }

  private giveBack({ identity, term, debts, spent }: BudgetRow): void {
    this.ports.effects.emit({ type: "give-back", identity, term, left: { debts, isSpent: spent === term } });
  }

  private drop(identities: readonly string[]): void {
    if (identities.length === 0) return;
    for (const identity of identities) {
      const holding = this.holdings.get(identity);
      if (holding === undefined) continue;
      holding.row = { ...NEW_ROW, identity };
      holding.isKept = false;
    }
    this.ports.effects.emit({ type: "drop-budgets", identities });
  }

  private holding(identity: string): Holding {
    const known = this.holdings.get(identity);
    if (known !== undefined) return known;
    const kept = this.ports.ledger.read(identity);
    const row = kept ?? { ...NEW_ROW, identity };
    const holding: Holding = { row, isKept: kept !== null, asking: null, waiting: [] };
    this.holdings.set(identity, holding);
    return holding;
  }
}

/** Nothing is owed, and nothing held. */
const NEW_ROW: Omit<BudgetRow, "identity"> = { term: "", spent: "", state: "yielded", ...FULL };

/** Units of text in the messages among some actions. */
const textIn = (actions: readonly Action[]): number =>
  actions.reduce((sum, action) => sum + (action.kind === "message" ? action.message.length : 0), 0);

/** Whether a call that began at `since` may go on. A clock that went back does not say how long it has taken. */
const isWithinCall = (since: number, now: number): boolean => since <= now && now - since < CALL_MS;

/** Milliseconds for which a connection was refused: after that it is let in, or somebody else of its identity was. */
function promiseTo({ since }: Session, periodMs: number, now: number): number {
  // A clock that went further back says nothing (L5).
  return since - now <= periodMs ? since - now : 0;
}

/** When a row is worth a look: one that is held only where a crash has left it behind. */
const nextLook = (row: BudgetRow, now: number): number =>
  row.state === "held" ? now + HELD_MS : Math.max(clearAt(row), now + TIDY_MS);
