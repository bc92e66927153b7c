// From k6's end-of-test metrics to a tally, and from a tally to what a person reads.
import { BUCKETS, type Histogram, mean, NO_TIMES, quantile } from "./histogram.ts";
import {
  bucketMetric,
  countMetric,
  JOINING,
  rangeMetric,
  SECONDS,
  secondsOf,
  subMetric,
  sumMetric,
  WINDOW_START,
} from "./metric-names.ts";
import { type Parameters, recordOf } from "./parameters.ts";
import {
  COUNTS,
  type Counts,
  deliveriesPerSecondPerRoom,
  type HistogramName,
  HISTOGRAMS,
  type Histograms,
  SCHEMA,
  type Second,
  type Tally,
} from "./tally.ts";

/** `data.metrics` of handleSummary. */
export type Metrics = Readonly<
  Record<string, { readonly values: Readonly<Record<string, number>> } | undefined>
>;

/** What this instance saw. A metric that nobody added to counts as 0. */
export function tallyOf(parameters: Parameters, metrics: Metrics): Tally {
  const value = (metric: string, name: string): number => metrics[metric]?.values[name] ?? 0;
  return {
    schema: SCHEMA,
    scenario: parameters.scenario,
    parameters: recordOf(parameters),
    instances: 1,
    counts: Object.fromEntries(COUNTS.map((name) => [name, value(countMetric(name), "count")])) as Counts,
    rooms: parameters.rooms,
    windowMs: parameters.durationS * 1_000,
    windowStart: value(WINDOW_START, "min"),
    joining: { from: value(JOINING.from, "min"), until: value(JOINING.until, "max") },
    histograms: Object.fromEntries(HISTOGRAMS.map((name) => [name, histogramOf(name, value)])) as Histograms,
    seconds: secondsOf(parameters).map((second): Second => ({
      second,
      delivered: value(subMetric(SECONDS.delivered, "second", second), "count"),
      sent: value(subMetric(SECONDS.sent, "second", second), "count"),
      lagMaxMs: value(subMetric(SECONDS.lag, "second", second), "max"),
      p50Ms: value(subMetric(SECONDS.p50, "second", second), "max"),
      p99Ms: value(subMetric(SECONDS.p99, "second", second), "max"),
    })),
  };
}

function histogramOf(name: HistogramName, value: (metric: string, name: string) => number): Histogram {
  const all = Array.from({ length: BUCKETS }, (_, bucket): [number, number] => [
    bucket,
    value(subMetric(bucketMetric(name), "bucket", bucket), "count"),
  ]);
  const buckets = all.filter(([, count]) => count > 0);
  if (buckets.length === 0) return NO_TIMES;
  return {
    count: buckets.reduce((sum, [, count]) => sum + count, 0),
    sum: Math.round(value(sumMetric(name), "count") * 1_000) / 1_000,
    min: value(rangeMetric(name), "min"),
    max: value(rangeMetric(name), "max"),
    buckets,
  };
}

/** A short table, and the verdict that one instance can reach by itself: no headline number where it is void. */
export function tell(tally: Tally, reasons: readonly string[]): string {
  const { counts: c, histograms: h } = tally;
  const rows: [string, string][] = [
    [
      "members",
      `${c.joined} joined, ${c.joinFailed} failed, ${c.dropped} dropped, ${c.connects} connections`,
    ],
    ["messages", `${c.offered} offered, ${c.sent} sent, ${c.accepted} accepted, ${c.refused} refused`],
    [
      "deliveries",
      `${c.expected} expected, ${c.delivered} delivered, ${c.lost} lost, ${c.missed} missed, ${c.late} late`,
    ],
    [
      "anomalies",
      `${c.duplicate} duplicate, ${c.reordered} reordered, ${c.corrupt} corrupt, ${c.garbled} garbled frames`,
    ],
    ["frames", `${c.frames}, ${(c.delivered / Math.max(1, c.frames)).toFixed(2)} deliveries each`],
  ];
  if (c.judged > 0) rows.push(["history", `${c.judged} events judged, ${c.anomalies} anomalies`]);
  if (c.resumed + c.replayed > 0) rows.push(["comebacks", `${c.resumed} resumed, ${c.replayed} replayed`]);
  if (c.abuseSent > 0) {
    rows.push([
      "abuser",
      `${c.abuseSent} sent, ${c.abuseAccepted} accepted, ${c.abuseRefused} refused, ${c.overLimit} over the limit`,
    ]);
  }
  for (const name of HISTOGRAMS) if (h[name].count > 0) rows.push([name, tellTimes(h[name])]);
  const verdict = reasons.length === 0 ? tellHeadline(tally) : `VOID: ${reasons.join("; ")}`;
  const table = rows.map(([name, text]) => `  ${name.padEnd(12)}${text}`).join("\n");
  return `\n${tally.scenario}\n${table}\n\n${verdict}\n\n`;
}

function tellHeadline(tally: Tally): string {
  const { latency } = tally.histograms;
  const rate = Math.round(deliveriesPerSecondPerRoom(tally));
  return `VALID: ${rate} deliveries/s in a room, p50 ${ms(quantile(latency, 0.5))}, p99 ${ms(quantile(latency, 0.99))}`;
}

const ms = (time: number): string => `${time < 10 ? time.toFixed(2) : time.toFixed(0)} ms`;

const tellTimes = (times: Histogram): string =>
  [
    `p50 ${ms(quantile(times, 0.5))}`,
    `p95 ${ms(quantile(times, 0.95))}`,
    `p99 ${ms(quantile(times, 0.99))}`,
    `p99.9 ${ms(quantile(times, 0.999))}`,
    `max ${ms(times.max)}`,
    `mean ${ms(mean(times))}`,
    `of ${times.count}`,
  ].join(", ");
