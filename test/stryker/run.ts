// `npm run test:stryker`: StrykerJS makes hundreds of small mistakes in the code; the tests have to notice them.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { Stryker } from "@stryker-mutator/core";
import { command, Failure, ROOT } from "../../scripts/lib/command.ts";
import { ACCEPTED } from "./accepted.ts";
import { choose, type Part } from "./parts.ts";
import { complaints, judge, type Mutant, report, scoreOf } from "./verdict.ts";

const HELP = `
npm run test:stryker: lets StrykerJS make hundreds of small mistakes in the code, and shows which no test notices.

  npm run test:stryker -- --only core                 the pure core, with the unit and property tests, on Node
  npm run test:stryker -- --only shells               Durable Objects and the Worker's entry, inside workerd
  npm run test:stryker -- --files 'src/room/*.ts'     a quick look at some files; no score is asked of them

Writes reports/stryker.md. Exit codes: 0 scores reached and every survivor explained, 1 not so, 2 wrong options.
`;

type Result = Awaited<ReturnType<Stryker["runMutationTest"]>>[number];

const TEXT = { type: "string", default: "" } as const;

command(HELP, { only: TEXT, files: TEXT }, async ({ only, files }) => {
  process.chdir(ROOT);
  // A fifth of each property's cases, see test/support/prove.ts.
  process.env.RUNS ??= "0.2";
  const isWhole = files === "";
  const verdicts = [];
  for (const part of choose(String(only), String(files))) {
    console.log(`Mutating the ${part.name}, ${part.files.length} files ...`);
    const verdict = judge(part, await mutate(part), ACCEPTED);
    verdicts.push(verdict);
    for (const { mutant, why } of verdict.survivors) {
      console.log(
        `survived: ${mutant.file}:${mutant.at}  ${mutant.line}\n    ${mutant.change}\n    ${why ?? "NO REASON"}`,
      );
    }
    for (const one of verdict.stale) console.log(`stale reason: ${one}`);
  }
  await mkdir("reports", { recursive: true });
  await writeFile("reports/stryker.md", report(verdicts));
  for (const { part, mutants, survivors } of verdicts) {
    console.log(
      `${part.name}: ${scoreOf(mutants).toFixed(1)} % of ${mutants.length} mutants were noticed, ${survivors.length} survived`,
    );
  }
  const wrong = verdicts.flatMap((verdict) => complaints(verdict, isWhole));
  if (wrong.length > 0) throw new Failure(wrong.join("\n"));
  console.log("Every survivor has its reason; they are in reports/stryker.md");
});

/** Runs StrykerJS over a part, in a copy of the project. */
async function mutate({ name, files, config, concurrency }: Part): Promise<Mutant[]> {
  const sandbox = join(".state", `stryker-${name}`);
  const results = await new Stryker({
    mutate: [...files],
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner"],
    vitest: { configFile: config, related: false },
    coverageAnalysis: "perTest",
    concurrency,
    // An endless loop is stopped by its count of rounds; this is for a busy machine, which must not look like one.
    timeoutMS: 20_000,
    tempDirName: sandbox,
    ignorePatterns: [".state", "artifacts", "docs", "load", "reports"],
    // Stryker would rewrite it with a compiler that TypeScript 7 no longer is.
    tsconfigFile: "none",
    reporters: ["progress-append-only"],
  }).runMutationTest();
  await rm(sandbox, { recursive: true, force: true });
  const valid = results.filter(({ status }) => status !== "Ignored" && status !== "CompileError");
  return Promise.all(valid.map(describe));
}

async function describe({ fileName, location, replacement, status }: Result): Promise<Mutant> {
  const file = relative(ROOT, fileName).replaceAll("\\", "/");
  const source = await readFile(fileName, "utf8");
  const lines = source.split("\n");
  const offset = ({ line, column }: { line: number; column: number }): number =>
    lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0) + column - 1;
  const from = source.slice(offset(location.start), offset(location.end));
  return {
    file,
    at: location.start.line,
    line: lines[location.start.line - 1]?.trim() ?? "",
    change: `${brief(from)} → ${brief(replacement)}`,
    isNoticed: status !== "Survived" && status !== "NoCoverage",
  };
}

/** In one line, of a length that a person reads. */
function brief(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 90 ? `${line.slice(0, 90)}…` : line;
}
