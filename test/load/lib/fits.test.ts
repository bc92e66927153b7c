import fc from "fast-check";
import { expect, test } from "vitest";
import { fitUsl, throughputAt, type Usl } from "../../../load/lib/usl.ts";
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

test("far from a load of one, the cost of one is not to be seen, and the fit still goes through the points", () => {
  const law = { lambda: 1, sigma: 0.081, kappa: 0.0001 };
  const thousandths = [-4, -6, 1, 4, 7, -2, -7, 0];
  const points = [150, 155, 144, 416, 129, 158, 366, 475].map((load, i) => ({
    load,
    throughput: throughputAt(law, load) * (1 + (thousandths[i] ?? 0) / 1_000),
  }));
  const fit = fitUsl(points);
  expect(fit).not.toBeNull();
  for (const { load } of points) {
    expect(Math.abs(throughputAt(fit ?? law, load) / throughputAt(law, load) - 1)).toBeLessThan(0.03);
  }
});

test("two loads are too few for a fit", () => {
  const points = [1, 1, 2].map((load) => ({ load, throughput: load }));
  expect(fitUsl(points)).toBeNull();
});
