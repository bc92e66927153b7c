// From which step on a failure cannot be avoided any more: each beginning of a failing scenario is continued in many random ways.
import fc from "fast-check";
import { Reached } from "../support/reached.ts";
import { judge, STATES } from "./judge.ts";
import { evenScenarios, type Scenario } from "./scenario.ts";
import { Simulation } from "./simulation.ts";

/** Ways to go on from each beginning, and their longest. */
const WAYS = 60;
const LONGEST = 12;

/** After so many steps of the scenario, so many of the continuations broke the same law. */
export interface Fate {
  readonly steps: number;
  readonly failed: number;
  readonly ways: number;
}

const lawOf = (complaint: string): string => complaint.slice(0, complaint.indexOf("]") + 1);

const lawsBroken = (scenario: Scenario): readonly string[] =>
  judge(new Simulation(scenario).run(), new Reached(...STATES)).map(lawOf);

/** The fate of each beginning, from no step to all of them. The scenario has to fail. */
export function fatesOf(scenario: Scenario): readonly Fate[] {
  const [law] = lawsBroken(scenario);
  const others = fc.sample(evenScenarios, { numRuns: WAYS, seed: scenario.seed });
  // The first of them goes on with nothing: all heals at once.
  const ways = others.map(({ steps }, i) => (i === 0 ? [] : steps.slice(0, LONGEST)));
  return Array.from({ length: scenario.steps.length + 1 }, (_, steps) => {
    const begun = scenario.steps.slice(0, steps);
    const failed = ways.filter((way) =>
      lawsBroken({ ...scenario, steps: [...begun, ...way] }).some((broken) => broken === law),
    ).length;
    return { steps, failed, ways: ways.length };
  });
}

/** The number of the step from which on all continuations fail; null where even the whole scenario can end well. */
export function inevitableFrom(fates: readonly Fate[]): number | null {
  const escape = fates.findLastIndex(({ failed, ways }) => failed < ways);
  return escape === fates.length - 1 ? null : escape + 1;
}

/** What becomes of it, in sentences. */
export function tellFates(fates: readonly Fate[]): string {
  const shares = fates.map(({ failed, ways }) => `${Math.round((100 * failed) / ways)} %`).join(", ");
  const from = inevitableFrom(fates);
  const verdict =
    from === null
      ? "Some continuations of the whole scenario end well."
      : from === 0
        ? "It was inevitable from the beginning: whatever happens, it breaks."
        : `It was inevitable from step ${from} on: all ways to go on from there break the same law.`;
  return `${verdict} Continuations that broke it, after no step, one step, and so on: ${shares}.`;
}
