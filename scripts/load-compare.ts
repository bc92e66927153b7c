// `npm run load:compare`: whether the second of two measurements differs from the first, or only looks so.
import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { command, Failure } from "../tools/command.ts";
import { numberOf } from "../tools/numbers.ts";
import {
  brokenRepeats,
  compare,
  driftOf,
  incomparable,
  LEAST_REPEATS,
  sayComparison,
} from "../load/runner/compare.ts";
import { readRepeats } from "../load/runner/result.ts";
import { saveOverlay } from "../load/runner/save.ts";

const HELP = `
npm run load:compare -- A B: says whether the repeats in B differ from those in A.

  npm run load -- fanout --rate 500 --repeat ${LEAST_REPEATS} --out before
  npm run load -- fanout --rate 500 --repeat ${LEAST_REPEATS} --out after
  npm run load:compare -- before after

A and B are folders that npm run load wrote, with at least ${LEAST_REPEATS} repeats each. A measure differs when the interval of the
ratio (Mann-Whitney, 95 % for all measures together) leaves out "no change" and the middle is over the tolerance.

  --tolerance N           percent that are too little to matter (default 5)
  --out FILE              the report in which both are laid over each other (default compare.html in B)

Exit codes: 0 no regression, 1 something is worse, 2 they may not be compared.
`;

command(
  HELP,
  { tolerance: { type: "string", default: "5" }, out: { type: "string" } },
  async ({ tolerance, out }, operands) => {
    const [a, b, ...more] = operands;
    if (a === undefined || b === undefined || more.length > 0)
      throw new Failure("Name two folders: npm run load:compare -- A B", 2);
    const percent = numberOf("--tolerance", tolerance, 0, 100);
    const [first, second] = await Promise.all([readRepeats(a), readRepeats(b)]);
    const reason = incomparable(first, second);
    if (reason !== null) throw new Failure(reason, 2);
    const broken = brokenRepeats(second);
    // What is lost has no latency: where a law was broken, no other measure says anything.
    const comparisons = broken === null ? compare(first, second, percent / 100) : [];
    const drift = driftOf(first, second);
    if (drift !== null) console.log(drift);
    for (const comparison of comparisons) console.log(sayComparison(comparison));
    const worse = comparisons.filter(({ outcome }) => outcome === "worse").map(({ measure }) => measure.name);
    const isWorse = broken !== null || worse.length > 0;
    const sentence = isWorse
      ? `${b} is worse than ${a}${broken === null ? ` in ${worse.join(", ")}` : `: ${broken}`}.`
      : `${b} is not worse than ${a}.`;
    const report = await saveOverlay(typeof out === "string" ? out : await beside(b), {
      title: "Edge Chat load: two measurements",
      first: { name: nameOf(a), results: first },
      second: { name: nameOf(b), results: second },
      comparisons,
      sentence,
      isWorse,
      note: drift,
      command: `npm run load:compare -- ${a} ${b}`,
    });
    console.log(`Report: ${report}`);
    if (isWorse) throw new Failure(sentence);
    console.log(sentence);
  },
  { takesOperands: true },
);

/** Where the report goes unless it is told: with the second measurement. */
async function beside(path: string): Promise<string> {
  const isFolder = (await stat(path)).isDirectory();
  return join(isFolder ? path : dirname(path), "compare.html");
}

/** In a legend the end of a path is enough. */
const nameOf = (path: string): string => basename(path) || path;
