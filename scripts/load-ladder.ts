// `npm run load:ladder`: how much one room holds: climbs until a step fails, halves the gap, and names the knee.
import { dirname, join } from "node:path";
import { type Climb, nextTry } from "../load/lib/climb.ts";
import { command, Failure } from "../tools/command.ts";
import { numberOf, wholeOf } from "../tools/numbers.ts";
import { type Bounds, stepEnv } from "../load/runner/ladder.ts";
import {
  failureOf,
  type LadderOutcome,
  type LadderStep,
  ladderOutcomeOf,
} from "../load/runner/ladder-outcome.ts";
import type { Climber } from "../load/runner/report-beside.ts";
import { TARGET_WORDS } from "../load/runner/report-page.ts";
import {
  agreeToCost,
  newRun,
  refuseOverPolicy,
  refuseProtocol,
  requestOf,
  RUN_HELP,
  TARGET_HELP,
  RUN_OPTIONS,
  sayWhat,
  shakeHands,
  targetOf,
  typed,
} from "../load/runner/request.ts";
import { type RunRequest, runScenario } from "../load/runner/run.ts";
import { saveBeside, saveReport, sayNotes, sayResult } from "../load/runner/save.ts";

const HELP = `
npm run load:ladder: climbs the rate of fanout until a step fails, halves the gap, and names the knee and what limited it.

  npm run load:ladder -- --members 100                       from 50 messages a second up
  npm run load:ladder -- --members 1000 --from 5 --bound 200
  npm run load:ladder -- --members 100 --protocol classic --against local,demo,relay,node-ws
                                                             four servers side by side: their ladders take turns

  --from N                the first rate, messages a second (default 50)
  --factor N              each step up is so many times the one before (default 2)
  --bound MS              a step fails when its p99 is over this (default 100), a law is broken, or it is VOID
  --precision N           ends when the gap is at most so many times (default 1.1)
  --steps N               at most so many rates (default 12); one that fails is tried until two of its tries agree
  --duration S            of each step (default 10 to 60: as long as 500 messages take)
${TARGET_HELP}
                          or several kinds, with commas between; local is the room that is started here
${RUN_HELP}
and all options of fanout but --rate: npm run load -- --help lists them.

Exit codes: 0 a knee or a valid last step was found, 1 no step held, 2 wrong options.
`;

command(
  HELP,
  {
    ...RUN_OPTIONS,
    from: { type: "string", default: "50" },
    factor: { type: "string", default: "2" },
    bound: { type: "string", default: "100" },
    precision: { type: "string", default: "1.1" },
    steps: { type: "string", default: "12" },
  },
  async (values) => {
    if (values.rate !== undefined)
      throw new Failure("A ladder finds the rate itself; begin it with --from.", 2);
    const climb: Climb = {
      from: numberOf("--from", values.from, 0.01, 100_000),
      factor: numberOf("--factor", values.factor, 1.1, 10),
      precision: numberOf("--precision", values.precision, 1.01, 2),
      maxSteps: wholeOf("--steps", values.steps, 1, 50),
    };
    const bounds = { p99Ms: numberOf("--bound", values.bound, 1, 60_000) };
    const ladders = await laddersOf(values);
    const [first] = ladders;
    refuseOverPolicy({ ...first.request, env: stepEnv(climb.from, first.request.env) });
    const most = Math.min(100_000, climb.from * climb.factor ** (climb.maxSteps - 1));
    await agreeToCost({ ...first.request, env: stepEnv(most, first.request.env) }, values, climb.maxSteps);
    for (const { request } of ladders) sayWhat(request);
    await shakeHands(first.request, values);
    await climbInTurns(ladders, climb, bounds);
    const climbers = await conclude(ladders, bounds);
    if (climbers.some(({ outcome }) => outcome.best === null)) process.exitCode = 1;
  },
);

interface Ladder {
  readonly request: RunRequest;
  readonly steps: LadderStep[];
}

/** One ladder for each target; with several, each has a folder of its own. */
async function laddersOf(values: Readonly<Record<string, unknown>>): Promise<[Ladder, ...Ladder[]]> {
  const kinds = typeof values.against === "string" ? values.against.split(",") : [undefined];
  if (new Set(kinds).size < kinds.length) throw new Failure("--against takes each target once.", 2);
  const targets = kinds.map((against) => targetOf({ ...values, against }, "fanout"));
  const typedLine = typed("load:ladder", process.argv.slice(2));
  const given = { ...values, against: kinds[0] };
  const request = { ...(await requestOf("fanout", given, typedLine)), segment: null };
  for (const target of targets) refuseProtocol(target, request.env);
  const ladderOf = (target: RunRequest["target"]): Ladder => ({
    request: { ...request, target, folder: join(request.folder, target.kind) },
    steps: [],
  });
  const [first, ...rest] = targets.length === 1 ? [{ request, steps: [] }] : targets.map(ladderOf);
  if (first === undefined) throw new RangeError("A ladder has a target.");
  return [first, ...rest];
}

/** Each ladder's next step in turn, until all are done: what else the machine does meets all of them. */
async function climbInTurns(ladders: readonly Ladder[], climb: Climb, bounds: Bounds): Promise<void> {
  const next = ({ steps }: Ladder): number | null => nextTry(steps, climb);
  while (ladders.some((ladder) => next(ladder) !== null)) {
    for (const ladder of ladders) {
      const rate = next(ladder);
      if (rate === null) continue;
      ladder.steps.push(await climbTo(rate, ladder, bounds));
      // What is finished is kept, whatever becomes of the rest.
      await keep(ladder, bounds);
    }
  }
}

async function climbTo(rate: number, { request, steps }: Ladder, bounds: Bounds): Promise<LadderStep> {
  console.log(`Step ${steps.length + 1} of ${TARGET_WORDS[request.target.kind]}: ${rate} messages/s`);
  const { result } = await runScenario({
    ...request,
    env: { ...stepEnv(rate, request.env), CHAT_RUN: newRun() },
  });
  if (process.stderr.isTTY) process.stderr.write("\n");
  const failure = failureOf(result, bounds);
  for (const line of sayResult(result)) console.log(`  ${line}`);
  if (failure !== null) console.log(`  Failed: ${failure}.`);
  return { rate, failure, result };
}

/** Writes what a ladder has found so far. */
async function keep(
  { request, steps }: Ladder,
  bounds: Bounds,
): Promise<{ readonly outcome: LadderOutcome; readonly path: string }> {
  const outcome = ladderOutcomeOf(steps, bounds);
  const results = steps.map(({ result }) => result);
  const title = `Edge Chat ladder: ${steps[0]?.result.parameters.CHAT_MEMBERS ?? ""} members`;
  const { folder, command: repeats } = request;
  return { outcome, path: await saveReport(folder, { title, results, ladder: outcome, command: repeats }) };
}

/** Says and writes what each ladder found, and for several a page that compares them. */
async function conclude(ladders: readonly Ladder[], bounds: Bounds): Promise<Climber[]> {
  const climbers: Climber[] = [];
  for (const { request, steps } of ladders) {
    const { kind } = request.target;
    const { outcome, path } = await keep({ request, steps }, bounds);
    console.log(`${TARGET_WORDS[kind]}: ${outcome.sentence}`);
    for (const note of sayNotes(steps.map(({ result }) => result))) console.log(note);
    console.log(`Report: ${path}`);
    climbers.push({ kind, outcome, href: `${kind}/report.html` });
  }
  const [first] = ladders;
  if (ladders.length > 1 && first !== undefined) {
    const { folder, command: repeats } = first.request;
    console.log(`Side by side: ${await saveBeside(dirname(folder), climbers, repeats)}`);
  }
  return climbers;
}
