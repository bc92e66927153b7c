// Plays scenarios until one fails, shrinks it, and says all that is known of it.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { Failure, ROOT } from "../../tools/command.ts";
import { toLines } from "../support/history.ts";
import { Reached } from "../support/reached.ts";
import { writePage } from "../timeline/keep.ts";
import { fatesOf, inevitableFrom, tellFates } from "./inevitable.ts";
import { judge, STATES } from "./judge.ts";
import type { Scenario } from "./scenario.ts";
import { Simulation } from "./simulation.ts";
import { simulationPage } from "./traced.ts";

export interface Play {
  readonly scenarios: fc.Arbitrary<Scenario>;
  readonly runs: number;
  readonly seed: number;
  /** How to play the same again: the command line. */
  readonly replay: string;
  /** Where the picture goes. */
  readonly picture: string;
  /** Whether the last scenario is drawn, where none fails. */
  readonly drawsAny: boolean;
}

/** Throws a Failure that says what was found. */
export async function play({ scenarios, runs, seed, replay, picture, drawsAny }: Play): Promise<void> {
  console.log(`Playing ${runs} scenarios, seed ${seed} ...`);
  const reached = new Reached(...STATES);
  const began = performance.now();
  let told = began;
  let played = 0;
  let last: Scenario | null = null;
  const result = fc.check(
    fc.property(scenarios, (scenario) => {
      last = scenario;
      const complaints = judge(new Simulation(scenario).run(), reached);
      played += 1;
      if (performance.now() - told > 2_000) {
        told = performance.now();
        console.log(`  ${played} played`);
      }
      if (complaints.length > 0) throw new Error(complaints.join("\n"));
    }),
    { numRuns: runs, seed },
  );
  const seconds = (performance.now() - began) / 1_000;
  console.log(`${played} scenarios in ${seconds.toFixed(1)} s. Reached: ${reached.toString()}`);
  if (!result.failed) {
    if (drawsAny && last !== null) console.log(writePage(picture, simulationPage(last)));
    return console.log("The checker found nothing.");
  }
  if (result.counterexample === null) throw new Failure(fc.defaultReportMessage(result) ?? "It did not end.");
  const [scenario] = result.counterexample;
  await keep(scenario);
  const fates = fatesOf(scenario);
  const drawn = writePage(picture, simulationPage(scenario, [replay], inevitableFrom(fates)));
  const found = result.errorInstance instanceof Error ? result.errorInstance.message : "an error";
  throw new Failure(
    `Found after ${result.numRuns} scenarios, shrunk ${result.numShrinks} times to ${scenario.steps.length} steps:\n` +
      `${tell(scenario)}\n${found}\n${tellFates(fates)}\n${drawn}\nIts histories are in reports/simulation-room-*.jsonl`,
  );
}

/** Plays scenarios, and draws the first that fails, or the last. Throws a Failure with what is wrong with it. */
export function playAll(scenarios: readonly Scenario[], picture: string): void {
  for (const [i, scenario] of scenarios.entries()) {
    const complaints = judge(new Simulation(scenario).run(), new Reached(...STATES));
    const isLast = i === scenarios.length - 1;
    if (complaints.length > 0 || isLast) console.log(writePage(picture, simulationPage(scenario)));
    if (complaints.length > 0)
      throw new Failure(`Scenario ${i + 1} of ${scenarios.length}:\n${complaints.join("\n")}`);
  }
  console.log(`${scenarios.length} played. The checker found nothing.`);
}

/** A step a line. */
function tell({ steps, ...settings }: Scenario): string {
  return [JSON.stringify(settings), ...steps.map((step) => JSON.stringify(step))]
    .map((line) => `  ${line}`)
    .join("\n");
}

/** The histories of a failing scenario, for reading. */
async function keep(scenario: Scenario): Promise<void> {
  await mkdir(join(ROOT, "reports"), { recursive: true });
  const { histories } = new Simulation(scenario).run();
  for (const [i, history] of histories.entries()) {
    await writeFile(join(ROOT, "reports", `simulation-room-${i}.jsonl`), toLines(history));
  }
}

/** How many scenarios it takes until one fails, for each of some seeds; null: none of them did. Nothing is shrunk. */
export function scenariosToFind(
  { scenarios, runs, seed }: Pick<Play, "scenarios" | "runs" | "seed">,
  seeds: number,
): readonly (number | null)[] {
  return Array.from({ length: seeds }, (_, i) => {
    const reached = new Reached(...STATES);
    const property = fc.property(
      scenarios,
      (scenario) => judge(new Simulation(scenario).run(), reached).length === 0,
    );
    const { failed, numRuns } = fc.check(property, { numRuns: runs, seed: seed + i, endOnFailure: true });
    return failed ? numRuns : null;
  });
}

/** The one in the middle; one that was never found is later than all. */
export function tellToFind(found: readonly (number | null)[], runs: number): string {
  const sorted = found.toSorted((a, b) => (a ?? Infinity) - (b ?? Infinity));
  const tell = (count: number | null | undefined): string =>
    typeof count === "number" ? `${count}` : `over ${runs}`;
  return `Scenarios until one fails, for ${found.length} seeds: ${sorted.map(tell).join(", ")}; median ${tell(sorted[Math.floor(sorted.length / 2)])}.`;
}
