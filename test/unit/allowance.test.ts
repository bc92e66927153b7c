import { expect, test } from "vitest";
import { PASS_LIFE_MS, SLACK_MS } from "../../src/rate-limit/charge.ts";
import {
  admitLocally,
  type LocalBudgets,
  newPass,
  passIsLive,
  refusedFor,
  restoreLocal,
} from "../../src/room/allowance.ts";
import { newSession, type Session } from "../../src/room/session.ts";

const RATE = { periodMs: 5_000, burst: 5 };
/** No wait of a limiter is longer: a full burst and all passes, charged at once. */
const LONGEST = 40_000;

const sessionWith = (fields: Partial<Session>): Session => ({
  ...newSession("c", "address", 1, 0),
  ...fields,
});

test.each([
  { now: 999, is: false },
  { now: 1_000, is: true },
  { now: 1_000 + PASS_LIFE_MS - 1, is: true },
  { now: 1_000 + PASS_LIFE_MS, is: false },
])("[L1] [L5] a pass from 1,000 on is good at $now: $is", ({ now, is }) => {
  expect(passIsLive(sessionWith({ pass: newPass(1_000) }), now)).toBe(is);
  expect(passIsLive(sessionWith({}), now)).toBe(false);
});

test.each([
  { from: 1_000, sure: 3_000, until: 3_000, now: 1_000, wait: 2_000, why: "holds" },
  { from: 1_000, sure: 3_000, until: 3_000, now: 2_999, wait: 1, why: "holds to its last ms" },
  { from: 1_000, sure: 3_000, until: 3_000, now: 3_000, wait: 0, why: "is over" },
  { from: 1_000, sure: 3_000, until: 3_000, now: 5_000, wait: 0, why: "is long over" },
  { from: 1_000, sure: 2_000, until: 3_000, now: 1_999, wait: 1_001, why: "is sure still" },
  { from: 1_000, sure: 2_000, until: 3_000, now: 2_000, wait: 0, why: "is no longer sure" },
  {
    from: 1_000,
    sure: 3_000,
    until: 3_000,
    now: 999,
    wait: 0,
    why: "was in the future: the clock went back",
  },
  { from: 0, sure: LONGEST, until: LONGEST, now: 0, wait: LONGEST, why: "is as long as any" },
  { from: 0, sure: 1, until: LONGEST + 1, now: 0, wait: 0, why: "is longer than any limiter's" },
])(
  "[L2] [L3] [L5] a refusal from $from to $until $why, at $now: $wait",
  ({ from, sure, until, now, wait }) => {
    expect(refusedFor(sessionWith({ refused: { from, sure, until } }), RATE, now)).toBe(wait);
  },
);

test("[L2] who was not refused does not wait", () => {
  expect(refusedFor(sessionWith({}), RATE, 1_000)).toBe(0);
});

test("[L9] without a limiter each identity has one action a period, and what is full again is forgotten", () => {
  const budgets: LocalBudgets = new Map();
  const [ann, bob] = [sessionWith({ identity: "a" }), sessionWith({ identity: "b" })];
  expect(admitLocally(budgets, RATE, ann, 0, 10_000)).toBe(0);
  expect([ann.local, budgets.size]).toEqual([null, 0]);
  expect(admitLocally(budgets, RATE, ann, 3, 10_000)).toBe(1);
  expect(ann.local).toEqual({ tat: 15_000, last: 10_000 });
  // An action may seem to be early by the slack of its way here.
  expect(admitLocally(budgets, RATE, sessionWith({ identity: "a" }), 1, 15_000 - SLACK_MS - 1)).toBe(0);
  expect(admitLocally(budgets, RATE, bob, 1, 14_999)).toBe(1);
  expect([...budgets.keys()]).toEqual(["a", "b"]);
  expect(admitLocally(budgets, RATE, bob, 1, 15_000)).toBe(0);
  expect([...budgets.keys()]).toEqual(["b"]);
  expect(admitLocally(budgets, RATE, ann, 1, 15_000)).toBe(1);
});

test("[L5] [L9] a clock that went back gives no second action", () => {
  const budgets: LocalBudgets = new Map();
  const ann = sessionWith({});
  admitLocally(budgets, RATE, ann, 1, 10_000);
  expect(admitLocally(budgets, RATE, ann, 1, 9_000)).toBe(0);
});

test("[L6] [L9] a waking room takes the fullest of what the attachments of one identity say", () => {
  const budgets: LocalBudgets = new Map();
  for (const tat of [15_000, 18_000, 16_000])
    restoreLocal(budgets, sessionWith({ local: { tat, last: 10_000 } }));
  restoreLocal(budgets, sessionWith({ local: null }));
  restoreLocal(budgets, sessionWith({ identity: "full", local: { tat: 0, last: 0 } }));
  expect([...budgets]).toEqual([["address", { tat: 18_000, last: 10_000 }]]);
});
