// Results and reports as files in one folder.
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../tools/command.ts";
import { findingOf } from "./findings.ts";
import { type Climber, renderBeside } from "./report-beside.ts";
import { type Overlay, renderOverlay } from "./report-compare.ts";
import { type Report, renderReport } from "./report.ts";
import { outcomeOf } from "../lib/validity.ts";
import { RESULT_FILE, type RunResult } from "./result.ts";
import { duration, whole } from "./scales.ts";

/** Makes the folder, where it is not there. Throws a Failure (exit code 2) where that cannot be. */
export async function openFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((): never => {
    throw new Failure(`${folder} cannot be made a folder; name another one for the results.`, 2);
  });
}

/**
 * result.json, or result-1.json and so on, and report.html; returns the report's path. Results that an earlier run left in the folder
 * go: they would be read as repeats of this one. Throws a Failure where the disk does not take it; what stood there before stays.
 */
export async function saveReport(folder: string, report: Report): Promise<string> {
  await openFolder(folder);
  const named = report.results.map((result, i) => ({
    name: report.results.length === 1 ? "result.json" : `result-${i + 1}.json`,
    text: `${JSON.stringify(result)}\n`,
  }));
  for (const { name, text } of named) await writeWhole(join(folder, name), text);
  const path = join(folder, "report.html");
  await writeWhole(path, renderReport(report));
  const others = (await readdir(folder)).filter(
    (name) => RESULT_FILE.test(name) && !named.some((one) => one.name === name),
  );
  for (const name of others) await rm(join(folder, name));
  return path;
}

/** All of a file or nothing of it: a full disk, or an end in between, leaves the old one. */
async function writeWhole(path: string, text: string): Promise<void> {
  const part = `${path}.part`;
  try {
    await writeFile(part, text);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => {});
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure(`${path} could not be written (${why}); what was written before is kept.`);
  }
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

/** Two measurements laid over each other, as one file; returns its path. */
export async function saveOverlay(path: string, overlay: Overlay): Promise<string> {
  await writeWhole(path, renderOverlay(overlay));
  return path;
}

/** What one result comes to, for the terminal: what is BROKEN first, then why it is VOID; a VOID run shows no number. */
export function sayResult(result: RunResult): string[] {
  const { verdict } = result;
  return [
    ...(outcomeOf(verdict) === "BROKEN" ? [`BROKEN: ${verdict.broken.join(", ")}.`] : []),
    ...sayNumbers(result),
    ...sayFailures(result),
  ];
}

/** The table of what failed, most first. */
const sayFailures = ({ failures, started }: RunResult): string[] =>
  failures.map(({ why, count, first }) => {
    const after = (first - Date.parse(started)) / 1_000;
    return `  ${whole(count)} × ${why}${after >= 0 ? `, first after ${after.toFixed(1)} s` : ""}`;
  });

const OF = { latency: "", recovery: "from due to replayed ", comeback: "from lost to live again " } as const;

function sayNumbers(result: RunResult): string[] {
  const { headline, verdict } = result;
  if (headline === null)
    return ["VOID: this run gives no number of the room.", ...verdict.reasons.map((reason) => `  ${reason}`)];
  const said = verdict.broken.length > 0 ? "Beside that" : "VALID";
  if (result.scenario === "smoke") return [`${said}: it works. ${findingOf(result)}`];
  const { deliveriesPerSecondPerRoom: rate, p50, p95, p99, p999, serverCpuMicrosPerDelivery: cpu } = headline;
  const of = OF[headline.of];
  const server = cpu === undefined ? "" : `, server CPU ${cpu.toPrecision(3)} µs a delivery`;
  return [
    `${said}: ${Math.round(rate).toLocaleString("en")} deliveries/s per room, ${of}p50 ${duration(p50)}, p95 ${duration(p95)}, p99 ${duration(p99)}, p99.9 ${duration(p999)}${server}; limited by ${verdict.limitedBy}.`,
    ...[findingOf(result)].filter((finding) => finding !== ""),
  ];
}

/** What there is to know about results, each thing once. */
export const sayNotes = (results: readonly RunResult[]): string[] => [
  ...new Set(results.flatMap(({ notes }) => notes)),
];
