import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareGroups, median } from "../../../load/runner/statistics.ts";

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** All ratios of two groups, in order. */
const ratios = (a: readonly number[], b: readonly number[]): number[] =>
  a.flatMap((x) => b.map((y) => y / x)).toSorted((x, y) => x - y);

/** The critical values of U, two-sided 5 %, as printed in tables (Mann and Whitney 1947): the interval drops so many at each end. */
const TABLE = [
  [4, 4, 0],
  [5, 5, 2],
  [5, 8, 6],
  [6, 6, 5],
  [8, 8, 13],
  [10, 10, 23],
] as const;

describe("compareGroups", () => {
  test.each(TABLE)("with %i and %i repeats leaves out %i ratios at each end", (n, m, drop) => {
    const first = range(n).map((i) => 100 + i ** 1.5);
    const second = range(m).map((i) => 150 + i ** 1.7);
    const all = ratios(first, second);
    expect(compareGroups(first, second, 0.05)).toEqual({
      ratio: median(all),
      low: all[drop],
      high: all[all.length - 1 - drop],
    });
  });

  test("says nothing where there are too few repeats for the level", () => {
    expect(compareGroups([1, 2, 3], [4, 5, 6], 0.05)).toBeNull();
    expect(compareGroups([], [1], 0.05)).toBeNull();
  });

  test("holds the true ratio in at least 95 of 100 intervals", () => {
    let held = 0;
    const runs = 2_000;
    const random = fc.sample(fc.double({ min: 0.001, max: 0.999, noNaN: true }), {
      seed: 5,
      numRuns: runs * 10,
    });
    // A heavy tail, as latencies have; the second group is 1.2 times the first.
    const heavy = random.map((share) => (share / (1 - share)) ** 0.3);
    for (const run of range(runs)) {
      const first = heavy.slice(run * 10, run * 10 + 5);
      const second = heavy.slice(run * 10 + 5, run * 10 + 10).map((value) => value * 1.2);
      const { low, high } = compareGroups(first, second, 0.05) ?? { low: 0, high: 0 };
      if (low <= 1.2 && 1.2 <= high) held += 1;
    }
    expect(held / runs).toBeGreaterThan(0.95);
    expect(held / runs).toBeLessThan(0.99);
  });
});
