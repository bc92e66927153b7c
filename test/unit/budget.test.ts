import { expect, test } from "vitest";
import {
  asOf,
  type Budget,
  charge,
  clearAt,
  FULL,
  isClear,
  landed,
  larger,
  NO_DEBTS,
  waitFor,
} from "../../src/rate-limit/budget.ts";

const RATES = { message: { periodMs: 5_000, burst: 5 }, join: { periodMs: 5_000, burst: 2 } };
const owing = (message: number, join: number, at = 1_000): Budget => ({ debts: { message, join }, at });

test("[L1] a burst is admitted, the next one waits for its period; messages and joins are counted apart", () => {
  let budget = asOf(FULL, 1_000);
  for (let i = 0; i < 5; i++) {
    expect(waitFor(RATES, budget, "message")).toBe(0);
    budget = charge(RATES, budget, "message");
  }
  expect(budget).toEqual(owing(25_000, 0));
  expect([waitFor(RATES, budget, "message"), waitFor(RATES, budget, "join")]).toEqual([5_000, 0]);
  expect(waitFor(RATES, asOf(budget, 5_999), "message")).toBe(1);
  expect(waitFor(RATES, asOf(budget, 6_000), "message")).toBe(0);
});

test.each([
  { now: 1_000, debts: { message: 3_000, join: 100 }, why: "no time has passed" },
  { now: 1_100, debts: { message: 2_900, join: 0 }, why: "a debt ends at nothing" },
  { now: 9_000, debts: NO_DEBTS, why: "all is over" },
  { now: 400, debts: { message: 3_000, join: 100 }, why: "the clock went back" },
])("[L1] [L5] as of $now, because $why", ({ now, debts }) => {
  expect(asOf(owing(3_000, 100), now)).toEqual({ debts, at: now });
});

test("[L1] a debt that has come from another clock is a millisecond longer; what is not owed stays so", () => {
  expect(landed({ message: 3_000, join: 0 }, 7)).toEqual(owing(3_001, 0, 7));
});

test("[L1] of two debts of a kind the larger counts", () => {
  expect(larger(owing(3_000, 100), owing(2_000, 200))).toEqual(owing(3_000, 200));
});

test("[D12] a budget is clear when its larger debt is over, also on a clock that went back", () => {
  expect(clearAt(owing(3_000, 4_000))).toBe(5_000);
  expect([4_999, 5_000].map((now) => isClear(owing(3_000, 4_000), now))).toEqual([false, true]);
  expect(isClear(owing(3_000, 4_000), 0)).toBe(false);
  expect(isClear(owing(0, 0, 9_000), 0)).toBe(true);
});
