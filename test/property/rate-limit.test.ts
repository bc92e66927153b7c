import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Account,
  charge,
  MAX_PASSES,
  NEW_ACCOUNT,
  PASS_HELD_MS,
  PASS_LIFE_MS,
  SLACK_MS,
} from "../../src/rate-limit/charge.ts";
import { FULL, type Policy, retryAfter, settle, spend } from "../../src/rate-limit/gcra.ts";
import { prove } from "../support/prove.ts";

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

/** The naive model: a bucket of B tokens (and the slack), one more every T ms, counted in exact fractions of T. */
class Bucket {
  private credit: number;
  private at: number;
  private readonly most: number;
  private readonly policy: Policy;
  constructor(policy: Policy, at: number, slackMs = 0) {
    this.policy = policy;
    this.most = policy.burst * policy.periodMs + slackMs;
    this.credit = this.most;
    this.at = at;
  }
  take(now: number): boolean {
    this.credit = Math.min(this.most, this.credit + now - this.at);
    this.at = now;
    if (this.credit < this.policy.periodMs) return false;
    this.credit -= this.policy.periodMs;
    return true;
  }
}

test("[L1] [L3] GCRA admits exactly what a token bucket admits", async () => {
  await prove("[L1] [L3]", {
    runs: 100,
    states: ["admitted", "refused", "full bursts"],
    arbitrary: fc.tuple(policies, gaps, fc.constantFrom(0, SLACK_MS)),
    holds: ([policy, steps, slackMs], reached) => {
      let now = 1_000_000;
      let budget = FULL;
      const bucket = new Bucket(policy, now, slackMs);
      let run = 0;
      for (const gap of steps) {
        now += gap;
        budget = settle(budget, now);
        const isAdmitted = retryAfter(policy, budget, slackMs) === 0;
        expect(isAdmitted).toBe(bucket.take(now));
        if (isAdmitted) budget = spend(policy, budget);
        run = isAdmitted ? run + 1 : 0;
        if (run === policy.burst) reached.add("full bursts");
        reached.add(isAdmitted ? "admitted" : "refused");
      }
    },
  });
});

test("[L1] no window holds more than B + floor((W + A) / T) + P charges, whatever passes and holders do", async () => {
  const steps = fc.array(
    fc.record({
      gap: fc.oneof(
        { weight: 4, arbitrary: fc.constant(0) },
        { weight: 4, arbitrary: fc.integer({ min: 0, max: 12_000 }) },
        // About the life of a pass.
        fc.integer({ min: PASS_LIFE_MS - 2_000, max: PASS_LIFE_MS + 2_000 }),
      ),
      holder: fc.integer({ min: 0, max: 6 }),
      asked: fc.integer({ min: 0, max: 3 }),
      isSpent: fc.boolean(),
    }),
    { minLength: 5, maxLength: 80 },
  );
  const policy = { periodMs: 5_000, burst: 5 };
  await prove("[L1]", {
    runs: 300,
    states: [
      "charged under a pass",
      "beyond the budget",
      "refused",
      "kept passes",
      "late uses",
      "void passes",
    ],
    arbitrary: steps,
    holds: (all, reached) => {
      let now = 1_000_000;
      let account: Account = NEW_ACCOUNT;
      /** When the charge was made with which each holder got its pass. */
      const passes = new Map<string, number>();
      const actions: number[] = [];
      for (const { gap, holder: number, asked, isSpent } of all) {
        now += gap;
        const holder = `h${number}`;
        const age = now - (passes.get(holder) ?? -Infinity);
        // Used at the last moment, it is charged up to C later.
        const isLive = age < PASS_HELD_MS;
        const spent = isSpent && isLive ? 1 : 0;
        const isHeld = !isSpent && isLive;
        if (passes.delete(holder) && !isLive) reached.add("void passes");
        if (spent > 0 && age >= PASS_LIFE_MS) reached.add("late uses");
        const isOver = retryAfter(policy, settle(account.budget, now), SLACK_MS) > 0;
        const result = charge(policy, account, { holder, spent, asked }, now);
        account = result.account;
        if (result.reply.pass) passes.set(holder, now);
        for (let i = 0; i < spent + result.reply.granted; i++) actions.push(now);
        if (spent > 0) reached.add("charged under a pass");
        if (spent > 0 && isOver) reached.add("beyond the budget");
        if (result.reply.granted < asked) reached.add("refused");
        if (isHeld && result.reply.pass && result.reply.retryAfter > 0) reached.add("kept passes");
        expect(account.passes.length).toBeLessThanOrEqual(MAX_PASSES);
      }
      for (let from = 0; from < actions.length; from++) {
        for (let to = from; to < actions.length; to++) {
          const window = (actions[to] ?? 0) - (actions[from] ?? 0);
          const bound = policy.burst + Math.floor((window + SLACK_MS) / policy.periodMs) + MAX_PASSES;
          expect(to - from + 1).toBeLessThanOrEqual(bound);
        }
      }
    },
  });
});

test("[L2] [L4] refused before retryAfter, accepted at it, and a refusal changes nothing", async () => {
  await prove("[L2] [L4]", {
    runs: 100,
    states: ["refused"],
    arbitrary: fc.tuple(policies, gaps),
    holds: ([policy, steps], reached) => {
      let now = 1_000_000;
      let account: Account = NEW_ACCOUNT;
      const ask = (at: number) => charge(policy, account, { holder: "h", spent: 0, asked: 1 }, at);
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
    },
  });
});

test("[L3] who keeps to the rate is never refused, at any delay up to A, in whatever order the charges come", async () => {
  const delays = fc.array(fc.integer({ min: 0, max: SLACK_MS }), { minLength: 60, maxLength: 60 });
  await prove("[L3]", {
    runs: 1_000,
    states: ["late", "overtaken", "needs the slack"],
    arbitrary: fc.tuple(policies, gaps, delays),
    holds: ([policy, steps, late], reached) => {
      // An honest sender: sends only what a token bucket of its own admits. Each action comes late, by its own delay.
      let came = 1_000_000;
      const own = new Bucket(policy, came);
      const charges: { came: number; at: number }[] = [];
      for (const [i, gap] of steps.entries()) {
        came += gap;
        if (own.take(came)) charges.push({ came, at: came + (late[i] ?? 0) });
      }
      let account: Account = NEW_ACCOUNT;
      let latest = 0;
      for (const { came: instant, at } of charges.toSorted((a, b) => a.at - b.at)) {
        if (at > instant) reached.add("late");
        if (instant < latest) reached.add("overtaken");
        latest = Math.max(latest, instant);
        if (retryAfter(policy, settle(account.budget, at)) > 0) reached.add("needs the slack");
        const result = charge(policy, account, { holder: "h", spent: 0, asked: 1 }, at);
        account = result.account;
        expect(result.reply.granted).toBe(1);
      }
    },
  });
});

test("[L5] a clock that jumps back admits no more and blocks for at most T; forwards, at most B + floor(A / T) once", async () => {
  const moves = fc.array(fc.integer({ min: -100_000, max: 100_000 }), { minLength: 1, maxLength: 40 });
  await prove("[L5]", {
    runs: 100,
    states: ["jumps back", "jumps forward"],
    arbitrary: fc.tuple(policies, moves),
    holds: ([policy, jumps], reached) => {
      let now = 10_000_000;
      let account: Account = NEW_ACCOUNT;
      for (const jump of jumps) {
        now += jump;
        const before = account;
        let admitted = 0;
        const most = policy.burst + Math.floor(SLACK_MS / policy.periodMs);
        while (admitted <= most) {
          const { account: after, reply } = charge(policy, account, { holder: "h", spent: 0, asked: 1 }, now);
          account = after;
          if (reply.granted === 0) {
            expect(reply.retryAfter).toBeLessThanOrEqual(policy.periodMs);
            break;
          }
          admitted += 1;
        }
        reached.add(jump < 0 ? "jumps back" : "jumps forward");
        expect(admitted).toBeLessThanOrEqual(most);
        if (jump < 0 && before !== NEW_ACCOUNT) expect(admitted).toBe(0);
      }
    },
  });
});
