// The operations of src/rate-limit and of a room's admission that touch a debt, for one kind of action. theorem-model.test.ts
// holds each of them and the real one together on random inputs; invariant.ts proves what they keep.
import type { Algebra } from "./algebra.ts";

/** A debt as of an instant of its object's clock. */
export interface Debt<N> {
  readonly debt: N;
  readonly at: N;
}

/** A room's row of an identity. Terms are numbers from 1; 0 is the row's "", and -1 stands for null. */
export interface Row<N, B> extends Debt<N> {
  readonly isHeld: B;
  readonly term: N;
  readonly spent: N;
}

/** What a limiter keeps. `holder` is a room's number, -1 for nobody. */
export interface Account<N> extends Debt<N> {
  readonly holder: N;
  readonly term: N;
  readonly spent: N;
}

export interface Grant<N> {
  readonly term: N;
  readonly debt: N;
  readonly spent: N;
}

export interface Left<N, B> {
  readonly debt: N;
  readonly isSpent: B;
}

/** `slack` is (B - 1) T: the product is one number to the proof, which so holds for all T and B. */
export interface Rate<N> {
  readonly period: N;
  readonly slack: N;
}

/** Where a proof breaks a premise on purpose: one operation, in one way. */
export type Break =
  | "none"
  | "a debt is no longer where it comes to"
  | "what is granted replaces what the room knows"
  | "every room's own books are exact"
  | "an action costs nothing"
  | "one more at once"
  | "what comes back replaces what the limiter knows"
  | "time pays twice";

/** All operations, over numbers or over formulas. */
export function operations<N, B>(algebra: Algebra<N, B>, broken: Break = "none") {
  const { num, add, sub, max, eq, le, and, not, pick } = algebra;
  const zero = num(0);

  const remaining = (debt: N, ms: N): N =>
    max(zero, sub(debt, broken === "time pays twice" ? add(ms, ms) : ms));
  const waitOf = ({ slack, period }: Rate<N>, debt: N): N =>
    max(zero, sub(debt, broken === "one more at once" ? add(slack, period) : slack));
  const spend = ({ period }: Rate<N>, debt: N): N =>
    broken === "an action costs nothing" ? debt : add(debt, period);
  const asOf = ({ debt, at }: Debt<N>, now: N): Debt<N> => ({
    debt: remaining(debt, max(zero, sub(now, at))),
    at: now,
  });
  const landed = (debt: N, now: N): Debt<N> => ({
    debt:
      broken === "a debt is no longer where it comes to"
        ? debt
        : pick(eq(debt, zero), zero, add(debt, num(1))),
    at: now,
  });
  const larger = (one: Debt<N>, other: Debt<N>): Debt<N> => ({
    debt: max(one.debt, other.debt),
    at: one.at,
  });
  const isClear = ({ debt, at }: Debt<N>, now: N): B => le(asOf({ debt, at }, now).debt, zero);

  /** The limiter grants: to the room that asks, where nobody else holds the budget. */
  const take = (account: Account<N>, room: N, term: N, now: N): { account: Account<N>; grant: Grant<N> } => {
    const settled = asOf(account, now);
    const spent = pick(eq(account.holder, num(-1)), account.spent, num(-1));
    return { account: { ...settled, holder: room, term, spent }, grant: { term, debt: settled.debt, spent } };
  };

  /** The grant comes to the room. */
  const granted = (row: Row<N, B>, { term, debt, spent }: Grant<N>, now: N): Row<N, B> => {
    const known = asOf(row, now);
    const told = landed(debt, now);
    const both = broken === "what is granted replaces what the room knows" ? told : larger(known, told);
    const isExact =
      broken === "every room's own books are exact"
        ? eq(zero, zero)
        : and(eq(spent, row.spent), not(eq(spent, num(-1))));
    return {
      debt: pick(isExact, known.debt, both.debt),
      at: now,
      isHeld: eq(zero, zero),
      term,
      spent: pick(eq(spent, num(-1)), term, spent),
    };
  };

  /** Whether the room admits an action now, and its row afterwards. */
  const isAdmitted = (rate: Rate<N>, row: Row<N, B>, now: N): B =>
    and(row.isHeld, eq(waitOf(rate, asOf(row, now).debt), zero));
  const admit = (rate: Rate<N>, row: Row<N, B>, now: N): Row<N, B> => ({
    ...row,
    debt: spend(rate, asOf(row, now).debt),
    at: now,
    spent: row.term,
  });

  /** The room gives the budget up, asked for a term or because everybody has left. */
  const giveUp = (row: Row<N, B>, term: N, now: N): { row: Row<N, B>; left: Left<N, B> } => {
    const { debt } = asOf(row, now);
    return {
      // What was given up before stays as it was then.
      row: {
        ...row,
        debt: pick(row.isHeld, debt, row.debt),
        at: pick(row.isHeld, now, row.at),
        isHeld: not(eq(zero, zero)),
      },
      left: { debt, isSpent: eq(row.spent, term) },
    };
  };

  /** The limiter hears of it. */
  const end = (account: Account<N>, { debt, isSpent }: Left<N, B>, now: N): Account<N> => {
    const told = landed(debt, now);
    const kept =
      broken === "what comes back replaces what the limiter knows" ? told : larger(asOf(account, now), told);
    return {
      ...account,
      ...kept,
      holder: num(-1),
      spent: pick(isSpent, account.term, account.spent),
    };
  };

  return {
    remaining,
    waitOf,
    spend,
    asOf,
    landed,
    larger,
    isClear,
    take,
    granted,
    isAdmitted,
    admit,
    giveUp,
    end,
  };
}
