// `npm run simulate`: a long run of the simulation, with its counts; and the same with a mutant, which it has to find.
import { spawn } from "node:child_process";
import { cp, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type fc from "fast-check";
import { command, Failure, ROOT } from "../../tools/command.ts";
import { applyMutant, chooseMutants, copyProject } from "../mutants/copy.ts";
import { MUTANTS } from "../mutants/mutants.ts";
import { SHELLS } from "../stryker/parts.ts";
import { check } from "../support/checker.ts";
import { fromLines } from "../support/history.ts";
import { tellAnomaly } from "../support/verdict.ts";
import { writePage } from "../timeline/keep.ts";
import { timelinePage } from "../timeline/page.ts";
import { saturation, tellSaturation } from "./coverage.ts";
import { play, playAll, scenariosToFind, tellToFind } from "./play.ts";
import { evenScenarios, type Scenario } from "./scenario.ts";
import { scenarios as swarmScenarios } from "./swarm.ts";

const HELP = `
npm run simulate: plays random scenarios of crashes, lost connections, full disks and sleeping rooms in memory.

  npm run simulate -- --runs 20000           scenarios to play (default 5000)
  npm run simulate -- --seed 42              the same scenarios again; without it, others each time
  npm run simulate -- --mutant "GCRA"        breaks a copy of the code first (a name from test/mutants/mutants.ts)
  npm run simulate -- --timeline FILE        where the picture of a failure goes (default artifacts/timelines/simulation.html);
                                             without a failure, the picture of the last scenario
  npm run simulate -- --weights even         all kinds of steps in every scenario; the default is swarm: each
                                             scenario draws which kinds there are, and how often
  npm run simulate -- --coverage             how many different coarse states were seen, with both kinds of weights
  npm run simulate -- --scenario FILE        plays a scenario, or a list of them such as test/counterexamples/simulation.json, and
                                             draws the first that fails, or the last
  npm run simulate -- --history FILE         judges and draws a history that was written down: JSON lines, as in reports/
  npm run simulate -- --median 9             how many scenarios it takes until one fails, for nine seeds

Prints what was reached and what the checker found. A failure is shrunk and drawn, with the step from which on it was inevitable;
its histories are written to reports/. Exit codes: 0 every law held, or the mutant was noticed; 1 not; 2 wrong options.
`;

const PICTURE = "artifacts/timelines/simulation.html";
const COPY = join(ROOT, ".state", "simulated-mutant");
const OPTIONS = {
  runs: { type: "string", default: "5000" },
  seed: { type: "string", default: "" },
  mutant: { type: "string", default: "" },
  timeline: { type: "string", default: "" },
  weights: { type: "string", default: "swarm" },
  coverage: { type: "boolean", default: false },
  scenario: { type: "string", default: "" },
  history: { type: "string", default: "" },
  median: { type: "string", default: "" },
} as const;

const WEIGHTS: ReadonlyMap<string, fc.Arbitrary<Scenario>> = new Map([
  ["swarm", swarmScenarios],
  ["even", evenScenarios],
]);

command(HELP, OPTIONS, async (options) => {
  const runs = whole("--runs", options.runs, 1);
  const seed = options.seed === "" ? Date.now() % 2 ** 31 : whole("--seed", options.seed);
  const weights = String(options.weights);
  const scenarios = WEIGHTS.get(weights);
  if (scenarios === undefined) throw new Failure("--weights is swarm or even.", 2);
  const replay = ["--runs", `${runs}`, "--seed", `${seed}`, "--weights", weights];
  const median = options.median === "" ? [] : ["--median", `${whole("--median", options.median, 1)}`];
  const timeline = String(options.timeline);
  const picture = resolve(ROOT, timeline === "" ? PICTURE : timeline);
  if (options.scenario !== "") return playAll(await readScenarios(String(options.scenario)), picture);
  if (options.history !== "") return draw(String(options.history), picture);
  if (options.mutant !== "")
    return playMutant(String(options.mutant), [...replay, ...median, "--timeline", picture]);
  if (options.coverage === true) {
    const [swarm, even] = [saturation(swarmScenarios, runs, seed), saturation(evenScenarios, runs, seed)];
    return console.log(tellSaturation(swarm, even));
  }
  const [, seeds] = median;
  if (seeds !== undefined) {
    const found = scenariosToFind({ scenarios, runs, seed }, Number(seeds));
    console.log(tellToFind(found, runs));
    if (found.some((count) => count !== null)) process.exitCode = 1;
    return;
  }
  const again = `npm run simulate -- ${replay.join(" ")}`;
  await play({ scenarios, runs, seed, replay: again, picture, drawsAny: timeline !== "" });
});

async function readScenarios(file: string): Promise<readonly Scenario[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  try {
    const all = [JSON.parse(text) as Scenario | readonly Scenario[]].flat();
    if (all.length > 0 && all.every(({ steps }) => Array.isArray(steps))) return all;
  } catch {
    // Said below.
  }
  throw new Failure(`${file} has no scenario; give a file with one, or a list of them, as JSON.`, 2);
}

/** Throws a Failure with what is wrong with a history. */
async function draw(file: string, picture: string): Promise<void> {
  const text = await readFile(file, "utf8").catch(() => {
    throw new Failure(`There is no file ${file}; give one with a history in JSON lines.`, 2);
  });
  const history = fromLines(text);
  const verdict = check(history);
  console.log(writePage(picture, timelinePage(history, verdict, { title: file })));
  if (verdict.anomalies.length > 0) throw new Failure(verdict.anomalies.map(tellAnomaly).join("\n"));
  console.log("The checker found nothing.");
}

function whole(name: string, given: unknown, least = -Infinity): number {
  const number = Number(given);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new Failure(`${name} takes a whole number${least === 1 ? " from 1" : ""}.`, 2);
}

/** Runs this command in a broken copy, and expects it to find something. */
async function playMutant(text: string, args: readonly string[]): Promise<void> {
  const [mutant] = chooseMutants(MUTANTS, text);
  if (mutant === undefined) return;
  if (SHELLS.includes(mutant.file)) {
    const others = `npm run test:mutants -- --only "${mutant.name}" --all`;
    throw new Failure(
      `The simulation has its own shell, and not ${mutant.file}; ${others} runs tests that have it.`,
      2,
    );
  }
  console.log(`With the mutant "${mutant.name}" in a copy of ${mutant.file}:`);
  await copyProject(COPY);
  await applyMutant(COPY, mutant);
  const entry = join(COPY, "test/simulation/run.ts");
  const child = spawn(process.execPath, [entry, ...args], { cwd: COPY, stdio: "inherit" });
  const code = await new Promise<number | null>((resolve) => {
    child.on("exit", resolve);
  });
  // What it kept of the failure outlives the copy.
  await cp(join(COPY, "reports"), join(ROOT, "reports"), { recursive: true }).catch(() => {});
  await rm(COPY, { recursive: true, force: true });
  if (code !== 1) throw new Failure(`The simulation did not notice "${mutant.name}".`);
  console.log("Noticed, as it should be.");
}
