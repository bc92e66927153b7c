// Runs tests in a copy of the project and says which of them failed, with the laws that these failures name.
import { spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { Failure } from "../../tools/command.ts";

/** Vitest's projects that judge mutants, and where their tests are. */
const FOLDERS = {
  unit: "test/unit/",
  property: "test/property/",
  workerd: "test/integration/workerd/",
} as const;
export type Project = keyof typeof FOLDERS;

const LAW = /(?<=\[)[CPDL]\d+(?=\])/g;
const RUN_WITHIN_MS = 180_000;

/** What we read of vitest's JSON report. */
interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** The laws that failures name, by test file. */
export type Failures = ReadonlyMap<string, readonly string[]>;

/** Runs whole projects. Throws a Failure where the run ends early: nobody has noticed anything then. */
export function runProjects(copy: string, projects: readonly Project[]): Promise<Failures> {
  return run(copy, projects, []);
}

/** Runs some test files, whichever project they are of. */
export function runFiles(copy: string, files: readonly string[]): Promise<Failures> {
  const projects = (Object.keys(FOLDERS) as Project[]).filter((project) =>
    files.some((file) => file.startsWith(FOLDERS[project])),
  );
  return run(copy, projects, files);
}

async function run(copy: string, projects: readonly Project[], files: readonly string[]): Promise<Failures> {
  const output = join(copy, "result.json");
  await rm(output, { force: true });
  const chosen = projects.flatMap((project) => ["--project", project]);
  // A mutant that makes everything wait would take minutes: so many failures say enough.
  const vitest = ["node_modules/vitest/vitest.mjs", "run", ...chosen, ...files, "--bail=15"];
  const child = spawn(process.execPath, [...vitest, "--reporter=json", `--outputFile=${output}`], {
    cwd: copy,
    stdio: "ignore",
    // Half as many cases, and no shrinking: a mutant is noticed or it is not.
    env: { ...process.env, RUNS: "0.5" },
  });
  const began = performance.now();
  const timer = setTimeout(() => child.kill("SIGKILL"), RUN_WITHIN_MS);
  const how = await new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on("exit", (code, signal) => resolve(code ?? signal));
  });
  clearTimeout(timer);
  const text = await readFile(output, "utf8").catch(() => null);
  const failures = text === null ? new Map<string, string[]>() : failuresIn(JSON.parse(text), copy);
  if (failures.size === 0 && how !== 0)
    throw new Failure(
      `The tests ended with ${how} after ${Math.round((performance.now() - began) / 1_000)} s and named none that failed, which proves nothing. Run this again on a quieter machine.`,
    );
  return failures;
}

function failuresIn({ testResults }: VitestReport, copy: string): Map<string, string[]> {
  const failed = testResults.filter(({ status }) => status === "failed");
  return new Map(
    failed.map(({ name, assertionResults }) => {
      const laws = assertionResults
        .filter(({ status }) => status === "failed")
        .flatMap(({ fullName, failureMessages }) => lawsOf(fullName, failureMessages.join("\n")));
      const file = relative(copy, name).replaceAll("\\", "/");
      // A file that did not even load names no law.
      return [file, laws.length > 0 ? [...new Set(laws)] : ["other"]];
    }),
  );
}

/** What the message of a failure says was broken; without it, what the test's name promises; "other" for neither. */
function lawsOf(name: string, message: string): readonly string[] {
  return message.replace(/^ +at .*$/gm, "").match(LAW) ?? name.match(LAW) ?? ["other"];
}
