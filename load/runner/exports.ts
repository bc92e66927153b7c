// A result in the formats of other tools: a markdown summary, JUnit, OpenMetrics, CSV, and HdrHistogram's percentile text. Pure.
import { edgesOf, quantile } from "../lib/histogram.ts";
import { snake } from "../lib/metric-names.ts";
import { COUNTS, HISTOGRAMS } from "../lib/tally.ts";
import { outcomeOf } from "../lib/validity.ts";
import { escape } from "./charts.ts";
import type { RunResult } from "./result.ts";
import { duration, whole } from "./scales.ts";

export const FORMATS = ["markdown", "junit", "openmetrics", "csv", "hgrm"] as const;
export type Format = (typeof FORMATS)[number];

const WRITERS: Readonly<Record<Format, (results: readonly RunResult[]) => string>> = {
  markdown,
  junit,
  openmetrics,
  csv,
  hgrm,
};

export const exportAs = (format: Format, results: readonly RunResult[]): string => WRITERS[format](results);

const whyOf = ({ verdict }: RunResult): string => [...verdict.broken, ...verdict.reasons].join("; ");

/** For a step summary of a workflow. */
function markdown(results: readonly RunResult[]): string {
  const rows = results.map((result) => {
    const { headline, verdict, scenario } = result;
    const numbers =
      headline === null
        ? ["", "", ""]
        : [whole(headline.deliveriesPerSecondPerRoom), duration(headline.p50), duration(headline.p99)];
    return `| ${[scenario, outcomeOf(verdict), ...numbers, whyOf(result)].join(" | ")} |`;
  });
  return `| scenario | verdict | deliveries/s per room | p50 | p99 | why |\n|---|---|---|---|---|---|\n${rows.join("\n")}\n`;
}

/** A run is a test case: BROKEN fails it, VOID skips it. */
function junit(results: readonly RunResult[]): string {
  const outcomes = results.map(({ verdict }) => outcomeOf(verdict));
  const many = (outcome: string): number => outcomes.filter((one) => one === outcome).length;
  const cases = results.map((result, i) => {
    const why = escape(whyOf(result));
    const inside = {
      VALID: "",
      BROKEN: `<failure message="${why}"/>`,
      VOID: `<skipped message="${why}"/>`,
    }[outcomes[i] ?? "VALID"];
    return `  <testcase classname="load" name="${escape(result.scenario)} ${i + 1}" time="${result.durationS}">${inside}</testcase>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="load" tests="${results.length}" failures="${many("BROKEN")}" skipped="${many("VOID")}">\n${cases.join("\n")}\n</testsuite>\n`;
}

const SHARES = [0.5, 0.95, 0.99, 0.999] as const;

const labels = ({ scenario, target }: RunResult, i: number): string =>
  `scenario="${scenario}",target="${target.kind}",run="${i + 1}"`;

/** Counts as counters, times as summaries in seconds. */
function openmetrics(results: readonly RunResult[]): string {
  const lines: string[] = [];
  for (const name of COUNTS) {
    const metric = `chat_load_${snake(name)}`;
    lines.push(`# TYPE ${metric} counter`);
    for (const [i, result] of results.entries())
      lines.push(`${metric}_total{${labels(result, i)}} ${result.counts[name]}`);
  }
  for (const name of HISTOGRAMS) {
    const metric = `chat_load_${snake(name)}_seconds`;
    lines.push(`# TYPE ${metric} summary`);
    for (const [i, result] of results.entries()) {
      const times = result.histograms[name];
      for (const q of SHARES)
        lines.push(`${metric}{${labels(result, i)},quantile="${q}"} ${quantile(times, q) / 1_000}`);
      lines.push(`${metric}_sum{${labels(result, i)}} ${times.sum / 1_000}`);
      lines.push(`${metric}_count{${labels(result, i)}} ${times.count}`);
    }
  }
  return `${lines.join("\n")}\n# EOF\n`;
}

/** The seconds of the measured window. */
function csv(results: readonly RunResult[]): string {
  const names = [
    "second",
    "delivered",
    "sent",
    "p50Ms",
    "p95Ms",
    "p99Ms",
    "maxMs",
    "lagMaxMs",
    "hiccupMaxMs",
  ] as const;
  const rows = results.flatMap(({ seconds }, i) =>
    seconds.map((second) => [i + 1, ...names.map((name) => second[name])].join(",")),
  );
  return `run,${names.join(",")}\n${rows.join("\n")}\n`;
}

/** Latency, as HdrHistogram's tools write it: value in ms, share, how many up to there, 1/(1 - share). */
function hgrm(results: readonly RunResult[]): string {
  const buckets = new Map<number, number>();
  for (const { histograms } of results)
    for (const [bucket, count] of histograms.latency.buckets)
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + count);
  const total = [...buckets.values()].reduce((sum, count) => sum + count, 0);
  let up = 0;
  const rows = [...buckets]
    .toSorted(([a], [b]) => a - b)
    .map(([bucket, count]) => {
      up += count;
      const share = up / total;
      const inverse = up === total ? "" : (1 / (1 - share)).toFixed(2);
      const cells = [edgesOf(bucket)[1].toFixed(3), share.toFixed(12), `${up}`, inverse];
      return cells
        .map((cell, i) => cell.padStart([12, 14, 10, 14][i] ?? 0))
        .join(" ")
        .trimEnd();
    });
  return `       Value     Percentile TotalCount 1/(1-Percentile)\n\n${rows.join("\n")}\n`;
}
