// [K35] What handleSummary is given, and the text for those who have none. Pure.
import type { GroupSummary } from "./groups.ts";
import { aggregate, type Metrics, type Sink } from "./metrics.ts";

const DEFAULT_TREND_STATS = ["avg", "min", "med", "max", "p(90)", "p(95)"];

export interface SummaryInput {
  readonly metrics: Metrics;
  readonly elapsedMs: number;
  readonly groups: GroupSummary;
  readonly trendStats: readonly string[] | null;
  /** What setup() returned, as a value. */
  readonly setupData: unknown;
  readonly isTty: boolean;
}

interface MetricSummary {
  readonly type: string;
  readonly contains: string;
  readonly values: Readonly<Record<string, number>>;
  readonly thresholds?: Readonly<Record<string, { readonly ok: boolean }>>;
}

export interface SummaryData {
  readonly metrics: Readonly<Record<string, MetricSummary>>;
  readonly root_group: GroupSummary;
  readonly options: object;
  readonly state: object;
  readonly setup_data?: unknown;
}

export function summaryData(input: SummaryInput): SummaryData {
  const { metrics, elapsedMs, groups, setupData, isTty } = input;
  const stats = input.trendStats ?? DEFAULT_TREND_STATS;
  const judged = metrics.judge(elapsedMs, true);
  const entries = [...metrics.all()].map(([name, sink]): [string, MetricSummary] => {
    const own = judged.filter((result) => result.name === name);
    const thresholds = Object.fromEntries(own.map(({ threshold, ok }) => [threshold.source, { ok }]));
    return [
      name,
      {
        type: sink.metric.kind,
        contains: sink.metric.contains,
        values: valuesOf(sink, elapsedMs, stats),
        ...(own.length === 0 ? {} : { thresholds }),
      },
    ];
  });
  return {
    metrics: Object.fromEntries(entries),
    root_group: groups,
    options: { summaryTrendStats: stats, summaryTimeUnit: "", noColor: true },
    state: { isStdOutTTY: isTty, isStdErrTTY: isTty, testRunDurationMs: elapsedMs },
    ...(setupData === undefined ? {} : { setup_data: setupData }),
  };
}

function valuesOf(sink: Sink, elapsedMs: number, stats: readonly string[]): Record<string, number> {
  const of = (aggregation: string): number => aggregate(sink, aggregation, elapsedMs) ?? 0;
  const { kind } = sink.metric;
  if (kind === "counter") return { count: of("count"), rate: of("rate") };
  if (kind === "gauge") {
    const { last, min, max, count } = sink;
    return count === 0 ? { value: 0, min: 0, max: 0 } : { value: last, min, max };
  }
  if (kind === "rate") return { rate: of("rate"), passes: sink.nonZero, fails: sink.count - sink.nonZero };
  return Object.fromEntries(stats.map((stat) => [stat, of(stat)]));
}

/** A line a metric, thresholds beneath. */
export function summaryText(data: SummaryData): string {
  const lines = Object.entries(data.metrics)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, { values, thresholds = {} }]) => [
      `  ${name.padEnd(32, ".")}: ${Object.entries(values)
        .map(([key, value]) => `${key}=${Number(value.toFixed(3))}`)
        .join(" ")}`,
      ...Object.entries(thresholds).map(([source, { ok }]) => `    ${ok ? "✓" : "✗"} ${source}`),
    ]);
  return `\n${lines.join("\n")}\n`;
}
