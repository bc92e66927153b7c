import fc from "fast-check";
import { expect, test } from "vitest";
import { dueOf, indexOf, Pace, perSenderOf, type Plan, totalOf, turnOf } from "../../../load/lib/pacing.ts";
import { prove } from "../../support/prove.ts";

const plans: fc.Arbitrary<Plan> = fc
  .record({
    rooms: fc.integer({ min: 1, max: 8 }),
    senders: fc.integer({ min: 1, max: 8 }),
    rate: fc.double({ min: 0.5, max: 500, noNaN: true }),
    growth: fc.constantFrom(1, 1, 2, 10),
    warmupMs: fc.integer({ min: 0, max: 3_000 }),
    windowMs: fc.integer({ min: 1_000, max: 6_000 }),
  })
  .map(({ growth, ...plan }) => ({ ...plan, endRate: plan.rate * growth }));

test("a plan never bunches: no two messages stand closer than the highest rate has them", async () => {
  await prove("pacing", {
    runs: 200,
    states: ["even", "climbing", "many"],
    arbitrary: plans,
    holds: (plan, reached) => {
      const total = totalOf(plan);
      const gap = 1_000 / plan.endRate;
      let last = -Infinity;
      let closest = Infinity;
      for (let k = 0; k < total; k += 1) {
        const due = dueOf(plan, k);
        closest = Math.min(closest, due - last);
        last = due;
      }
      expect(closest).toBeGreaterThanOrEqual(gap * (1 - 1e-6));
      expect(last).toBeLessThanOrEqual(plan.warmupMs + plan.windowMs);
      if (total > 100) reached.add("many");
      reached.add(plan.rate === plan.endRate ? "even" : "climbing");
    },
  });
});

test("a turn names its message, and each sender's numbers rise by one", async () => {
  await prove("turns", {
    runs: 200,
    states: ["several rooms and senders"],
    arbitrary: plans,
    holds: (plan, reached) => {
      const next = new Map<number, number>();
      for (let k = 0; k < Math.min(300, totalOf(plan)); k += 1) {
        const { room, sender, n } = turnOf(plan, k);
        expect(indexOf(plan, sender, n)).toBe(k);
        expect(Math.floor(sender / plan.senders)).toBe(room);
        expect(n).toBe(next.get(sender) ?? 0);
        next.set(sender, n + 1);
      }
      if (plan.rooms > 1 && plan.senders > 1) reached.add("several rooms and senders");
    },
  });
});

test("what all senders have in the plan is the whole plan", async () => {
  await prove("shares", {
    runs: 200,
    states: ["uneven"],
    arbitrary: plans,
    holds: (plan, reached) => {
      const shares = Array.from({ length: plan.rooms * plan.senders }, (_, i) => perSenderOf(plan, i));
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(totalOf(plan));
      if (new Set(shares).size > 1) reached.add("uneven");
    },
  });
});

test("who wakes late catches up, and takes every message once and in order", async () => {
  await prove("catching up", {
    runs: 200,
    states: ["overslept"],
    arbitrary: fc.tuple(plans, fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 1 })),
    holds: ([plan, naps], reached) => {
      const pace = new Pace(plan);
      let elapsed = 0;
      let taken = 0;
      // Compared here, expected once: expectations by the thousand take seconds.
      let misplaced = 0;
      for (let i = 0; !pace.isOver; i += 1) {
        elapsed += Math.max(pace.wait(elapsed) + 1e-6, naps[i % naps.length] ?? 0);
        let now = 0;
        for (let next = pace.take(elapsed); next !== null; next = pace.take(elapsed)) {
          if (!(next.due <= elapsed) || indexOf(plan, next.turn.sender, next.turn.n) !== taken)
            misplaced += 1;
          taken += 1;
          now += 1;
        }
        if (now > 1) reached.add("overslept");
      }
      expect([taken, misplaced]).toEqual([totalOf(plan), 0]);
    },
  });
});
