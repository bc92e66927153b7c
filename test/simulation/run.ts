// `npm run simulate`: a long run of the simulation, with its counts; and the same with a mutant, which it has to find.
import { spawn } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { command, Failure, ROOT } from "../../tools/command.ts";
import { applyMutant, chooseMutants, copyProject } from "../mutants/copy.ts";
import { MUTANTS } from "../mutants/mutants.ts";
import { toLines } from "../support/history.ts";
import { Reached } from "../support/reached.ts";
import { writePage } from "../timeline/keep.ts";
import { judge, STATES } from "./judge.ts";
import { type Scenario, scenarios } from "./scenario.ts";
import { Simulation } from "./simulation.ts";
import { simulationPage } from "./traced.ts";

const HELP = `
npm run simulate: plays random scenarios of crashes, lost connections, full disks and sleeping rooms in memory.

  npm run simulate -- --runs 20000           scenarios to play (default 5000)
  npm run simulate -- --seed 42              the same scenarios again; without it, others each time
  npm run simulate -- --mutant "GCRA"        breaks a copy of the code first (a name from test/mutants/mutants.ts)
  npm run simulate -- --timeline FILE        where the picture of a failure goes (default artifacts/timelines/simulation.html);
                                             without a failure, the picture of the last scenario

Prints what was reached and what the checker found. A failure is shrunk and drawn, and its histories are written to reports/.
Exit codes: 0 every law held, 1 one did not, 2 wrong options.
`;

const PICTURE = "artifacts/timelines/simulation.html";
const COPY = join(ROOT, ".state", "simulated-mutant");
const OPTIONS = {
  runs: { type: "string", default: "5000" },
  seed: { type: "string", default: "" },
  mutant: { type: "string", default: "" },
  timeline: { type: "string", default: "" },
} as const;

command(HELP, OPTIONS, async ({ runs, seed, mutant, timeline }) => {
  const numRuns = Number(runs);
  const chosenSeed = seed === "" ? Date.now() % 2 ** 31 : Number(seed);
  if (!Number.isSafeInteger(numRuns) || numRuns < 1)
    throw new Failure("--runs takes a whole number from 1.", 2);
  if (!Number.isSafeInteger(chosenSeed)) throw new Failure("--seed takes a whole number.", 2);
  if (mutant === "") return play(numRuns, chosenSeed, String(timeline));
  const picture = resolve(ROOT, timeline === "" ? PICTURE : String(timeline));
  const options = ["--runs", `${numRuns}`, "--seed", `${chosenSeed}`, "--timeline", picture];
  await playMutant(String(mutant), options);
});

async function play(numRuns: number, seed: number, timeline: string): Promise<void> {
  console.log(`Playing ${numRuns} scenarios, seed ${seed} ...`);
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
    { numRuns, seed },
  );
  const seconds = (performance.now() - began) / 1_000;
  console.log(`${played} scenarios in ${seconds.toFixed(1)} s. Reached: ${reached.toString()}`);
  if (!result.failed) {
    if (timeline !== "" && last !== null) console.log(writePage(timeline, simulationPage(last)));
    return console.log("The checker found nothing.");
  }
  if (result.counterexample === null) throw new Failure(fc.defaultReportMessage(result) ?? "It did not end.");
  const [scenario] = result.counterexample;
  await keep(scenario);
  const replay = [`npm run simulate -- --runs ${numRuns} --seed ${seed}`];
  const picture = writePage(timeline === "" ? PICTURE : timeline, simulationPage(scenario, replay));
  const found = result.errorInstance instanceof Error ? result.errorInstance.message : "an error";
  throw new Failure(
    `Found after ${result.numRuns} scenarios, shrunk ${result.numShrinks} times to ${scenario.steps.length} steps:\n` +
      `${tell(scenario)}\n${found}\n${picture}\nIts histories are in reports/simulation-room-*.jsonl`,
  );
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

/** Runs this command in a broken copy, and expects it to find something. */
async function playMutant(text: string, args: readonly string[]): Promise<void> {
  const [mutant] = chooseMutants(MUTANTS, text);
  if (mutant === undefined) return;
  console.log(`With the mutant "${mutant.name}" in a copy of ${mutant.file}:`);
  await copyProject(COPY);
  await applyMutant(COPY, mutant);
  const entry = join(COPY, "test/simulation/run.ts");
  const child = spawn(process.execPath, [entry, ...args], { cwd: COPY, stdio: "inherit" });
  const code = await new Promise<number | null>((resolve) => {
    child.on("exit", resolve);
  });
  await rm(COPY, { recursive: true, force: true });
  if (code !== 1) throw new Failure(`The simulation did not notice "${mutant.name}".`);
  console.log("Noticed, as it should be.");
}
