// `npm run load:ab`: whether B is slower than A, measured in turns on the same cores, so that what else the machine does meets both.
import { join } from "node:path";
import { outcomeOf } from "../load/lib/validity.ts";
import { command, Failure } from "../tools/command.ts";
import { wholeOf, numberOf } from "../tools/numbers.ts";
import { brokenRepeats, comparePairs, sayComparison } from "../load/runner/compare.ts";
import {
  agreeToCost,
  newRun,
  refuseOverPolicy,
  requestOf,
  secondsOf,
  RUN_HELP,
  RUN_OPTIONS,
  sayWhat,
  shakeHands,
  typed,
} from "../load/runner/request.ts";
import type { RunResult } from "../load/runner/result.ts";
import { type RunRequest, runScenario } from "../load/runner/run.ts";
import { saveOverlay, saveReport, sayResult } from "../load/runner/save.ts";
import { type Side, sidesOf } from "../load/runner/sides.ts";
import { LEAST_PAIRS } from "../load/runner/statistics.ts";

const HELP = `
npm run load:ab -- A B: measures A and B in turns, A B B A, until there are enough VALID pairs, and says whether B is slower.

  npm run load:ab -- HEAD~1 HEAD                        two commits: their Workers, loaded by the generator that is here
  npm run load:ab -- https://a.example https://b.example two targets
  npm run load:ab -- roster-max=20 roster-max=500       two values of a var of wrangler.toml

  --pairs N               so many VALID pairs (default ${LEAST_PAIRS}, the fewest that can tell anything)
  --tolerance N           percent that are too little to matter (default 5)
${RUN_HELP}
and all options of fanout: npm run load -- --help lists them.

A pair in which a run is VOID is measured again, for at most twice as many pairs as asked for. A ratio stands with its interval
(Wilcoxon's signed ranks, 95 % for all measures together) and the least difference that these pairs could have shown.

Exit codes: 0 no regression, 1 B is slower or BROKEN, or A is BROKEN and no base line, 2 wrong options, 3 too few pairs were VALID.
`;

const VOID = 3;

command(
  HELP,
  {
    ...RUN_OPTIONS,
    pairs: { type: "string", default: `${LEAST_PAIRS}` },
    tolerance: { type: "string", default: "5" },
  },
  async (values, operands) => {
    const [a, b, ...more] = operands;
    if (a === undefined || b === undefined || more.length > 0)
      throw new Failure("Name two sides: npm run load:ab -- HEAD~1 HEAD", 2);
    const pairs = wholeOf("--pairs", values.pairs, LEAST_PAIRS, 100);
    const tolerance = numberOf("--tolerance", values.tolerance, 0, 100) / 100;
    if (values.target !== undefined || values.against !== undefined)
      throw new Failure("The two sides are what is measured; leave out --target and --against.", 2);
    const given = /^(ws|http)s?:/.test(a) ? { ...values, target: a } : values;
    const line = typed("load:ab", process.argv.slice(2));
    const request = { ...(await requestOf("fanout", given, line)), segment: null };
    const sides = await sidesOf(a, b);
    refuseOverPolicy(request);
    // At most twice as many pairs as asked for, of two runs each.
    await agreeToCost(request, values, 4 * pairs);
    sayWhat(request);
    if (a === b) console.log("Both sides are the same: what differs is noise.");
    const minutes = Math.ceil((2 * pairs * secondsOf(request)) / 60);
    console.log(`${pairs} pairs take some ${minutes} minutes, and twice as long where many runs are VOID.`);
    await shakeHands(request, values);
    const measured = await measure(request, sides, pairs);
    process.exitCode = await conclude(request, sides, measured, tolerance, pairs);
  },
  { takesOperands: true },
);

interface Measured {
  readonly first: RunResult[];
  readonly second: RunResult[];
  /** What B broke, whether or not its pair counts. */
  readonly broken: RunResult[];
}

/** A B, then B A, and so on: a drift of the machine is in both alike. */
async function measure(request: RunRequest, [a, b]: readonly [Side, Side], pairs: number): Promise<Measured> {
  const measured: Measured = { first: [], second: [], broken: [] };
  const { first, second, broken } = measured;
  for (let i = 0; first.length < pairs && i < 2 * pairs; i += 1) {
    const isForth = i % 2 === 0;
    const one = await once(request, isForth ? a : b);
    const other = await once(request, isForth ? b : a);
    const [ofA, ofB] = isForth ? [one, other] : [other, one];
    if (outcomeOf(ofA.verdict) === "BROKEN")
      throw new Failure(`${a.name} is BROKEN (${ofA.verdict.broken[0]}); it is no base line.`);
    if (outcomeOf(ofB.verdict) === "BROKEN") broken.push(ofB);
    if (ofA.headline === null || ofB.headline === null) continue;
    first.push(ofA);
    second.push(ofB);
    // What is finished is kept, whatever becomes of the rest.
    await keep(request, measured);
  }
  return measured;
}

async function once(request: RunRequest, side: Side): Promise<RunResult> {
  const own = side.of({ ...request, env: { CHAT_RUN: newRun(), ...request.env } });
  const { result } = await runScenario(own);
  if (process.stderr.isTTY) process.stderr.write("\n");
  // What it is, and of a VOID one why.
  const said = sayResult(result).slice(0, result.headline === null ? 2 : 1);
  console.log(`${side.name}: ${said.map((line) => line.trim()).join(" ")}`);
  return result;
}

/** A folder a side, as load:compare takes them. */
async function keep({ folder, command: repeats }: RunRequest, { first, second }: Measured): Promise<void> {
  const title = "Edge Chat load: in turns";
  for (const [name, results] of Object.entries({ a: first, b: second }))
    await saveReport(join(folder, name), {
      title: `${title}, ${name}`,
      results,
      ladder: null,
      command: repeats,
    });
}

/** Says what came of it; the exit code. */
async function conclude(
  { folder, command: repeats }: RunRequest,
  [a, b]: readonly [Side, Side],
  { first, second, broken }: Measured,
  tolerance: number,
  pairs: number,
): Promise<number> {
  const wrong = brokenRepeats(broken);
  if (wrong !== null) {
    console.log(`${b.name} is worse than ${a.name}: ${wrong}.`);
    return 1;
  }
  if (first.length < pairs) {
    console.log(
      `Only ${first.length} of ${pairs} pairs were VALID: measure on a quieter machine, or offer less.`,
    );
    return VOID;
  }
  const comparisons = comparePairs(first, second, tolerance);
  for (const comparison of comparisons) console.log(sayComparison(comparison));
  const worse = comparisons.filter(({ outcome }) => outcome === "worse").map(({ measure: { name } }) => name);
  const sentence =
    worse.length === 0
      ? `${b.name} is not slower than ${a.name}, as far as these pairs could show.`
      : `${b.name} is slower than ${a.name} in ${worse.join(", ")}.`;
  console.log(sentence);
  const report = await saveOverlay(join(folder, "compare.html"), {
    title: "Edge Chat load: measured in turns",
    first: { name: a.name, results: first },
    second: { name: b.name, results: second },
    comparisons,
    sentence,
    isWorse: worse.length > 0,
    note: null,
    command: repeats,
  });
  console.log(`Both laid over each other: ${report}`);
  console.log(`Reports: ${join(folder, "a", "report.html")} and ${join(folder, "b", "report.html")}`);
  return worse.length === 0 ? 0 : 1;
}
