// What the explorer keeps of a mutant, search after search.
import { expect, test } from "vitest";
import { keptOf, type Noticed } from "../explore/records.ts";

const way = (scope: string, steps: number): Noticed => ({ scope, steps, laws: ["D2"], trace: [] });

test("what a scope showed stays as it is while only others are searched, unless their way is shorter", () => {
  expect(keptOf(way("S1", 5), null, ["S2", "S3"])).toEqual(way("S1", 5));
  expect(keptOf(way("S1", 5), way("S2", 5), ["S2"])).toEqual(way("S1", 5));
  expect(keptOf(way("S1", 5), way("S2", 4), ["S2"])).toEqual(way("S2", 4));
});

test("where the scope itself is searched again, what it shows now counts, also if that is nothing", () => {
  expect(keptOf(way("S1", 5), null, ["S1", "S2"])).toBeNull();
  expect(keptOf(way("S1", 5), way("S1", 6), ["S1", "S2"])).toEqual(way("S1", 6));
  expect(keptOf(undefined, way("S2", 6), ["S2"])).toEqual(way("S2", 6));
});
