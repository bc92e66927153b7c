// `npm run load`: runs one k6 script of load/ and says what it measured, and whether to believe it.
import { readFile } from "node:fs/promises";
import { Segment } from "../load/host/segment.ts";
import { type Scenario, SCENARIOS } from "../load/lib/parameters.ts";
import { outcomeOf } from "../load/lib/validity.ts";
import { command, Failure } from "../tools/command.ts";
import { wholeOf } from "../tools/numbers.ts";
import { calibrate } from "../load/runner/calibrate.ts";
import { optionsOf, scenarioOf } from "../load/runner/options.ts";
import {
  agreeToCost,
  newRun,
  refuseOverPolicy,
  requestOf,
  RUN_HELP,
  TARGET_HELP,
  RUN_OPTIONS,
  sayWhat,
  shakeHands,
  typed,
} from "../load/runner/request.ts";
import { type Ran, type RunRequest, runScenario } from "../load/runner/run.ts";
import { exitCodeOf } from "../load/runner/result.ts";
import { mainOf } from "../load/runner/report-page.ts";
import { saveReport, sayNotes, sayResult } from "../load/runner/save.ts";

const HELP = `
npm run load -- <scenario>: runs a load script against a room, and writes result.json and report.html.

  npm run load -- smoke                                      does it work at all: a few seconds
  npm run load -- fanout --members 100 --rate 500            one honest point
  npm run load -- fanout --repeat 5 --out before             five times, to compare with npm run load:compare
  npm run load -- calibrate                                  how much this machine's generator can take in
  npm run load -- fanout --target https://chat.example       a deployed room; says first what it is billed for

Scenarios, and what each knows beside the options below:
${SCENARIOS.map((scenario) => `  ${scenario.padEnd(16)} ${optionsOf(scenario).join(" ")}`).join("\n")}

${TARGET_HELP}
${RUN_HELP}
  --repeat N              so many runs, one after the other (default 1)
  --segment A:B           plays this share of the run, e.g. 0:1/2; the other shares run elsewhere with the same --run
  --segments LIST         the borders of all shares, e.g. 0,1/2,1 (default: what --segment says, and the rest)

A deployed room takes the token of npm run -s load:token from CHAT_TOKEN in the environment. k6's own settings, such as
K6_WEB_DASHBOARD=true, are passed on by the environment too.

Exit codes: 0 VALID (or a share that ran), 1 BROKEN (the room broke a law) or there is no result, 2 wrong options, 3 VOID (generator
or plan were at fault). BROKEN outranks VOID.
`;

command(
  HELP,
  {
    ...RUN_OPTIONS,
    repeat: { type: "string" },
    segment: { type: "string" },
    segments: { type: "string" },
  },
  async (values, operands) => {
    const [name, ...more] = operands;
    if (more.length > 0) throw new Failure(`One scenario at a time: ${name}, then ${more.join(", ")}.`, 2);
    const scenario = scenarioOf(name);
    refuseIdle(scenario, values);
    const repeats = wholeOf("--repeat", values.repeat ?? "1", 1, 100);
    const request = {
      ...(await requestOf(scenario, values, typed("load", process.argv.slice(2)))),
      segment: segmentOf(values),
    };
    refuseOverPolicy(request);
    await agreeToCost(request, values, repeats);
    sayWhat(request);
    await shakeHands(request, values);
    process.exitCode =
      scenario === "calibrate"
        ? await calibrate(request)
        : await conclude(request, await repeat(request, repeats));
  },
  { takesOperands: true },
);

async function repeat(request: RunRequest, repeats: number): Promise<Ran[]> {
  const all: Ran[] = [];
  for (let i = 1; i <= repeats; i++) {
    const env = { CHAT_RUN: newRun(), ...request.env };
    const ran = await runScenario({ ...request, env });
    if (process.stderr.isTTY) process.stderr.write("\n");
    for (const line of sayResult(ran.result)) console.log(repeats > 1 ? `${i}. ${line}` : line);
    if (!ran.passed && outcomeOf(ran.result.verdict) === "VALID")
      console.log(`BROKEN: a threshold of the script: see ${request.folder}/engine.log.`);
    all.push(ran);
    // What is finished is kept, whatever becomes of the rest.
    if (i < repeats) await save(request, all);
  }
  return all;
}

/** Writes all of it; the exit code. */
async function conclude(request: RunRequest, ran: readonly Ran[]): Promise<number> {
  const results = ran.map(({ result }) => result);
  const report = await save(request, ran);
  for (const note of sayNotes(results)) console.log(note);
  console.log(`Report: ${report}`);
  await request.ui?.finish(mainOf(await readFile(report, "utf8")));
  const isShare = request.segment !== null;
  const code = exitCodeOf(results);
  if (isShare && code !== 1) return 0;
  // A threshold that somebody added to a script.
  return code === 0 && !ran.every(({ passed }) => passed) ? 1 : code;
}

function save({ scenario, folder, command: repeats }: RunRequest, ran: readonly Ran[]): Promise<string> {
  const results = ran.map(({ result }) => result);
  return saveReport(folder, {
    title: `Edge Chat load: ${scenario}`,
    results,
    ladder: null,
    command: repeats,
  });
}

/** A calibration is one whole run against a server that does nothing. */
function refuseIdle(scenario: Scenario, values: Readonly<Record<string, unknown>>): void {
  const idle = ["repeat", "segment", "segments", "against"].find((option) => values[option] !== undefined);
  if (scenario === "calibrate" && idle !== undefined)
    throw new Failure(`--${idle} does nothing in calibrate; leave it out.`, 2);
}

function segmentOf({ segment, segments }: Readonly<Record<string, unknown>>): RunRequest["segment"] {
  if (segment === undefined && segments === undefined) return null;
  if (typeof segment !== "string") throw new Failure("--segments needs --segment.", 2);
  const own = segment.includes(":") ? segment : `0:${segment}`;
  const borders = [...new Set(["0", ...own.split(":"), "1"])].join(",");
  const sequence = typeof segments === "string" ? segments : borders;
  const parsed = Segment.parse(own, sequence);
  if (typeof parsed !== "string") return { own, sequence };
  // It speaks of the engines' options.
  const said = parsed.replaceAll("--execution-segment-sequence", "--segments");
  throw new Failure(said.replaceAll("--execution-segment", "--segment"), 2);
}
