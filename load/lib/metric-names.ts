// How a run's numbers are named as k6 metrics. k6 hands only those sub-metrics on that a threshold names, so the list of
// thresholds, what is added, and what the summary reads all come from here.
import { planOf } from "./crowd.ts";
import { BUCKETS } from "./histogram.ts";
import type { Parameters } from "./parameters.ts";
import { stepOf } from "./recorder.ts";
import { type Count, COUNTS, type HistogramName, HISTOGRAMS } from "./tally.ts";

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export const countMetric = (name: Count): string => `chat_${snake(name)}`;

/** Counter by the tag `bucket`; Counter of the sum; Trend that gets minimum and maximum of each virtual user. */
export const bucketMetric = (name: HistogramName): string => `chat_${name}`;
export const sumMetric = (name: HistogramName): string => `chat_${name}_sum`;
export const rangeMetric = (name: HistogramName): string => `chat_${name}_range`;

/** By the tag `second`: Counters, and Trends that get the largest lag of each virtual user, and the percentiles of its latency. */
export const SECONDS = {
  delivered: "chat_second_delivered",
  sent: "chat_second_sent",
  lag: "chat_second_lag",
  p50: "chat_second_p50",
  p99: "chat_second_p99",
} as const;

/** Trend that gets the 99th percentile of each virtual user's latencies. */
export const P99 = "chat_p99";

/** Trend that gets the instant at which the measured window began, in epoch ms. */
export const WINDOW_START = "chat_window_start";

/** Trends that get the instants at which joining began and the rooms were full, in epoch ms. */
export const JOINING = { from: "chat_joining_from", until: "chat_joining_until" } as const;

export const subMetric = (metric: string, tag: "bucket" | "second", value: number): string =>
  `${metric}{${tag}:${value}}`;

/** Where each step of the measured window begins, in seconds. */
export function secondsOf(parameters: Parameters): number[] {
  const step = stepOf(planOf(parameters));
  return Array.from({ length: Math.ceil(parameters.durationS / step) }, (_, i) => i * step);
}

/** Exit code 99 says that there was one of these: the target broke a law. */
const NEVER: readonly Count[] = [
  "lost",
  "missed",
  "corrupt",
  "garbled",
  "duplicate",
  "reordered",
  "refused",
  "dropped",
  "joinFailed",
  "handlerErrors",
  "anomalies",
  "overLimit",
];

/** Thresholds with a condition, and empty ones for all sub-metrics. */
export function thresholdsOf(parameters: Parameters): Record<string, string[]> {
  const thresholds: Record<string, string[]> = {};
  for (const name of COUNTS) thresholds[countMetric(name)] = [];
  for (const name of forbiddenIn(parameters)) thresholds[countMetric(name)] = ["count==0"];
  for (const name of HISTOGRAMS) {
    thresholds[sumMetric(name)] = [];
    thresholds[rangeMetric(name)] = [];
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      thresholds[subMetric(bucketMetric(name), "bucket", bucket)] = [];
    }
  }
  for (const second of secondsOf(parameters)) {
    for (const metric of Object.values(SECONDS)) thresholds[subMetric(metric, "second", second)] = [];
  }
  for (const metric of [WINDOW_START, ...Object.values(JOINING)]) thresholds[metric] = [];
  // A climb goes on until a step is slower than that.
  thresholds[P99] = parameters.scenario === "climb" ? [] : [`max<${parameters.p99Ms}`];
  return thresholds;
}

/** What a run may have none of. The classic protocol does not promise what was sent while a client was away. */
export function forbiddenIn({ scenario, protocol }: Pick<Parameters, "scenario" | "protocol">): Count[] {
  const mayMiss = scenario === "reconnect-storm" && protocol !== "delivery";
  return NEVER.filter((name) => !(mayMiss && name === "missed"));
}
