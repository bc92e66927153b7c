import fc from "fast-check";
import { expect, test } from "vitest";
import { compareSeries, seriesOf, studentT } from "../../../load/lib/repeats.ts";
import { fitUsl, peakOf, throughputAt, type Usl } from "../../../load/lib/usl.ts";
import { prove } from "../../support/prove.ts";

const laws: fc.Arbitrary<Usl> = fc.record({
  lambda: fc.integer({ min: 1, max: 100_000 }),
  sigma: fc.integer({ min: 0, max: 300 }).map((thousandths) => thousandths / 1_000),
  kappa: fc.constantFrom(0, 1e-6, 1e-5, 1e-4, 1e-3),
});
const loads = fc
  .uniqueArray(fc.integer({ min: 1, max: 500 }), { minLength: 6, maxLength: 12 })
  .filter((all) => Math.max(...all) > 50);

test("the fit recovers a known law from points without noise", async () => {
  await prove("usl", {
    runs: 300,
    states: ["a peak", "no peak"],
    arbitrary: fc.tuple(laws, loads),
    holds: ([law, at], reached) => {
      const fit = fitUsl(at.map((load) => ({ load, throughput: throughputAt(law, load) })));
      expect((fit?.lambda ?? 0) / law.lambda).toBeCloseTo(1, 4);
      expect(fit?.sigma).toBeCloseTo(law.sigma, 5);
      expect(fit?.kappa).toBeCloseTo(law.kappa, 7);
      if (law.kappa > 0 && fit !== null) expect(peakOf(fit) / peakOf(law)).toBeCloseTo(1, 2);
      reached.add(law.kappa > 0 ? "a peak" : "no peak");
    },
  });
});

test("with noise of 1 %, however laid, the fit still says the throughput within 5 %, and never a negative cost", async () => {
  await prove("noisy usl", {
    runs: 300,
    states: ["sigma or kappa is 0", "both"],
    arbitrary: fc.tuple(
      laws,
      loads,
      fc.array(fc.integer({ min: -10, max: 10 }), { minLength: 12, maxLength: 12 }),
    ),
    holds: ([law, at, noise], reached) => {
      const points = at.map((load, i) => ({
        load,
        throughput: throughputAt(law, load) * (1 + (noise[i] ?? 0) / 1_000),
      }));
      const fit = fitUsl(points);
      expect(fit).not.toBeNull();
      if (fit === null) return;
      expect(Math.min(fit.lambda, fit.sigma, fit.kappa)).toBeGreaterThanOrEqual(0);
      for (const { load } of points) {
        expect(Math.abs(throughputAt(fit, load) / throughputAt(law, load) - 1)).toBeLessThan(0.05);
      }
      reached.add(fit.sigma === 0 || fit.kappa === 0 ? "sigma or kappa is 0" : "both");
    },
  });
});

test("two loads are too few for a fit", () => {
  const points = [1, 1, 2].map((load) => ({ load, throughput: load }));
  expect(fitUsl(points)).toBeNull();
});

test("the interval of a mean is the textbook's", () => {
  // Five runs of mean 100 and deviation 2: t = 2.776, over the root of five.
  const series = seriesOf([98, 98, 100, 102, 102]);
  expect(series).toMatchObject({ runs: 5, mean: 100, deviation: 2 });
  expect(series.margin).toBeCloseTo((2.7764 * 2) / Math.sqrt(5), 4);
  expect(seriesOf([7])).toMatchObject({ mean: 7, margin: Infinity });
  expect([studentT(1), studentT(4), studentT(11), studentT(1e6)].map((t) => t.toFixed(2))).toEqual([
    "12.71",
    "2.78",
    "2.20",
    "1.96",
  ]);
});

test("a comparison sees a difference well above the noise, sees none within it, and says nothing of single runs", async () => {
  await prove("comparison", {
    runs: 300,
    states: ["faster", "slower"],
    arbitrary: fc.record({
      noise: fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 10, maxLength: 10 }),
      mean: fc.integer({ min: 10_000, max: 100_000 }),
      change: fc.constantFrom(-0.2, 0.2),
    }),
    holds: ({ noise, mean, change }, reached) => {
      const first = noise.slice(0, 5).map((tenths) => mean * (1 + tenths / 10_000));
      const second = noise.slice(5).map((tenths) => mean * (1 + tenths / 10_000));
      const shifted = second.map((value) => value * (1 + change));
      const difference = compareSeries(first, shifted);
      expect(difference?.isReal).toBe(true);
      expect(Math.abs((difference?.share ?? 0) - change)).toBeLessThan(0.03);
      const same = compareSeries(first, [...first]);
      expect(same).toMatchObject({ share: 0, isReal: false });
      expect(compareSeries(first, second.slice(0, 1))).toBeNull();
      reached.add(change > 0 ? "faster" : "slower");
    },
  });
});
