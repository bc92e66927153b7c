import fc from "fast-check";
import { expect, test } from "vitest";
import {
  bucketOf,
  BUCKETS,
  edgesOf,
  type Histogram,
  mean,
  mergeHistograms,
  NO_TIMES,
  quantile,
  Times,
} from "../../../load/lib/histogram.ts";
import { prove } from "../../support/prove.ts";

/** Times in ms from a microsecond to 10 minutes, evenly over the octaves. */
const time = fc
  .integer({ min: 0, max: 1_000_000 })
  .map((share) => 0.001 * 600_000_000 ** (share / 1_000_000));
const times = fc.array(time, { maxLength: 200 });

function histogramOf(values: readonly number[]): Histogram {
  const all = new Times();
  for (const value of values) all.add(value);
  return all.histogram;
}

test("a quantile is within 6 % of the time that really stands there", async () => {
  await prove("histogram error", {
    runs: 500,
    states: ["many times", "a median", "a tail"],
    arbitrary: fc.tuple(
      fc.array(time, { minLength: 1, maxLength: 300, size: "max" }),
      fc.integer({ min: 0, max: 1_000 }).map((share) => share / 1_000),
    ),
    holds: ([values, q], reached) => {
      const sorted = values.toSorted((a, b) => a - b);
      const real = sorted[Math.max(1, Math.ceil(q * values.length)) - 1] ?? 0;
      // A microsecond is what times are rounded to.
      expect(Math.abs(quantile(histogramOf(values), q) - real)).toBeLessThanOrEqual(0.06 * real + 0.001);
      if (values.length > 100) reached.add("many times");
      if (q > 0.3 && q < 0.7) reached.add("a median");
      if (q > 0.99) reached.add("a tail");
    },
  });
});

test("a time lies between the edges of its bucket, and a bucket is at most 6 % wide", async () => {
  await prove("histogram buckets", {
    runs: 1_000,
    states: ["inside"],
    arbitrary: time,
    holds: (value, reached) => {
      const micros = Math.round(value * 1_000) / 1_000;
      const bucket = bucketOf(value);
      const [from, to] = edgesOf(bucket);
      expect(micros).toBeGreaterThanOrEqual(from * (1 - 1e-9));
      if (bucket < BUCKETS - 1) expect(micros).toBeLessThanOrEqual(to * (1 + 1e-9));
      if (bucket > 0) expect(to / from).toBeLessThanOrEqual(1.06);
      reached.add("inside");
    },
  });
});

test("merging is associative and commutative, and the same as taking all times at once", async () => {
  await prove("histogram merge", {
    runs: 300,
    states: ["an empty one", "all full"],
    arbitrary: fc.tuple(times, times, times),
    holds: ([a, b, c], reached) => {
      const [x, y, z] = [histogramOf(a), histogramOf(b), histogramOf(c)];
      expect(mergeHistograms(x, y)).toEqual(mergeHistograms(y, x));
      const merged = mergeHistograms(mergeHistograms(x, y), z);
      expect(merged).toEqual(mergeHistograms(x, mergeHistograms(y, z)));
      expect(merged).toEqual(histogramOf([...a, ...b, ...c]));
      reached.add([a, b, c].some(({ length }) => length === 0) ? "an empty one" : "all full");
    },
  });
});

test("without times everything is 0; with one, that is all there is", () => {
  expect(quantile(NO_TIMES, 0.5)).toBe(0);
  expect(mean(NO_TIMES)).toBe(0);
  const one = histogramOf([12.5]);
  expect([quantile(one, 0), quantile(one, 0.5), quantile(one, 1), mean(one)]).toEqual([
    12.5, 12.5, 12.5, 12.5,
  ]);
});

test("what no bucket was made for falls into the first or the last one", () => {
  expect([bucketOf(-5), bucketOf(0), bucketOf(1e12)]).toEqual([0, 0, BUCKETS - 1]);
});
