// `npm run test:mutants`: applies the mutants one by one to a copy of the project, and shows which laws notice each.
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { command, Failure, ROOT } from "../../tools/command.ts";
import { readMutants } from "../explore/records.ts";
import { SHELLS } from "../stryker/parts.ts";
import { applyMutant, chooseMutants, copyProject } from "./copy.ts";
import { byLaw, matrix, type Row } from "./matrix.ts";
import { type Mutant, MUTANTS } from "./mutants.ts";
import {
  digestOfVerdict,
  fewestTests,
  formatVerdicts,
  type Noticed,
  parseVerdicts,
  standing,
  type Verdict,
} from "./record.ts";
import { type Failures, type Project, runFiles, runProjects } from "./tests.ts";

const HELP = `
npm run test:mutants: breaks the code in named ways, one by one, and prints which laws notice each. A verdict in
test/mutants/recorded.json is taken over while the mutant, the file that it breaks and the tests that noticed it are as
they were then; the other mutants are run, and the record is brought up to date: commit it.

  npm run test:mutants -- --all          runs every mutant, with all tests, and records what noticed it
  npm run test:mutants -- --only GCRA    only mutants whose name contains this text

Writes reports/mutants.md. Exit codes: 0 all were noticed, 1 one survived or could not be applied, 2 wrong options.
`;

const RECORD = join(ROOT, "test/mutants/recorded.json");
// One copy: two side by side are not faster on two cores, and keep each other waiting, which tests of time would notice.
const COPY = join(ROOT, ".state", "mutants");

/** Quick ones first. What one floor has noticed is not asked of the next; of the shells only the last can tell. */
const FLOORS: readonly Project[] = ["unit", "property", "workerd"];

const read = (file: string): string | null =>
  existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), "utf8") : null;

const OPTIONS = {
  only: { type: "string", default: "" },
  all: { type: "boolean", default: false },
} as const;

command(HELP, OPTIONS, async ({ only, all }) => {
  const chosen = chooseMutants(MUTANTS, String(only));
  const verdicts = new Map<string, Verdict>(
    existsSync(RECORD) ? parseVerdicts(readFileSync(RECORD, "utf8")) : [],
  );
  const toRun = all === true ? chosen : chosen.filter((mutant) => standing(verdicts, mutant, read) === null);
  console.log(
    `${chosen.length - toRun.length} of ${chosen.length} mutants are as recorded; ${toRun.length} are run.`,
  );
  if (toRun.length > 0) await runAll(toRun, verdicts, all === true);
  const explored = readMutants();
  const rows = chosen.map(({ name }): Row => {
    const { steps, scope } = explored.get(name) ?? {};
    const way = steps === undefined ? "" : `${steps} in ${scope}`;
    return { name, explored: way, ...(verdicts.get(name) ?? { laws: [], tests: [] }) };
  });
  await report(rows);
  const survivors = rows.filter(({ laws }) => laws.length === 0).length;
  console.log(
    `${rows.length - survivors} of ${rows.length} mutants were noticed${toRun.length === 0 ? ", by the record" : ""}; the matrix is in reports/mutants.md`,
  );
  if (survivors > 0) throw new Failure("A mutant survived: no law noticed it. Write the test that does.");
});

/** Runs these mutants one by one, and records each verdict as it comes. */
async function runAll(
  mutants: readonly Mutant[],
  verdicts: Map<string, Verdict>,
  asksAll: boolean,
): Promise<void> {
  await copyProject(COPY);
  // Each has to fit before any is run.
  for (const mutant of mutants) await (await applyMutant(COPY, mutant))();
  await checkClean();
  for (const [i, mutant] of mutants.entries()) {
    const known = asksAll ? [] : (verdicts.get(mutant.name)?.tests ?? []);
    const { laws, tests } = await noticed(mutant, known);
    console.log(`${i + 1}/${mutants.length} ${mutant.name}: ${laws.join(" ") || "SURVIVED"}`);
    verdicts.set(mutant.name, { digest: digestOfVerdict(mutant, tests, read), laws, tests });
    await writeFile(RECORD, formatVerdicts(verdicts, MUTANTS));
  }
  await rm(COPY, { recursive: true, force: true });
}

/** Without a mutant nothing may fail: in a copy that is broken all mutants would seem to be noticed. */
async function checkClean(): Promise<void> {
  console.log("First all tests without a mutant, some two minutes: they have to pass ...");
  const failing = [...(await runProjects(COPY, FLOORS)).keys()];
  if (failing.length > 0) {
    throw new Failure(`Tests fail without a mutant: ${failing.join(", ")}. Mend that first.`);
  }
}

/** What notices this mutant; first of all asked are the test files that noticed it before. */
async function noticed(mutant: Mutant, known: readonly string[]): Promise<Noticed> {
  const mend = await applyMutant(COPY, mutant);
  try {
    const there = known.filter((file) => read(file) !== null);
    let failures: Failures = there.length > 0 ? await runFiles(COPY, there) : new Map();
    for (const floor of SHELLS.includes(mutant.file) ? FLOORS.slice(-1) : FLOORS) {
      if (failures.size === 0) failures = await runProjects(COPY, [floor]);
    }
    const laws = [...new Set([...failures.values()].flat())].toSorted(byLaw);
    return { laws, tests: fewestTests(failures) };
  } finally {
    await mend();
  }
}

async function report(rows: readonly Row[]): Promise<void> {
  const text = matrix(rows);
  console.log(`\n${text}`);
  await mkdir(join(ROOT, "reports"), { recursive: true });
  await writeFile(join(ROOT, "reports", "mutants.md"), text);
}
