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
const PROJECTS = ["unit", "property", "workerd"];

command(HELP, { only: { type: "string", default: "" } }, async ({ only }) => {
  const chosen = chooseMutants(MUTANTS, String(only));
  await copyProject(COPY);
  console.log("Without a mutant ...");
  const clean = await failures();
  if (clean.length > 0)
    throw new Failure(`The tests fail without a mutant: ${clean.join("; ")}. Mend that first.`);
  const rows: { readonly mutant: Mutant; readonly laws: string }[] = [];
  for (const [i, mutant] of chosen.entries()) {
    const laws = await lawsThatNotice(mutant);
    console.log(`${i + 1}/${chosen.length} ${mutant.name}: ${laws || "SURVIVED"}`);
    rows.push({ mutant, laws });
  }
  await report(rows);
  await rm(COPY, { recursive: true, force: true });
  const survivors = rows.filter(({ laws }) => laws === "").length;
  console.log(
    `${rows.length - survivors} of ${rows.length} mutants were noticed; the matrix is in reports/mutants.md`,
  );
  if (survivors > 0) throw new Failure("A mutant survived: no law noticed it. Write the test that does.");
});

/** The ids of the laws whose tests fail with this mutant, in order; "" if none does. */
async function lawsThatNotice(mutant: Mutant): Promise<string> {
  const mend = await applyMutant(COPY, mutant);
  try {
    const names = await failures();
    const ids = names.flatMap((test) => test.match(/\b[CPDL]\d+(?=\])/g) ?? ["other"]);
    return [...new Set(ids)].toSorted().join(" ");
  } finally {
    await mend();
  }
}

/** Full names of the tests that fail in the copy. A run that dies counts as one failure. */
async function failures(): Promise<string[]> {
  const output = join(COPY, "result.json");
  await rm(output, { force: true });
  const projects = PROJECTS.flatMap((project) => ["--project", project]);
  const args = [
    "node_modules/vitest/vitest.mjs",
    "run",
    ...projects,
    "--reporter=json",
    `--outputFile=${output}`,
  ];
  const child = spawn(process.execPath, args, { cwd: COPY, stdio: "ignore" });
  const timer = setTimeout(() => child.kill("SIGKILL"), 120_000);
  const code = await new Promise<number | null>((resolve) => {
    child.on("exit", resolve);
  });
  clearTimeout(timer);
  const text = await readFile(output, "utf8").catch(() => null);
  if (text === null) return ["the run did not end"];
  const { testResults } = JSON.parse(text) as {
    testResults: { status: string; assertionResults: { status: string; fullName: string }[] }[];
  };
  const failed = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === "failed").map(({ fullName }) => fullName),
  );
  return failed.length === 0 && code !== 0 ? ["a test file did not load"] : failed;
}

async function report(rows: readonly { readonly mutant: Mutant; readonly laws: string }[]): Promise<void> {
  const lines = rows.map(
    ({ mutant, laws }) => `| ${mutant.name} | \`${mutant.file}\` | ${laws || "**survived**"} |`,
  );
  await mkdir(join(ROOT, "reports"), { recursive: true });
  await writeFile(
    join(ROOT, "reports", "mutants.md"),
    `# Which law notices which mutant\n\n| mutant | file | laws |\n|---|---|---|\n${lines.join("\n")}\n`,
  );
}
