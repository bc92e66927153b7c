// The record of StrykerJS's mutants: what noticed each, by source file, and which of them have to be run again.
import { digestOf, digestOfTest, type Read } from "../mutants/evidence.ts";
import { type Mutant, NOTHING } from "./verdict.ts";

/**
 * A source file's verdicts rest on its whole text and on the tests that noticed its mutants, with what these import of
 * test/. What no test has ended rests on the text alone: an endless loop, and a survivor, which counts against the score
 * and has its reason; one without a reason does not stand.
 */
export interface FileRecord {
  readonly source: string;
  /** The digests of the tests that noticed. */
  readonly tests: { readonly [test: string]: string };
  readonly mutants: readonly Mutant[];
}

/** By source file. */
export type FileRecords = ReadonlyMap<string, FileRecord>;

/** What StrykerJS has to mutate of a file: all of it, ranges, or nothing. */
export function toMutate(
  file: string,
  record: FileRecord | undefined,
  isExplained: (mutant: Mutant) => boolean,
  read: Read,
): readonly string[] {
  if (record?.source !== digestOf(read(file) ?? "")) return [file];
  const tests = Object.entries(record.tests);
  const changed = tests.filter(([test, digest]) => digest !== digestOfTest(test, read)).map(([test]) => test);
  const again = record.mutants.filter((mutant) =>
    mutant.isNoticed ? changed.includes(mutant.by) : !isExplained(mutant),
  );
  return [...new Set(again.map(({ range }) => `${file}:${range}`))];
}

/** The record of a file after it, or ranges of it, were mutated. */
export function recordOf(
  file: string,
  before: FileRecord | undefined,
  found: readonly Mutant[],
  read: Read,
): FileRecord {
  const source = digestOf(read(file) ?? "");
  const kept = before?.source === source ? before.mutants : [];
  const mutants = [...new Map([...kept, ...found].map((mutant) => [keyOf(mutant), mutant])).values()];
  const tests = [...new Set(mutants.map(({ by }) => by))].filter((by) => read(by) !== null).toSorted();
  return {
    source,
    tests: Object.fromEntries(tests.map((test) => [test, digestOfTest(test, read)])),
    mutants: mutants.toSorted((a, b) => a.at - b.at || (keyOf(a) < keyOf(b) ? -1 : 1)),
  };
}

const keyOf = ({ range, change }: Mutant): string => `${range} ${change}`;

interface Stored {
  readonly source: string;
  readonly tests: FileRecord["tests"];
  readonly mutants: readonly (readonly [range: string, change: string, by: string])[];
}

/** The source lines are those of today: where the file is another one, its record does not stand anyway. */
export function parseRecords(text: string, read: Read): FileRecords {
  const stored = Object.entries(JSON.parse(text) as { readonly [file: string]: Stored });
  return new Map(
    stored.map(([file, { source, tests, mutants }]) => {
      const lines = (read(file) ?? "").split("\n");
      return [file, { source, tests, mutants: mutants.map((each) => parsed(file, lines, each)) }];
    }),
  );
}

function parsed(
  file: string,
  lines: readonly string[],
  [range, change, by]: Stored["mutants"][number],
): Mutant {
  const at = Number.parseInt(range);
  return { file, at, line: lines[at - 1]?.trim() ?? "", range, change, by, isNoticed: by !== NOTHING };
}

/** A line a mutant, in the files' order, so that a change of the record reads well. */
export function formatRecords(records: FileRecords, files: readonly string[]): string {
  const texts = files.toSorted().flatMap((file) => {
    const { source, tests, mutants } = records.get(file) ?? {};
    if (mutants === undefined) return [];
    const lines = mutants.map(({ range, change, by }) => JSON.stringify([range, change, by]));
    const head = `"source": ${JSON.stringify(source)},\n"tests": ${JSON.stringify(tests, null, 1)}`;
    return [`${JSON.stringify(file)}: {\n${head},\n"mutants": [\n${lines.join(",\n")}\n]}`];
  });
  return `{\n${texts.join(",\n")}\n}\n`;
}
