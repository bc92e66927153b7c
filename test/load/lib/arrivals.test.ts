// Schedules that are no metronome's: as many messages as planned, each in its time, the same for everybody, and as uneven as they should be.
import fc from "fast-check";
import { expect, test } from "vitest";
import { ARRIVALS, Places } from "../../../load/lib/arrivals.ts";
import { dueOf, Pace, type Plan, totalOf } from "../../../load/lib/pacing.ts";
import { prove } from "../../support/prove.ts";

const plans = fc
  .record({
    kind: fc.constantFrom(...ARRIVALS),
    seed: fc.nat(999_999_999),
    rate: fc.double({ min: 0.5, max: 300, noNaN: true }),
    growth: fc.constantFrom(1, 1, 10),
    windowMs: fc.integer({ min: 1_000, max: 8_000 }),
  })
  .map(({ kind, seed, growth, ...plan }): Plan => ({
    ...{ ...plan, rooms: 1, senders: 3, warmupMs: 500, endRate: plan.rate * growth },
    arrivals: { kind, seed },
  }));

/** As the sender goes through it. */
function timesOf(plan: Plan): number[] {
  const pace = new Pace(plan);
  const times: number[] = [];
  for (let next = pace.take(Infinity); next !== null; next = pace.take(Infinity)) times.push(next.due);
  return times;
}

/** How much of a plan is over after so many ms, in messages: what its rate says. */
const meanUntil = ({ rate, endRate, warmupMs, windowMs }: Plan, ms: number): number =>
  (rate * ms + ((endRate - rate) * ms * ms) / (warmupMs + windowMs) / 2) / 1_000;

test("every schedule has the planned messages, in order, in time, at the planned rate, and is the same for all", async () => {
  await prove("arrivals", {
    runs: 300,
    states: ["metronome", "poisson", "bursts", "climbing", "many"],
    arbitrary: plans,
    holds: (plan, reached) => {
      const times = timesOf(plan);
      const total = totalOf(plan);
      expect(times).toHaveLength(total);
      expect(times).toEqual(timesOf(plan));
      let [worst, disorder, outside] = [0, 0, 0];
      for (const [k, time] of times.entries()) {
        if (time < (times[k - 1] ?? 0)) disorder += 1;
        if (!(time >= 0 && time <= plan.warmupMs + plan.windowMs + 1e-6)) outside += 1;
        worst = Math.max(worst, Math.abs(meanUntil(plan, time) - (k + 0.5)));
      }
      expect([disorder, outside]).toEqual([0, 0]);
      const { kind = "metronome" } = plan.arrivals ?? {};
      const burst = Math.max(2, Math.round((plan.rate + plan.endRate) / 2));
      // Kolmogorov: that a fair schedule is farther off than 3 √n has a chance of 3 in 100,000,000.
      const most = { metronome: 1e-3, poisson: 3 * Math.sqrt(total) + 1, bursts: burst + 1 }[kind];
      expect(worst).toBeLessThanOrEqual(most);
      reached.add(kind);
      if (plan.endRate > plan.rate) reached.add("climbing");
      if (total > 500) reached.add("many");
    },
  });
});

test("a receiver that asks for one message has it where the sender's schedule has it", async () => {
  await prove("one message", {
    runs: 100,
    states: ["metronome", "poisson", "bursts"],
    arbitrary: fc.tuple(plans, fc.nat(1_000)),
    holds: ([plan, any], reached) => {
      const times = timesOf(plan);
      if (times.length === 0) return;
      const k = any % times.length;
      expect(dueOf(plan, k)).toBeCloseTo(times[k] ?? NaN, 6);
      reached.add(plan.arrivals?.kind ?? "metronome");
    },
  });
});

const gapsOf = (kind: (typeof ARRIVALS)[number], seed: number): number[] => {
  const places = new Places({ kind, seed }, 20_000, 50);
  const at = Array.from({ length: 20_000 }, (_, k) => places.at(k));
  return at.slice(1).map((place, k) => place - (at[k] ?? 0));
};

test("a Poisson schedule's gaps are exponential, and no two seeds' are alike", () => {
  const gaps = gapsOf("poisson", 7);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  expect(mean).toBeCloseTo(1, 1);
  // An exponential's standard deviation is its mean; a metronome's is 0.
  expect(Math.sqrt(variance) / mean).toBeGreaterThan(0.95);
  expect(Math.sqrt(variance) / mean).toBeLessThan(1.05);
  expect(gaps.filter((gap) => gap > 2).length / gaps.length).toBeCloseTo(Math.exp(-2), 2);
  // One gap says nothing of the next.
  const next = gaps.slice(1).reduce((sum, gap, k) => sum + (gap - mean) * ((gaps[k] ?? 0) - mean), 0);
  expect(Math.abs(next / gaps.length / variance)).toBeLessThan(0.03);
  expect(gaps).not.toEqual(gapsOf("poisson", 8));
});

test("a burst is what a second's rate holds, all at once, one in each second", () => {
  const places = new Places({ kind: "bursts", seed: 3 }, 1_020, 50);
  const at = Array.from({ length: 1_020 }, (_, k) => places.at(k));
  const moments = [...new Set(at)];
  expect(moments).toHaveLength(21);
  expect(moments.map((place) => Math.floor(place / 50))).toEqual(Array.from({ length: 21 }, (_, i) => i));
  // The last one has 20, and comes in their share of the time.
  expect(at.filter((place) => place === moments.at(-1))).toHaveLength(20);
  expect(at.at(-1)).toBeLessThanOrEqual(1_020);
});

const meanOf = (total: number, k: number): number => {
  const all = Array.from({ length: 4_000 }, (_, seed) =>
    new Places({ kind: "poisson", seed }, total, 1).at(k),
  );
  return all.reduce((sum, place) => sum + place / total, 0) / all.length;
};

test("of few messages, too, each is anywhere; and whoever asks backwards is told the same", () => {
  // Of n places that are uniform, the kth stands at k / (n + 1) on average.
  expect(meanOf(1, 0)).toBeCloseTo(1 / 2, 1);
  expect(meanOf(3, 2)).toBeCloseTo(3 / 4, 1);
  const places = new Places({ kind: "poisson", seed: 5 }, 100, 10);
  const forth = [0, 1, 2, 3].map((k) => places.at(k));
  expect([3, 2, 1, 0].map((k) => places.at(k)).toReversed()).toEqual(forth);
});
