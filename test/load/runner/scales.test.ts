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
} from "../../../load/runner/scales.ts";
import { prove } from "../../support/prove.ts";

/** From a microsecond in ms to a thousand million; close together, or over decades. In thousandths of a decade. */
const values = fc
  .tuple(fc.integer({ min: -3_000, max: 4_000 }), fc.constantFrom(500, 5_000))
  .chain(([least, width]) =>
    fc.array(fc.integer({ min: least, max: least + width }), { minLength: 1, maxLength: 20 }),
  )
  .map((powers) => powers.map((power) => 10 ** (power / 1_000)));
const SPREADS = ["one value", "within a decade", "over many decades"];

function spreadOf(all: readonly number[]): string {
  if (all.length === 1) return "one value";
  return Math.max(...all) / Math.min(...all) < 10 ? "within a decade" : "over many decades";
}

const proveOf = (law: string, holds: (all: readonly number[]) => void): Promise<void> =>
  prove(law, {
    runs: 200,
    states: SPREADS,
    arbitrary: values,
    holds: (all, reached) => {
      reached.add(spreadOf(all));
      holds(all);
    },
  });

describe("axes", () => {
  test("hold every value between their ends, in order", () =>
    proveOf("axes", (all) => {
      const sorted = all.toSorted((a, b) => a - b);
      for (const axis of [linearAxis("", all), logAxis("", all)]) {
        expect(Math.min(...all)).toBeGreaterThanOrEqual(axis.min * 0.999_999);
        expect(Math.max(...all)).toBeLessThanOrEqual(axis.max * 1.000_001);
        const placed = sorted.map((each) => place(axis, each));
        expect(placed).toEqual(placed.toSorted((a, b) => a - b));
      }
    }));

  test("have between 2 and 13 ticks, all of them inside", () =>
    proveOf("ticks", (all) => {
      for (const { min, max, ticks } of [linearAxis("", all), logAxis("", all)]) {
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(13);
        expect(ticks.every(({ at }) => at >= min && at <= max * 1.000_001)).toBe(true);
      }
    }));

  test("end with what is outside them", () => {
    const axis = linearAxis("", [100]);
    expect([place(axis, -1), place(axis, 0), place(axis, 100), place(axis, 1e6)]).toEqual([0, 0, 1, 1]);
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
