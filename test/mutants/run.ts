// `npm run test:mutants`: applies the mutants one by one to a copy of the project, and shows which laws notice each.
import { spawn } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { command, Failure, ROOT } from "../../scripts/lib/command.ts";
import { applyMutant, chooseMutants, copyProject } from "./copy.ts";
import { type Mutant, MUTANTS } from "./mutants.ts";

const HELP = `
npm run test:mutants: breaks the code in named ways, one by one, and prints which laws notice each.

  npm run test:mutants -- --only GCRA    only mutants whose name contains this text

Writes reports/mutants.md. Exit codes: 0 all were noticed, 1 one survived or could not be applied, 2 wrong options.
`;

const COPY = join(ROOT, ".state", "mutants");
/** Quick ones first. What they have noticed is not asked of the real runtime too, unless only that can show it. */
const IN_MEMORY = ["unit", "property"];
const IN_WORKERD = ["workerd"];
const SHELLS = /\/(worker|chat-room|sockets|sql-log|rate-limiter)\.ts$/;

const LAW = /(?<=\[)[CPDL]\d+(?=\])/g;
const RUN_WITHIN_MS = 180_000;

/** What we read of vitest's JSON report. */
interface VitestReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

interface Failed {
  readonly name: string;
  readonly message: string;
}

interface Row {
  readonly mutant: Mutant;
  readonly laws: readonly string[];
}

command(HELP, { only: { type: "string", default: "" } }, async ({ only }) => {
  const chosen = chooseMutants(MUTANTS, String(only));
  await copyProject(COPY);
  console.log("Without a mutant ...");
  const clean = [...(await failures(IN_MEMORY)), ...(await failures(IN_WORKERD))];
  if (clean.length > 0)
    throw new Failure(
      `The tests fail without a mutant: ${clean.map(({ name }) => name).join("; ")}. Mend that first.`,
    );
  const rows: Row[] = [];
  for (const [i, mutant] of chosen.entries()) {
    const laws = await lawsThatNotice(mutant);
    console.log(`${i + 1}/${chosen.length} ${mutant.name}: ${laws.join(" ") || "SURVIVED"}`);
    rows.push({ mutant, laws });
  }
  await report(rows);
  await rm(COPY, { recursive: true, force: true });
  const survivors = rows.filter(({ laws }) => laws.length === 0).length;
  console.log(
    `${rows.length - survivors} of ${rows.length} mutants were noticed; the matrix is in reports/mutants.md`,
  );
  if (survivors > 0) throw new Failure("A mutant survived: no law noticed it. Write the test that does.");
});

/** The ids of the laws whose tests fail with this mutant; "other" for a test without a law. */
async function lawsThatNotice(mutant: Mutant): Promise<string[]> {
  const mend = await applyMutant(COPY, mutant);
  try {
    const failed = SHELLS.test(mutant.file) ? [] : await failures(IN_MEMORY);
    if (failed.length === 0) failed.push(...(await failures(IN_WORKERD)));
    const ids = failed.flatMap(lawsOf);
    return [...new Set(ids)].toSorted(byLaw);
  } finally {
    await mend();
  }
}

/** What the message of a failure says was broken; without it, what the test's name promises. */
function lawsOf({ name, message }: Failed): readonly string[] {
  return message.match(LAW) ?? name.match(LAW) ?? ["other"];
}

/** The tests of these projects that fail in the copy. A run that dies counts as one failure. */
async function failures(projects: readonly string[]): Promise<Failed[]> {
  const output = join(COPY, "result.json");
  await rm(output, { force: true });
  const chosen = projects.flatMap((project) => ["--project", project]);
  // A mutant that makes everything wait would take minutes: so many failures say enough.
  const vitest = ["node_modules/vitest/vitest.mjs", "run", ...chosen, "--bail=15"];
  const child = spawn(process.execPath, [...vitest, "--reporter=json", `--outputFile=${output}`], {
    cwd: COPY,
    stdio: "ignore",
    // Half as many cases, and no shrinking: a mutant is noticed or it is not.
    env: { ...process.env, RUNS: "0.5" },
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), RUN_WITHIN_MS);
  const code = await new Promise<number | null>((resolve) => {
    child.on("exit", resolve);
  });
  clearTimeout(timer);
  const text = await readFile(output, "utf8").catch(() => null);
  if (text === null) return [{ name: "the run did not end", message: "" }];
  const { testResults } = JSON.parse(text) as VitestReport;
  const failed = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === "failed"),
  );
  if (failed.length === 0 && code !== 0) return [{ name: "a test file did not load", message: "" }];
  return failed.map(({ fullName, failureMessages }) => ({
    name: fullName,
    message: failureMessages.join("\n").replace(/^ +at .*$/gm, ""),
  }));
}

/** The matrix: a row a mutant, a column a law that noticed any. */
async function report(rows: readonly Row[]): Promise<void> {
  const laws = [...new Set(rows.flatMap((row) => row.laws))].toSorted(byLaw);
  const lines = rows.map(({ mutant, laws: noticed }) => {
    const cells = laws.map((law) => (noticed.includes(law) ? "●" : ""));
    return `| ${mutant.name}${noticed.length === 0 ? " **survived**" : ""} | ${cells.join(" | ")} |`;
  });
  const head = `| mutant | ${laws.join(" | ")} |\n|---|${"---|".repeat(laws.length)}`;
  const text = `# Which law notices which mutant\n\n${head}\n${lines.join("\n")}\n`;
  console.log(`\n${text}`);
  await mkdir(join(ROOT, "reports"), { recursive: true });
  await writeFile(join(ROOT, "reports", "mutants.md"), text);
}

/** By letter, then by number: D2 before D10. */
function byLaw(a: string, b: string): number {
  return a.charCodeAt(0) - b.charCodeAt(0) || Number(a.slice(1)) - Number(b.slice(1)) || a.localeCompare(b);
}
