// The record of the named mutants: what noticed each, and whether that still stands or has to be found out again.
import { digestOf, digestOfTest, type Read } from "./evidence.ts";
import type { Mutant } from "./mutants.ts";

/** What noticed a mutant; nothing, where it survived. */
export interface Noticed {
  readonly laws: readonly string[];
  /** As many of the test files that noticed it as it takes to account for the laws. */
  readonly tests: readonly string[];
}

export interface Verdict extends Noticed {
  readonly digest: string;
}

/** By the names of the mutants. */
export type Verdicts = ReadonlyMap<string, Verdict>;

/**
 * Of all that the verdict rests on: the mutant, the whole file that it breaks, and the tests that noticed it, with what
 * they import of test/. While these stay, the same break meets the same tests. Code elsewhere may still hide the break
 * from them; but with all code in the digest every change would run every mutant, and that is what `--all` is for.
 */
export function digestOfVerdict(mutant: Mutant, tests: readonly string[], read: Read): string {
  const { name, file, from, to } = mutant;
  return digestOf(name, file, from, to, read(file) ?? "", ...tests.map((test) => digestOfTest(test, read)));
}

/** The recorded verdict, if it still stands. What no test noticed never does. */
export function standing(recorded: Verdicts, mutant: Mutant, read: Read): Verdict | null {
  const verdict = recorded.get(mutant.name);
  if (verdict === undefined || verdict.tests.length === 0) return null;
  return verdict.digest === digestOfVerdict(mutant, verdict.tests, read) ? verdict : null;
}

/** Few test files that account for all laws between them: the fewer, the longer a verdict stands. */
export function fewestTests(lawsByTest: ReadonlyMap<string, readonly string[]>): string[] {
  const missing = new Set([...lawsByTest.values()].flat());
  return [...lawsByTest]
    .toSorted(([a, some], [b, others]) => others.length - some.length || (a < b ? -1 : 1))
    .filter(([, laws]) => laws.filter((law) => missing.delete(law)).length > 0)
    .map(([test]) => test)
    .toSorted();
}

export function parseVerdicts(text: string): Verdicts {
  return new Map(Object.entries(JSON.parse(text) as { readonly [name: string]: Verdict }));
}

/** A line a mutant, by name, so that a change of the record reads well. A mutant that is no more leaves it. */
export function formatVerdicts(verdicts: Verdicts, mutants: readonly Mutant[]): string {
  const lines = mutants.flatMap(({ name }) => {
    const { digest, laws, tests } = verdicts.get(name) ?? {};
    return digest === undefined
      ? []
      : [`${JSON.stringify(name)}: ${JSON.stringify({ digest, laws, tests })}`];
  });
  return `{\n${lines.toSorted().join(",\n")}\n}\n`;
}
