// One identity's budget of messages and of joins: what it owes, on whose clock, and what of it travels between objects.
import { elapsed, type Policy, remaining, spend, waitOf } from "./gcra.ts";

/** What an identity does that is limited. Each kind has a budget of its own. */
export type Kind = "message" | "join";

/** A policy for each kind. */
export type Rates = Readonly<Record<Kind, Policy>>;

/** Milliseconds owed, by kind. Lengths of time: this is what travels between two objects. */
export type Debts = Readonly<Record<Kind, number>>;

export const NO_DEBTS: Debts = { message: 0, join: 0 };

/** Debts as of an instant of the one clock of the object that keeps them. */
export interface Budget {
  readonly debts: Debts;
  readonly at: number;
}

export const FULL: Budget = { debts: NO_DEBTS, at: 0 };

/** An object waits no longer for the answer of another; then it goes on without (L9). */
export const CALL_MS = 1_000;

/** The limiter's answer to a room that asks for the budget. */
export interface Grant {
  /** Names this holding of the budget; new with each grant. */
  readonly term: string;
  readonly debts: Debts;
  /**
   * The term of the last action that was admitted: a room whose books end with that one are exact. null where nobody knows; then
   * the books of the room that is granted this end with its own term, and are what others are held to.
   */
  readonly spent: string | null;
}

/** A room's answer to a limiter that wants the budget back. */
export interface Yielded {
  readonly debts: Debts;
  /** Whether the room's books end with the term that was asked for: it admitted something, or nobody knew what was before. */
  readonly isSpent: boolean;
}

/** The budget as of `now`. */
export function asOf({ debts, at }: Budget, now: number): Budget {
  const ms = elapsed(at, now);
  return { debts: both((kind) => remaining(debts[kind], ms)), at: now };
}

/** The budget after one more action. Takes one as of now. */
export function charge(rates: Rates, { debts, at }: Budget, kind: Kind): Budget {
  return { debts: { ...debts, [kind]: spend(rates[kind], debts[kind]) }, at };
}

/** Milliseconds until an action of this kind is admitted; 0 if it is now. Takes a budget as of now. */
export const waitFor = (rates: Rates, { debts }: Budget, kind: Kind): number =>
  waitOf(rates[kind], debts[kind]);

/**
 * Debts that have come from another object, on this one's clock. Clocks are read in whole milliseconds: the same debt may
 * end up to one later than its length says, and must never end earlier (L1).
 */
export function landed(debts: Debts, now: number): Budget {
  return { debts: both((kind) => (debts[kind] === 0 ? 0 : debts[kind] + 1)), at: now };
}

/** The larger debt of each kind, where two objects know of some. Both are as of the same instant. */
export function larger(one: Budget, other: Budget): Budget {
  return { debts: both((kind) => Math.max(one.debts[kind], other.debts[kind])), at: one.at };
}

/** The instant from which nothing is owed, on the budget's clock. */
export const clearAt = ({ debts, at }: Budget): number => at + Math.max(debts.message, debts.join);

/** Whether nothing is owed at `now`. */
export const isClear = (budget: Budget, now: number): boolean => clearAt(asOf(budget, now)) <= now;

const both = (of: (kind: Kind) => number): Debts => ({ message: of("message"), join: of("join") });
