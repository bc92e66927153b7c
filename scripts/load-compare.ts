// `npm run load:compare`: whether the second of two measurements differs from the first, or only looks so.
import { command, Failure } from "./lib/command.ts";
import { numberOf } from "./lib/numbers.ts";
import { brokenIn, compare, driftOf, incomparable, LEAST_REPEATS, sayComparison } from "./load/compare.ts";
import { readRepeats } from "./load/result.ts";

const HELP = `
npm run load:compare -- A B: says whether the repeats in B differ from those in A.

  npm run load -- fanout --rate 500 --repeat ${LEAST_REPEATS} --out before
  npm run load -- fanout --rate 500 --repeat ${LEAST_REPEATS} --out after
  npm run load:compare -- before after

A and B are folders that npm run load wrote, with at least ${LEAST_REPEATS} repeats each. A measure differs when the interval of the
ratio (Mann-Whitney, 95 % for all measures together) leaves out "no change" and the middle is over the tolerance.

  --tolerance N           percent that are too little to matter (default 5)

Exit codes: 0 no regression, 1 something is worse, 2 they may not be compared.
`;

command(
  HELP,
  { tolerance: { type: "string", default: "5" } },
  async ({ tolerance }, operands) => {
    const [a, b, ...more] = operands;
    if (a === undefined || b === undefined || more.length > 0)
      throw new Failure("Name two folders: npm run load:compare -- A B", 2);
    const percent = numberOf("--tolerance", tolerance, 0, 100);
    const [first, second] = await Promise.all([readRepeats(a), readRepeats(b)]);
    const reason = incomparable(first, second);
    if (reason !== null) throw new Failure(reason, 2);
    const broken = brokenIn(second);
    if (broken !== null) throw new Failure(`${b} is worse than ${a}: ${broken}.`);
    const comparisons = compare(first, second, percent / 100);
    const drift = driftOf(first, second);
    if (drift !== null) console.log(drift);
    for (const comparison of comparisons) console.log(sayComparison(comparison));
    const worse = comparisons.filter(({ outcome }) => outcome === "worse").map(({ measure }) => measure.name);
    if (worse.length > 0) throw new Failure(`${b} is worse than ${a} in ${worse.join(", ")}.`);
    console.log(`${b} is not worse than ${a}.`);
  },
  { takesOperands: true },
);
