// Results and reports as files in one folder.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../lib/command.ts";
import { findingOf } from "./findings.ts";
import { type Climber, renderBeside } from "./report-beside.ts";
import { type Report, renderReport } from "./report.ts";
import type { RunResult } from "./result.ts";
import { duration } from "./scales.ts";

/** Makes the folder, where it is not there. Throws a Failure (exit code 2) where that cannot be. */
export async function openFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((): never => {
    throw new Failure(`${folder} cannot be made a folder; name another one for the results.`, 2);
  });
}

/** result.json, or result-1.json and so on, and report.html; returns the report's path. */
export async function saveReport(folder: string, report: Report): Promise<string> {
  await openFolder(folder);
  for (const [i, result] of report.results.entries()) {
    const name = report.results.length === 1 ? "result.json" : `result-${i + 1}.json`;
    await writeFile(join(folder, name), `${JSON.stringify(result)}\n`);
  }
  const path = join(folder, "report.html");
  await writeFile(path, renderReport(report));
  return path;
}

/** A page about several ladders, each of which has a report of its own in a folder beside it; returns its path. */
export async function saveBeside(
  folder: string,
  climbers: readonly Climber[],
  command: string,
): Promise<string> {
  const path = join(folder, "report.html");
  await writeFile(path, renderBeside("Edge Chat load: ladders side by side", climbers, command));
  return path;
}

/** Three sentences at most about one result, for the terminal. A VOID run shows no number. */
export function sayResult(result: RunResult): string[] {
  const { headline, verdict } = result;
  if (headline === null)
    return ["VOID: this run says nothing about the room.", ...verdict.reasons.map((reason) => `  ${reason}`)];
  const { deliveriesPerSecondPerRoom: rate, p50, p95, p99, p999, serverCpuMicrosPerDelivery: cpu } = headline;
  const server = cpu === undefined ? "" : `, server CPU ${cpu.toPrecision(3)} µs a delivery`;
  return [
    `VALID: ${Math.round(rate).toLocaleString("en")} deliveries/s per room, p50 ${duration(p50)}, p95 ${duration(p95)}, p99 ${duration(p99)}, p99.9 ${duration(p999)}${server}; limited by ${verdict.limitedBy}.`,
    ...[findingOf(result)].filter((finding) => finding !== ""),
  ];
}

/** What there is to know about results, each thing once. */
export const sayNotes = (results: readonly RunResult[]): string[] => [
  ...new Set(results.flatMap(({ notes }) => notes)),
];
