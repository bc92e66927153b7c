// test/support/prove.ts for the inside of workerd: cases take time, and there is no disk to keep failures on.
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { Reached } from "../../support/reached.ts";

/** As for `npm run test:property`: RUNS times as many cases; below 1 for mutants, which only need a yes or no. */
const FACTOR = Number(env.RUNS);
const IS_QUICK = FACTOR < 1;
/** A case takes a good part of a second: trying and shrinking end then, with the cases, or the shortest one, so far. */
const END_AFTER_MS = 40_000;

export interface Property<T> {
  readonly runs: number;
  /** Interesting states, by name. One that was never reached fails the property: it would have proven nothing. */
  readonly states: readonly string[];
  readonly arbitrary: fc.Arbitrary<T>;
  /** Cases that are tried first. */
  readonly examples?: readonly T[];
  /** Rejects where the law does not hold. */
  readonly holds: (value: T, reached: Reached) => Promise<void>;
}

/** Checks a property. Rejects with the shrunk case, its seed and its path. `law` is what the counts are printed under. */
export async function prove<T>(law: string, property: Property<T>): Promise<void> {
  const { runs, states, arbitrary, examples = [], holds } = property;
  const reached = new Reached(...states);
  await fc.assert(
    fc.asyncProperty(arbitrary, (value) => holds(value, reached)),
    {
      numRuns: Math.max(examples.length + 1, Math.round(runs * FACTOR)),
      examples: examples.map((value): [T] => [value]),
      endOnFailure: IS_QUICK,
      interruptAfterTimeLimit: END_AFTER_MS,
    },
  );
  if (!IS_QUICK) reached.report(law);
}

/** One kind of step, and how often it comes compared with the others. */
export const step = <T extends object>(weight: number, shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) => ({
  weight,
  arbitrary: fc.record(shape),
});
