// `npm run load:ladder`: how much one room holds: climbs until a step fails, halves the gap, and names the knee.
import { command, Failure } from "./lib/command.ts";
import { numberOf, wholeOf } from "./lib/numbers.ts";
import { type Climb, nextRate } from "./load/ladder.ts";
import { failureOf, type LadderStep, outcomeOf } from "./load/ladder-outcome.ts";
import { agreeToCost, newRun, requestOf, RUN_HELP, RUN_OPTIONS, sayWhat, typed } from "./load/request.ts";
import { type RunRequest, runScenario } from "./load/run.ts";
import { saveReport, sayNotes, sayResult } from "./load/save.ts";

const HELP = `
npm run load:ladder: climbs the rate of fanout until a step fails, halves the gap, and names the knee and what limited it.

  npm run load:ladder -- --members 100                       from 50 messages a second up
  npm run load:ladder -- --members 1000 --from 5 --bound 200
  npm run load:ladder -- --members 100 --against node-ws     the same for another server, to compare

  --from N                the first rate, messages a second (default 50)
  --factor N              each step up is so many times the one before (default 2)
  --bound MS              a step fails when its p99 is over this (default 100), or anything is lost, or it is VOID
  --precision N           ends when the gap is at most so many times (default 1.1)
  --steps N               at most so many steps (default 12)
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
    const request = {
      ...(await requestOf("fanout", values, typed("load:ladder", process.argv.slice(2)))),
      segment: null,
    };
    const most = climb.from * climb.factor ** climb.maxSteps;
    await agreeToCost(
      { ...request, env: { ...request.env, CHAT_RATE: `${Math.min(100_000, most)}` } },
      values,
      climb.maxSteps,
    );
    sayWhat(request);
    const steps = await climbUp(request, climb, bounds);
    const outcome = outcomeOf(steps, bounds);
    const results = steps.map(({ result }) => result);
    console.log(outcome.sentence);
    for (const note of sayNotes(results)) console.log(note);
    const title = `Edge Chat ladder: ${steps[0]?.result.parameters.CHAT_MEMBERS ?? ""} members`;
    const report = await saveReport(request.folder, {
      title,
      results,
      ladder: outcome,
      command: request.command,
    });
    console.log(`Report: ${report}`);
    if (outcome.best === null) process.exitCode = 1;
  },
);

async function climbUp(request: RunRequest, climb: Climb, bounds: { p99Ms: number }): Promise<LadderStep[]> {
  const steps: LadderStep[] = [];
  for (let rate = nextRate(steps, climb); rate !== null; rate = nextRate(steps, climb)) {
    console.log(`Step ${steps.length + 1}: ${rate} messages/s`);
    const env = { ...request.env, CHAT_RATE: `${rate}`, CHAT_RUN: newRun() };
    const { result } = await runScenario({ ...request, env });
    if (process.stderr.isTTY) process.stderr.write("\n");
    const failure = failureOf(result, bounds);
    for (const line of sayResult(result)) console.log(`  ${line}`);
    if (failure !== null) console.log(`  Failed: ${failure}.`);
    steps.push({ rate, failure, result });
  }
  return steps;
}
