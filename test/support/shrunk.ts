// What an arbitrary gives where something does not hold of it: for tests of the arbitraries themselves, not of laws.
import fc from "fast-check";

/** The shrunk value of which `holds` is false, null where there is none. What is in `examples` is tried first, and is not shrunk. */
export function shrunkCase<T>(
  arbitrary: fc.Arbitrary<T>,
  holds: (value: T) => boolean,
  { seed, runs, examples = [] }: { seed: number; runs: number; examples?: readonly T[] },
): T | null {
  const { counterexample } = fc.check(fc.property(arbitrary, holds), {
    seed,
    numRuns: runs,
    examples: examples.map((one): [T] => [one]),
    endOnFailure: examples.length > 0,
  });
  return counterexample?.[0] ?? null;
}
