// One way to check a property: known counterexamples first, then generated cases; what it reached is counted; a failure
// is shrunk and kept as data.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { keepPage } from "../timeline/keep.ts";
import { Reached } from "./reached.ts";

const FOLDER = "test/counterexamples";
/**
 * `RUNS=10 npm run test:property` tries ten times as many cases, `RUNS=0.1` a tenth. Below 1 a run only says yes or no,
 * for mutants: it neither shrinks nor keeps what it finds, and does not mind states that few cases cannot reach.
 */
const FACTOR = Number(process.env.RUNS ?? 1);
const IS_QUICK = FACTOR < 1;
/** `FC_SEED=… FC_PATH=…` of a failure's message play that case again. */
const { FC_SEED, FC_PATH } = process.env;
const REPLAY = {
  ...(FC_SEED !== undefined && { seed: Number(FC_SEED) }),
  ...(FC_PATH !== undefined && { path: FC_PATH }),
};

export interface Property<T> {
  /** Cases to try, before the environment's factor. */
  readonly runs: number;
  /** Interesting states, by name. One that was never reached fails the property: it would have proven nothing. */
  readonly states: readonly string[];
  readonly arbitrary: fc.Arbitrary<T>;
  /** Where shrunk failures are kept, under this name. Only for cases that are plain data. */
  readonly keepAs?: string;
  /** A picture of a failing case, as a page: it is drawn of the shrunk one. */
  readonly draw?: (value: T) => string;
  /** Throws, or rejects, where the law does not hold. */
  readonly holds: (value: T, reached: Reached) => void | Promise<void>;
}

/** Checks a property. Rejects with the shrunk case, its seed and its path. `law` is what the counts are printed under. */
export async function prove<T>(
  law: string,
  { runs, states, arbitrary, keepAs, draw, holds }: Property<T>,
): Promise<void> {
  const reached = new Reached(...states);
  const kept = keepAs === undefined ? [] : (readKept(keepAs) as T[]);
  const property = fc.asyncProperty(arbitrary, async (value) => {
    await holds(value, reached);
  });
  const numRuns = Math.max(kept.length + 1, Math.round(runs * FACTOR));
  const examples = kept.map((value): [T] => [value]);
  const result = await fc.check(property, { numRuns, examples, endOnFailure: IS_QUICK, ...REPLAY });
  if (result.failed) {
    const told = fc.defaultReportMessage(result) ?? "The property failed.";
    const advice =
      keepAs === undefined || result.counterexample === null || IS_QUICK
        ? ""
        : keep(keepAs, kept, result.counterexample[0]);
    const isDrawn = draw !== undefined && result.counterexample !== null && !IS_QUICK;
    const picture = isDrawn ? `\n\n${keepPage(law, draw(result.counterexample[0]))}` : "";
    const { errorInstance: cause } = result;
    const why = cause instanceof Error ? cause.message : "";
    throw new Error(`${why}\n${told}${advice}${picture}`, { cause });
  }
  if (!IS_QUICK) reached.report(law);
}

function readKept(name: string): unknown[] {
  const path = join(FOLDER, `${name}.json`);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as unknown[]) : [];
}

/** Adds a case, so that it is tried first from now on. */
function keep(name: string, kept: readonly unknown[], value: unknown): string {
  const path = join(FOLDER, `${name}.json`);
  if (kept.some((known) => JSON.stringify(known) === JSON.stringify(value))) return "";
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(path, `[\n${[...kept, value].map((one) => JSON.stringify(one)).join(",\n")}\n]\n`);
  return `\n\nThe case is kept in ${path} and tried first from now on; delete it there if the break was on purpose.`;
}
