// The theorem is about test/theorem/operations.ts. Here each of these operations and the one of src are the same, on any inputs.
import fc from "fast-check";
import { expect, test } from "vitest";
import * as budget from "../../src/rate-limit/budget.ts";
import * as gcra from "../../src/rate-limit/gcra.ts";
import { type Account, Limiter, type LimiterEffect } from "../../src/rate-limit/limiter.ts";
import { Admission } from "../../src/room/admission.ts";
import type { BudgetRow } from "../../src/room/budget-ledger.ts";
import { Effects } from "../../src/room/effects.ts";
import { newSession, type Session } from "../../src/room/session.ts";
import { MemoryLedger } from "../support/memory-ledger.ts";
import { prove } from "../support/prove.ts";
import { NUMBERS } from "../theorem/algebra.ts";
import { type Account as ModelAccount, operations, type Row } from "../theorem/operations.ts";

const model = operations(NUMBERS);
const IDENTITY = "somebody";

/** Small, so that instants meet and debts end just now. */
const ms = fc.oneof(fc.nat(12), fc.nat(30_000));
const term = fc.integer({ min: 1, max: 4 });
const policy = fc.record({ periodMs: fc.integer({ min: 1, max: 9 }), burst: fc.integer({ min: 1, max: 4 }) });
const row = fc.record<Row<number, boolean>>({
  debt: ms,
  at: ms,
  isHeld: fc.boolean(),
  term: fc.nat(4),
  spent: fc.nat(4),
});
const account = fc.record<ModelAccount<number>>({
  debt: ms,
  at: ms,
  holder: fc.constantFrom(-1, 0),
  term,
  spent: fc.constantFrom(-1, 1, 2, 3, 4),
});

const rateOf = ({ periodMs, burst }: gcra.Policy) => ({ period: periodMs, slack: (burst - 1) * periodMs });
const ratesOf = (message: gcra.Policy): budget.Rates => ({ message, join: { ...message, burst: 1 } });
const debtsOf = (message: number): budget.Debts => ({ message, join: 3 });
const nameOf = (number: number): string => (number === 0 ? "" : `t${number}`);
const numberOf = (name: string | null): number => (name === null ? -1 : Number(name.slice(1)));

test("[L1] settling, charging, landing and waiting are what the theorem says they are", () =>
  prove("[L1] operations", {
    runs: 500,
    states: ["debts that end just now", "refused", "admitted", "nothing owed"],
    arbitrary: fc.record({ policy, debt: ms, at: ms, any: ms, endsNow: fc.boolean(), other: ms }),
    holds: ({ policy, debt, at, any, endsNow, other }, reached) => {
      const now = endsNow ? at + debt : any;
      const rates = ratesOf(policy);
      const settled = budget.asOf({ debts: debtsOf(debt), at }, now);
      const mine = model.asOf({ debt, at }, now);
      expect(mine).toEqual({ debt: settled.debts.message, at: settled.at });
      expect(model.remaining(debt, at)).toBe(gcra.remaining(debt, at));
      const wait = budget.waitFor(rates, settled, "message");
      expect(model.waitOf(rateOf(policy), mine.debt)).toBe(wait);
      expect(model.spend(rateOf(policy), mine.debt)).toBe(
        budget.charge(rates, settled, "message").debts.message,
      );
      const told = budget.landed(debtsOf(other), now);
      expect(model.landed(other, now)).toEqual({ debt: told.debts.message, at: told.at });
      const both = budget.larger(settled, told);
      expect(model.larger(mine, model.landed(other, now))).toEqual({ debt: both.debts.message, at: both.at });
      expect(model.isClear({ debt, at }, now)).toBe(
        budget.isClear({ debts: { message: debt, join: 0 }, at }, now),
      );
      reached.add("debts that end just now", debt > 0 && at + debt === now ? 1 : 0);
      reached.add(wait > 0 ? "refused" : "admitted");
      reached.add("nothing owed", mine.debt === 0 ? 1 : 0);
    },
  }));

const accountOf = ({ debt, at, holder, term, spent }: ModelAccount<number>): Account => ({
  holder: holder < 0 ? null : { room: `${holder}`, identity: IDENTITY, term: nameOf(term) },
  spent: spent < 0 ? null : nameOf(spent),
  budget: { debts: { message: debt, join: 0 }, at },
});

/** What a limiter keeps after these effects; null: it has forgotten everything. */
const keptBy = (effects: readonly LimiterEffect[]): Account | null =>
  effects.flatMap((effect) => (effect.type === "keep" ? [effect.account] : [])).at(-1) ?? null;

test("[L1] a limiter grants, and hears of a budget that comes back, as the theorem says", () =>
  prove("[L1] limiter", {
    runs: 1_500,
    states: ["granted to nobody's successor", "granted to the holder again", "ended", "forgotten", "late"],
    arbitrary: fc.record({
      account,
      now: ms,
      left: fc.record({ debt: fc.oneof(fc.constant(0), ms), isSpent: fc.boolean() }),
      late: fc.boolean(),
    }),
    holds: ({ account, now, left, late }, reached) => {
      const [room, fresh] = [0, 9];
      const granting = new Limiter(accountOf(account));
      const identity = IDENTITY;
      const take = { type: "take", now, call: 1, room: `${room}`, identity, term: nameOf(fresh) } as const;
      const effects = granting.handle(take);
      const next = model.take(account, room, fresh, now);
      expect(keptBy(effects)).toEqual(accountOf(next.account));
      const [grant] = effects.flatMap((effect) => (effect.type === "answer" ? [effect.grant] : []));
      expect({
        term: numberOf(grant?.term ?? ""),
        debt: grant?.debts.message,
        spent: numberOf(grant?.spent ?? null),
      }).toEqual(next.grant);
      reached.add(account.holder < 0 ? "granted to nobody's successor" : "granted to the holder again");

      if (account.holder < 0) return;
      const hearing = new Limiter(accountOf(account));
      const told = { debts: { message: left.debt, join: 0 }, isSpent: left.isSpent };
      const of = late ? "t8" : nameOf(account.term);
      const after = hearing.handle({ type: "given-back", now, term: of, left: told });
      if (late) {
        expect(after).toEqual([]);
        return reached.add("late");
      }
      const ended = model.end(account, left, now);
      const isForgotten = after.some(({ type }) => type === "forget");
      expect(isForgotten).toBe(model.isClear(ended, now));
      if (!isForgotten) expect(keptBy(after)).toEqual(accountOf(ended));
      reached.add(isForgotten ? "forgotten" : "ended");
    },
  }));

const rowOf = ({ debt, at, isHeld, term, spent }: Row<number, boolean>): BudgetRow => ({
  identity: IDENTITY,
  term: nameOf(term),
  spent: nameOf(spent),
  state: isHeld ? "held" : "yielded",
  debts: { message: debt, join: 0 },
  at,
});

/** A room's books with one row, and what it writes. */
class Books {
  readonly session: Session = newSession("c1", IDENTITY, 1, 0);
  readonly admission: Admission;
  private readonly ledger = new MemoryLedger();
  private readonly effects = new Effects();

  constructor(policy: gcra.Policy, row: Row<number, boolean>) {
    const { ledger, effects } = this;
    ledger.write([rowOf(row)]);
    this.admission = new Admission({ rates: ratesOf(policy), ledger, effects, isHere: () => true });
  }

  decide(now: number): ReturnType<Admission["decide"]> {
    return this.admission.decide(this.session, { kind: "message", message: "hi", counter: 1 }, now, false);
  }

  /** The row as it would be written now. */
  written(now: number): BudgetRow | undefined {
    this.admission.write(now);
    const rows = this.effects.all.flatMap((effect) => (effect.type === "budgets" ? effect.rows : []));
    return rows.at(-1);
  }
}

test("[L1] a room admits, is granted a budget, and gives it up, as the theorem says", () =>
  prove("[L1] room", {
    runs: 2_000,
    states: [
      "admitted",
      "refused",
      "granted",
      "exact books",
      "the room knows of more",
      "nothing owed after a grant",
      "given up",
      "given up before",
    ],
    arbitrary: fc.record({
      policy,
      row,
      waited: fc.oneof(fc.nat(3), ms),
      travelled: fc.oneof(fc.nat(3), ms),
      grant: fc.record({ term, debt: ms, spent: fc.constantFrom(-1, 1, 2, 3, 4) }),
      asked: term,
    }),
    holds: ({ policy, row, waited, travelled, grant, asked }, reached) => {
      // A clock that goes back is no part of the theorem (L5).
      const now = row.at + waited;
      const later = now + travelled;
      const deciding = new Books(policy, row);
      const verdict = deciding.decide(now);
      const isAdmitted = model.isAdmitted(rateOf(policy), row, now);
      expect(verdict.type === "admitted").toBe(isAdmitted);
      if (isAdmitted) expect(deciding.written(now)).toEqual(rowOf(model.admit(rateOf(policy), row, now)));
      if (verdict.type !== "waits") reached.add(isAdmitted ? "admitted" : "refused");
      else {
        const { term, debt, spent } = grant;
        const told = {
          term: nameOf(term),
          debts: { message: debt, join: 0 },
          spent: spent < 0 ? null : nameOf(spent),
        };
        deciding.admission.granted(IDENTITY, told, later);
        const next = model.granted(row, grant, later);
        expect(deciding.written(later)).toEqual(rowOf(next));
        reached.add("granted");
        reached.add("exact books", spent === row.spent ? 1 : 0);
        reached.add("the room knows of more", spent !== row.spent && next.debt > debt + 1 ? 1 : 0);
        reached.add("nothing owed after a grant", next.debt === 0 ? 1 : 0);
      }

      const yielding = new Books(policy, row);
      const question = { identity: IDENTITY, term: nameOf(asked), isCheck: false, now };
      const answer = yielding.admission.yield(question);
      const { row: frozen, left } = model.giveUp(row, asked, now);
      expect({ debt: answer?.debts.message, isSpent: answer?.isSpent }).toEqual(left);
      expect(yielding.written(now) ?? rowOf(row)).toEqual(rowOf(frozen));
      reached.add(row.isHeld ? "given up" : "given up before");
    },
  }));
