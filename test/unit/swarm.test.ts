// How the simulation draws scenarios, what it has seen, and when a failure is inevitable.
import fc from "fast-check";
import { expect, test } from "vitest";
import { saturation, tellSaturation } from "../simulation/coverage.ts";
import { fatesOf, inevitableFrom, tellFates } from "../simulation/inevitable.ts";
import { tellToFind } from "../simulation/play.ts";
import { evenScenarios, type Scenario } from "../simulation/scenario.ts";
import { scenarios } from "../simulation/swarm.ts";
import { shrunkCase } from "../support/shrunk.ts";

const kindsIn = ({ steps }: Scenario): Set<string> => new Set(steps.map((step) => step.do));

test("a swarm leaves kinds of steps out that others have, and a seed gives the same scenarios again", () => {
  const drawn = fc.sample(scenarios, { numRuns: 300, seed: 5 });
  expect(fc.sample(scenarios, { numRuns: 300, seed: 5 })).toEqual(drawn);
  const long = drawn.filter(({ steps }) => steps.length > 80);
  expect(long.length).toBeGreaterThan(20);
  const counts = long.map((scenario) => kindsIn(scenario).size);
  expect(Math.min(...counts)).toBeLessThan(12);
  expect(Math.max(...counts)).toBeGreaterThan(16);
  // Every twelfth step is one, where none is left out.
  const quiet = long.filter((scenario) => !kindsIn(scenario).has("calls"));
  expect(quiet.length / long.length).toBeGreaterThan(0.15);
  expect(new Set(drawn.flatMap((scenario) => [...kindsIn(scenario)])).size).toBe(21);
});

const hasErasedAfterCut = ({ steps }: Scenario): boolean => {
  const cut = steps.findIndex((step) => step.do === "cut");
  return cut >= 0 && steps.slice(cut).some((step) => step.do === "erase");
};

test("a failing swarm shrinks to few steps, and a kept case is tried first", () => {
  const holds = (scenario: Scenario): boolean => !hasErasedAfterCut(scenario);
  const shrunk = shrunkCase(scenarios, holds, { seed: 3, runs: 1_000 });
  expect(shrunk?.steps.length).toBeLessThan(10);
  const [kept] = fc.sample(scenarios, { numRuns: 400, seed: 4 }).filter(hasErasedAfterCut);
  if (kept === undefined) throw new Error("One in 400 scenarios is erased after a cut.");
  expect(shrunkCase(scenarios, holds, { seed: 3, runs: 1, examples: [kept] })).toEqual(kept);
});

test("more scenarios see more states, and the table has both curves", () => {
  const swarm = saturation(scenarios, 20, 1);
  const states = swarm.points.map(({ states }) => states);
  expect(swarm.points.map(({ runs }) => runs)).toEqual([1, 2, 5, 10, 20]);
  expect(states).toEqual(states.toSorted((a, b) => a - b));
  expect(states.at(-1)).toBe(swarm.seen.size);
  const told = tellSaturation(swarm, saturation(evenScenarios, 20, 1));
  expect(told).toMatch(/^ {7}20 {2}swarm +\d+ {2}#+$/m);
  expect(told).toMatch(/Only swarm saw \d+ states, only even weights \d+\.$/);
});

const ofStates = (...states: readonly string[]) => ({
  seen: new Set(states),
  points: [{ runs: 1, states: states.length }],
});

test("the table counts the states that only one of the two has seen", () => {
  expect(tellSaturation(ofStates("a", "b", "both"), ofStates("both", "c"))).toContain(
    "Only swarm saw 2 states, only even weights 1.",
  );
});

const fate = (steps: number, failed: number) => ({ steps, failed, ways: 10 });

test("a failure is inevitable from the step on after which every continuation fails", () => {
  const fates = [fate(0, 0), fate(1, 4), fate(2, 10), fate(3, 10)];
  expect(inevitableFrom(fates)).toBe(2);
  expect(tellFates(fates)).toContain("inevitable from step 2 on");
  expect(tellFates(fates)).toContain("0 %, 40 %, 100 %, 100 %");
  expect(inevitableFrom([fate(0, 0), fate(1, 10), fate(2, 9)])).toBeNull();
  expect(tellFates([fate(0, 10)])).toContain("from the beginning");
});

test("a scenario in which every law holds has no fate: none of its continuations breaks the law that it did not break", () => {
  const [scenario] = fc.sample(scenarios, { numRuns: 1, seed: 8 });
  if (scenario === undefined) throw new Error("There is one.");
  const fates = fatesOf({ ...scenario, steps: scenario.steps.slice(0, 2) });
  expect(fates.map(({ failed }) => failed)).toEqual([0, 0, 0]);
});

test("the median of scenarios counts what was never found as later than all", () => {
  expect(tellToFind([3, null, 7], 100)).toBe(
    "Scenarios until one fails, for 3 seeds: 3, 7, over 100; median 7.",
  );
  expect(tellToFind([null, null, 7], 100)).toContain("median over 100.");
});
