// `npm run test:stryker`: StrykerJS makes thousands of small mistakes in the code; the tests have to notice them.
import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { command, Failure, ROOT } from "../../tools/command.ts";
import { ACCEPTED } from "./accepted.ts";
import { mutate } from "./mutate.ts";
import { choose, type Part, PARTS } from "./parts.ts";
import { type FileRecord, formatRecords, parseRecords, recordOf, toMutate } from "./record.ts";
import { complaints, judge, type Mutant, reasonFor, report, scoreOf, type Verdict } from "./verdict.ts";

const HELP = `
npm run test:stryker: lets StrykerJS make thousands of small mistakes in the code, and shows which no test notices. A verdict
in test/stryker/recorded.json is taken over while the source file and the test that noticed the mistake are as they were
then; the other mistakes are made again, and the record is brought up to date: commit it. The score is that of all of them.

  npm run test:stryker -- --all                       makes every mistake, and records what noticed it
  npm run test:stryker -- --only core                 the pure core, with the unit and property tests, on Node
  npm run test:stryker -- --only shells               Durable Objects and the Worker's entry, inside workerd
  npm run test:stryker -- --files 'src/room/*.ts'     a quick look at some files; no score is asked of them

Writes reports/stryker.md. Exit codes: 0 scores reached and every survivor explained, 1 not so, 2 wrong options.
`;

const RECORD = "test/stryker/recorded.json";
const TEXT = { type: "string", default: "" } as const;
const OPTIONS = { only: TEXT, files: TEXT, all: { type: "boolean", default: false } } as const;

const read = (file: string): string | null => (existsSync(file) ? readFileSync(file, "utf8") : null);

command(HELP, OPTIONS, async ({ only, files, all }) => {
  process.chdir(ROOT);
  // A fifth of each property's cases, see test/support/prove.ts.
  process.env.RUNS ??= "0.2";
  const recorded = new Map(parseRecords(read(RECORD) ?? "{}", read));
  const verdicts: Verdict[] = [];
  for (const part of choose(String(only), String(files))) {
    await bringUpToDate(part, recorded, all === true);
    const verdict = judge(
      part,
      part.files.flatMap((file) => recorded.get(file)?.mutants ?? []),
      ACCEPTED,
    );
    verdicts.push(verdict);
    tell(verdict);
  }
  await mkdir("reports", { recursive: true });
  await writeFile("reports/stryker.md", report(verdicts));
  for (const { part, mutants, survivors } of verdicts) {
    console.log(
      `${part.name}: ${scoreOf(mutants).toFixed(1)} % of ${mutants.length} mutants were noticed, ${survivors.length} survived`,
    );
  }
  const wrong = verdicts.flatMap((verdict) => complaints(verdict, files === ""));
  if (wrong.length > 0) throw new Failure(wrong.join("\n"));
  console.log("Every survivor has its reason; they are in reports/stryker.md");
});

function isExplained(mutant: Mutant): boolean {
  return reasonFor(mutant, ACCEPTED) !== null;
}

/** Mutates what of this part is not as recorded, or all of it, and records what noticed that. */
async function bringUpToDate(part: Part, recorded: Map<string, FileRecord>, asksAll: boolean): Promise<void> {
  const ranges = asksAll
    ? part.files
    : part.files.flatMap((file) => toMutate(file, recorded.get(file), isExplained, read));
  const touched = part.files.filter((file) => ranges.some((range) => range.split(":")[0] === file));
  console.log(
    `The ${part.name}: ${part.files.length - touched.length} of ${part.files.length} files are as recorded; mutating ${ranges.length} places in ${touched.length} ...`,
  );
  if (ranges.length === 0) return;
  const found = await mutate(part, ranges);
  for (const file of touched) {
    const own = found.filter((mutant) => mutant.file === file);
    const before = ranges.includes(file) ? undefined : recorded.get(file);
    recorded.set(file, recordOf(file, before, own, read));
  }
  await writeFile(
    RECORD,
    formatRecords(
      recorded,
      PARTS.flatMap(({ files }) => files),
    ),
  );
}

function tell({ survivors, stale }: Verdict): void {
  for (const { mutant, why } of survivors) {
    console.log(
      `survived: ${mutant.file}:${mutant.at}  ${mutant.line}\n    ${mutant.change}\n    ${why ?? "NO REASON"}`,
    );
  }
  for (const one of stale) console.log(`stale reason: ${one}`);
}
