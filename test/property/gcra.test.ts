// The arithmetic of the rate limit against the naive model, and a debt's way between clocks.
import fc from "fast-check";
import { expect, test } from "vitest";
import { asOf, landed } from "../../src/rate-limit/budget.ts";
import { elapsed, type Policy, remaining, spend, waitOf } from "../../src/rate-limit/gcra.ts";
import { prove } from "../support/prove.ts";

const policies = fc.record({
  periodMs: fc.integer({ min: 1, max: 10_000 }),
  burst: fc.integer({ min: 1, max: 8 }),
});
const gaps = fc.array(
  fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 60_000 })),
  { minLength: 1, maxLength: 60 },
);

/** The naive model: a bucket of B tokens, one more every T ms, counted in exact fractions of T. */
class TokenBucket {
  private credit: number;
  private at: number;
  private readonly policy: Policy;
  constructor(policy: Policy, at: number) {
    this.policy = policy;
    this.credit = policy.burst * policy.periodMs;
    this.at = at;
  }
  take(now: number): boolean {
    const { periodMs, burst } = this.policy;
    this.credit = Math.min(burst * periodMs, this.credit + now - this.at);
    this.at = now;
    if (this.credit < periodMs) return false;
    this.credit -= periodMs;
    return true;
  }
}

test("[L1] [L3] GCRA admits exactly what a token bucket admits", async () => {
  await prove("[L1] [L3]", {
    runs: 200,
    states: ["admitted", "refused", "full bursts"],
    arbitrary: fc.tuple(policies, gaps),
    holds: ([policy, steps], reached) => {
      let now = 1_000_000;
      let debt = 0;
      const bucket = new TokenBucket(policy, now);
      let run = 0;
      for (const gap of steps) {
        now += gap;
        debt = remaining(debt, gap);
        const isAdmitted = waitOf(policy, debt) === 0;
        expect(isAdmitted).toBe(bucket.take(now));
        if (isAdmitted) debt = spend(policy, debt);
        run = isAdmitted ? run + 1 : 0;
        if (run === policy.burst) reached.add("full bursts");
        reached.add(isAdmitted ? "admitted" : "refused");
      }
    },
  });
});

test("[L2] [L5] refused before the wait, admitted at it; a clock that jumps back admits nothing and blocks for at most T", async () => {
  await prove("[L2] [L5]", {
    runs: 200,
    states: ["refused", "jumps back", "jumps forward"],
    arbitrary: fc.tuple(
      policies,
      fc.array(fc.integer({ min: -100_000, max: 100_000 }), { minLength: 1, maxLength: 40 }),
    ),
    holds: ([policy, jumps], reached) => {
      let [now, debt, isNew] = [10_000_000, 0, true];
      for (const jump of jumps) {
        debt = remaining(debt, elapsed(now, now + jump));
        now += jump;
        reached.add(jump < 0 ? "jumps back" : "jumps forward");
        let admitted = 0;
        for (; waitOf(policy, debt) === 0; admitted++) debt = spend(policy, debt);
        expect(admitted).toBeLessThanOrEqual(policy.burst);
        if (jump <= 0 && !isNew) expect(admitted).toBe(0);
        isNew = false;
        const wait = waitOf(policy, debt);
        reached.add("refused");
        expect(wait).toBeLessThanOrEqual(policy.periodMs);
        expect(waitOf(policy, remaining(debt, wait - 1))).toBe(1);
        expect(waitOf(policy, remaining(debt, wait))).toBe(0);
      }
    },
  });
});

test("[L1] [L8] a debt that travels between clocks is never over before its time, and at most two milliseconds a stay later", async () => {
  // Instants in quarters of a millisecond; each clock reads whole ones, and is off by its own.
  const stays = fc.array(
    fc.record({ offset: fc.integer({ min: -400_000, max: 400_000 }), quarters: fc.nat(4_000) }),
    { minLength: 1, maxLength: 12 },
  );
  await prove("[L1] [L8]", {
    runs: 500,
    states: ["stays", "late by a millisecond or more"],
    arbitrary: fc.tuple(stays, fc.integer({ min: 1, max: 60_000 })),
    holds: ([list, length], reached) => {
      let instant = 4_000_000;
      const due = instant + length * 4;
      let debts = { message: length, join: 0 };
      for (const { offset, quarters } of list) {
        const clock = (): number => Math.floor((instant + offset) / 4);
        const here = landed(debts, clock());
        instant += quarters;
        debts = asOf(here, clock()).debts;
        const end = instant + debts.message * 4;
        reached.add("stays");
        if (debts.message === 0) return;
        expect(debts.join).toBe(0);
        expect(end).toBeGreaterThanOrEqual(due);
        expect(end).toBeLessThanOrEqual(due + list.length * 8);
        if (end >= due + 4) reached.add("late by a millisecond or more");
      }
    },
  });
});
