import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  duration,
  linearAxis,
  logAxis,
  nines,
  percentileAxis,
  place,
  short,
  whole,
} from "../../../scripts/load/scales.ts";

const values = fc.array(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 20 });

describe("axes", () => {
  test("hold every value between their ends, in order", () => {
    fc.assert(
      fc.property(values, (all) => {
        for (const axis of [linearAxis("", all), logAxis("", all)]) {
          const sorted = all.toSorted((a, b) => a - b);
          expect(Math.max(...all)).toBeLessThanOrEqual(axis.max * 1.000_001);
          const placed = sorted.map((value) => place(axis, value));
          expect(placed).toEqual(placed.toSorted((a, b) => a - b));
          expect(Math.min(...placed)).toBeGreaterThanOrEqual(0);
          expect(Math.max(...placed)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test("have between 2 and 13 ticks, all of them inside", () => {
    fc.assert(
      fc.property(values, (all) => {
        for (const axis of [linearAxis("", all), logAxis("", all)]) {
          expect(axis.ticks.length).toBeGreaterThanOrEqual(2);
          expect(axis.ticks.length).toBeLessThanOrEqual(13);
          for (const { at } of axis.ticks) expect(at).toBeLessThanOrEqual(axis.max * 1.000_001);
        }
      }),
    );
  });

  test("give each nine the same room, up to where there are samples", () => {
    const axis = percentileAxis("", 100_000);
    expect(axis.ticks.map(({ label }) => label)).toEqual(["0", "50", "90", "99", "99.9", "99.99", "99.999"]);
    expect(place(axis, nines(0.9))).toBeCloseTo(0.2, 9);
    expect(place(axis, nines(0.99))).toBeCloseTo(0.4, 9);
  });
});

test.each([
  [short(0), "0"],
  [short(999), "999"],
  [short(12_345), "12k"],
  [short(1_234_567), "1.2M"],
  [whole(1_234_567.4), "1,234,567"],
  [duration(0), "0 ms"],
  [duration(0.34), "340 µs"],
  [duration(3.44), "3.4 ms"],
  [duration(123.4), "123 ms"],
  [duration(1_234), "1.2 s"],
])("%s is what people read for %s", (said, expected) => {
  expect(said).toBe(expected);
});
