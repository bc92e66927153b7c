// Runs StrykerJS over files, or ranges of files, in a copy of the project.
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { Stryker } from "@stryker-mutator/core";
import { ROOT } from "../../tools/command.ts";
import type { Part } from "./parts.ts";
import { type Mutant, NOTHING } from "./verdict.ts";

type Result = Awaited<ReturnType<Stryker["runMutationTest"]>>[number];

/** The mutants of a part that are within these files and ranges, each tried. */
export async function mutate(
  { name, config, concurrency }: Part,
  ranges: readonly string[],
): Promise<readonly Mutant[]> {
  const sandbox = join(".state", `stryker-${name}`);
  const results = await new Stryker({
    mutate: [...ranges],
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner"],
    vitest: { configFile: config, related: false },
    coverageAnalysis: "perTest",
    concurrency,
    // An endless loop is stopped by its count of rounds; this is for a busy machine, which must not look like one.
    timeoutMS: 20_000,
    tempDirName: sandbox,
    ignorePatterns: [".state", "artifacts", "reports"],
    // Stryker would rewrite it with a compiler that TypeScript 7 no longer is.
    tsconfigFile: "none",
    reporters: ["progress-append-only"],
  }).runMutationTest();
  await rm(sandbox, { recursive: true, force: true });
  return results.filter(({ status }) => status !== "Ignored" && status !== "CompileError").map(describe);
}

function describe({ fileName, location, replacement, status, killedBy }: Result): Mutant {
  const source = readFileSync(fileName, "utf8");
  const lines = source.split("\n");
  const { start, end } = location;
  const offset = ({ line, column }: typeof start): number =>
    lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0) + column - 1;
  const isNoticed = status !== "Survived" && status !== "NoCoverage";
  return {
    file: relative(ROOT, fileName).replaceAll("\\", "/"),
    at: start.line,
    range: `${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`,
    line: lines[start.line - 1]?.trim() ?? "",
    change: `${brief(source.slice(offset(start), offset(end)))} → ${brief(replacement)}`,
    // StrykerJS names a test `file#name`.
    by: isNoticed ? (killedBy?.[0]?.split("#")[0] ?? status) : NOTHING,
    isNoticed,
  };
}

/** In one line, of a length that a person reads. */
function brief(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 90 ? `${line.slice(0, 90)}…` : line;
}
