import fc from "fast-check";
import { expect, test } from "vitest";
import { type Account, charge, MAX_AGE_MS, MAX_PASSES, NEW_ACCOUNT } from "../../src/rate-limit/charge.ts";
import { FULL, type Policy, retryAfter, settle, spend } from "../../src/rate-limit/gcra.ts";
import { Reached } from "../support/reached.ts";

const policies = fc.record({
  periodMs: fc.integer({ min: 1, max: 10_000 }),
  burst: fc.integer({ min: 1, max: 8 }),
});
const gaps = fc.array(
  fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 60_000 })),
  {
    minLength: 1,
    maxLength: 60,
  },
);

/** The naive model: a bucket of B tokens, one more every T ms since it was last full, counted in exact fractions of T. */
class Bucket {
  private credit: number;
  private at: number;
  private readonly policy: Policy;
  constructor(policy: Policy, at: number) {
    this.policy = policy;
    this.credit = policy.burst * policy.periodMs;
    this.at = at;
  }
  take(now: number): boolean {
    this.credit = Math.min(this.policy.burst * this.policy.periodMs, this.credit + now - this.at);
    this.at = now;
    if (this.credit < this.policy.periodMs) return false;
    this.credit -= this.policy.periodMs;
    return true;
  }
}

test("[L1] [L3] GCRA admits exactly what a token bucket admits", () => {
  const reached = new Reached("admitted", "refused", "full bursts");
  fc.assert(
    fc.property(policies, gaps, (policy, steps) => {
      let now = 1_000_000;
      let budget = FULL;
      const bucket = new Bucket(policy, now);
      let run = 0;
      for (const gap of steps) {
        now += gap;
        budget = settle(budget, now);
        const isAdmitted = retryAfter(policy, budget) === 0;
        expect(isAdmitted).toBe(bucket.take(now));
        if (isAdmitted) budget = spend(policy, budget, 0);
        run = isAdmitted ? run + 1 : 0;
        if (run === policy.burst) reached.add("full bursts");
        reached.add(isAdmitted ? "admitted" : "refused");
      }
    }),
  );
  reached.report("[L1] [L3]");
});

test("[L1] no window holds more than B + floor((W + A) / T) + P actions, whatever passes, ages and holders do", () => {
  const reached = new Reached("charged under a pass", "beyond the budget", "refused");
  const steps = fc.array(
    fc.record({
      gap: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 12_000 })),
      holder: fc.integer({ min: 0, max: 6 }),
      asked: fc.integer({ min: 0, max: 3 }),
      age: fc.integer({ min: 0, max: MAX_AGE_MS }),
    }),
    { minLength: 5, maxLength: 80 },
  );
  const policy = { periodMs: 5_000, burst: 5 };
  fc.assert(
    fc.property(steps, (all) => {
      let now = 1_000_000;
      let account: Account = NEW_ACCOUNT;
      const passes = new Set<string>();
      const actions: number[] = [];
      for (const { gap, holder: number, asked, age } of all) {
        now += gap;
        const holder = `h${number}`;
        const spent = passes.delete(holder) ? [age] : [];
        const isOver = retryAfter(policy, settle(account.budget, now)) > 0;
        const request = { holder, spent, asked: Array.from({ length: asked }, () => age) };
        const result = charge(policy, account, request, now);
        account = result.account;
        if (result.reply.pass) passes.add(holder);
        for (let i = 0; i < spent.length + result.reply.granted; i++) actions.push(now);
        if (spent.length > 0) reached.add("charged under a pass");
        if (spent.length > 0 && isOver) reached.add("beyond the budget");
        if (result.reply.granted < asked) reached.add("refused");
      }
      for (let from = 0; from < actions.length; from++) {
        for (let to = from; to < actions.length; to++) {
          const window = (actions[to] ?? 0) - (actions[from] ?? 0);
          const bound = policy.burst + Math.floor((window + MAX_AGE_MS) / policy.periodMs) + MAX_PASSES;
          expect(to - from + 1).toBeLessThanOrEqual(bound);
        }
      }
    }),
    { numRuns: 300 },
  );
  reached.report("[L1]");
});

test("[L1] the overshoot bound is tight: P passes are spent beyond a spent budget", () => {
  const policy = { periodMs: 5_000, burst: 5 };
  let account: Account = NEW_ACCOUNT;
  let actions = 0;
  const holders = Array.from({ length: MAX_PASSES + 1 }, (_, i) => `h${i}`);
  for (const holder of holders) {
    const result = charge(policy, account, { holder, spent: [], asked: [0] }, 0);
    expect(result.reply.pass).toBe(holder !== "h3");
    account = result.account;
  }
  // Long after, all budget is back; an outsider takes it, and then the passes come.
  const all = charge(policy, account, { holder: "x", spent: [], asked: [0, 0, 0, 0, 0] }, 100_000);
  actions += all.reply.granted;
  account = all.account;
  for (const holder of holders.slice(0, MAX_PASSES)) {
    const result = charge(policy, account, { holder, spent: [0], asked: [] }, 100_000);
    account = result.account;
    actions += 1;
    expect(result.reply.pass).toBe(false);
  }
  expect(actions).toBe(policy.burst + MAX_PASSES);
});

test("[L2] [L4] refused before retryAfter, accepted at it, and a refusal changes nothing", () => {
  const reached = new Reached("refused");
  fc.assert(
    fc.property(policies, gaps, (policy, steps) => {
      let now = 1_000_000;
      let account: Account = NEW_ACCOUNT;
      const ask = (at: number) => charge(policy, account, { holder: "h", spent: [], asked: [0] }, at);
      for (const gap of steps) {
        now += gap;
        const { account: after, reply } = ask(now);
        if (reply.granted === 0) {
          reached.add("refused");
          expect(reply.retryAfter).toBeGreaterThan(0);
          expect(after.budget.tat).toBe(account.budget.tat);
          expect(ask(now + reply.retryAfter - 1).reply.granted).toBe(0);
          expect(ask(now + reply.retryAfter).reply.granted).toBe(1);
        }
        account = after;
      }
    }),
  );
  reached.report("[L2] [L4]");
});

test("[L3] who keeps to the rate is never refused, at any latency of the limiter", () => {
  const reached = new Reached("late answers");
  fc.assert(
    fc.property(
      policies,
      gaps,
      fc.array(fc.integer({ min: 0, max: MAX_AGE_MS }), { minLength: 60, maxLength: 60 }),
      (policy, steps, delays) => {
        // An honest sender: sends only what a token bucket of its own admits. Charges arrive late, each by its own
        // delay, but in order: a connection has one charge under way.
        let came = 1_000_000;
        const own = new Bucket(policy, came);
        const charges: { came: number; at: number }[] = [];
        let last = 0;
        for (const [i, gap] of steps.entries()) {
          came += gap;
          if (!own.take(came)) continue;
          last = Math.max(last, came + (delays[i] ?? 0));
          charges.push({ came, at: last });
        }
        let account: Account = NEW_ACCOUNT;
        for (const { came: instant, at } of charges) {
          if (at > instant) reached.add("late answers");
          const result = charge(policy, account, { holder: "h", spent: [], asked: [at - instant] }, at);
          account = result.account;
          expect(result.reply.granted).toBe(1);
        }
      },
    ),
  );
  reached.report("[L3]");
});

test("[L5] a clock that jumps back admits no more and blocks for at most T; forwards, at most B once", () => {
  const reached = new Reached("jumps back", "jumps forward");
  const moves = fc.array(fc.integer({ min: -100_000, max: 100_000 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(policies, moves, (policy, jumps) => {
      let now = 10_000_000;
      let account: Account = NEW_ACCOUNT;
      for (const jump of jumps) {
        now += jump;
        const before = account;
        let admitted = 0;
        for (;;) {
          const { account: after, reply } = charge(
            policy,
            account,
            { holder: "h", spent: [], asked: [0] },
            now,
          );
          account = after;
          if (reply.granted === 0) {
            expect(reply.retryAfter).toBeLessThanOrEqual(policy.periodMs);
            break;
          }
          admitted += 1;
        }
        reached.add(jump < 0 ? "jumps back" : "jumps forward");
        expect(admitted).toBeLessThanOrEqual(policy.burst);
        if (jump < 0 && before !== NEW_ACCOUNT) expect(admitted).toBe(0);
      }
    }),
  );
  reached.report("[L5]");
});
