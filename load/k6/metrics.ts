// The metrics of a load run. Each virtual user hands its numbers over once, at its end: k6 keeps every sample it is given.
import { Counter, Trend } from "k6/metrics";
import { ROWS } from "../lib/heat.ts";
import { quantile } from "../lib/histogram.ts";
import {
  bucketMetric,
  countMetric,
  FAILED,
  heatMetric,
  JOINING,
  P99,
  PHASE,
  rangeMetric,
  REPORTS,
  ROOM_LAG,
  SECONDS,
  SLOWEST,
  SLOWEST_MEMBERS,
  slotOf,
  sumMetric,
  WINDOW_START,
} from "../lib/metric-names.ts";
import type { Recorder } from "../lib/recorder.ts";
import { slowestMembers } from "../lib/slowest.ts";
import { COUNTS, HISTOGRAMS } from "../lib/tally.ts";

const counters = COUNTS.map((name) => [name, new Counter(countMetric(name))] as const);
const times = HISTOGRAMS.map((name) => ({
  name,
  buckets: new Counter(bucketMetric(name)),
  sum: new Counter(sumMetric(name)),
  range: new Trend(rangeMetric(name), true),
}));
const delivered = new Counter(SECONDS.delivered);
const sent = new Counter(SECONDS.sent);
const lag = new Trend(SECONDS.lag, true);
const hiccup = new Trend(SECONDS.hiccup, true);
const reports = new Counter(REPORTS);
const failures = new Counter(FAILED.count);
const firstFailures = new Trend(FAILED.first);
const roomLag = new Trend(ROOM_LAG, true);
const secondP50 = new Trend(SECONDS.p50, true);
const secondP95 = new Trend(SECONDS.p95, true);
const secondP99 = new Trend(SECONDS.p99, true);
const secondMax = new Trend(SECONDS.max, true);
const heat = Array.from({ length: ROWS }, (_, row) => new Counter(heatMetric(row)));
const trendsOf = <Name extends string>(names: Readonly<Record<Name, string>>) =>
  Object.entries<string>(names).map(([name, metric]) => [name as Name, new Trend(metric)] as const);
const slowest = trendsOf(SLOWEST);
const slowMembers = trendsOf(SLOWEST_MEMBERS);
const phaseFrom = new Trend(PHASE.from);
const phaseUntil = new Trend(PHASE.until);
const joiningFrom = new Trend(JOINING.from);
const joiningUntil = new Trend(JOINING.until);
const windowStart = new Trend(WINDOW_START);
const p99 = new Trend(P99, true);

/** Hands over what a virtual user saw, by its idInTest. */
export function handOver(recorder: Recorder, user: number): void {
  recorder.finish();
  reports.add(1, { user: `${user}` });
  if (recorder.roomLag < Infinity) roomLag.add(recorder.roomLag);
  for (const [why, { count, first }] of recorder.failures) {
    failures.add(count, { why });
    firstFailures.add(first, { why });
  }
  if (recorder.windowStart !== null) windowStart.add(recorder.windowStart);
  const { from, until } = recorder.joining;
  if (until > 0) {
    joiningFrom.add(from);
    joiningUntil.add(until);
  }
  for (const [name, counter] of counters) counter.add(recorder.counts[name]);
  for (const { name, buckets, sum, range } of times) {
    const { histogram } = recorder.times[name];
    if (histogram.count === 0) continue;
    for (const [bucket, count] of histogram.buckets) buckets.add(count, { bucket: `${bucket}` });
    sum.add(histogram.sum);
    range.add(histogram.min);
    range.add(histogram.max);
    if (name === "latency") p99.add(quantile(histogram, 0.99));
  }
  for (const [index, step] of recorder.steps) {
    const tags = { second: `${index * recorder.stepS}` };
    delivered.add(step.delivered, tags);
    sent.add(step.sent, tags);
    lag.add(step.lagMaxMs, tags);
    hiccup.add(step.hiccupMaxMs, tags);
    const { histogram } = step.latency;
    if (histogram.count === 0) continue;
    secondP50.add(quantile(histogram, 0.5), tags);
    secondP95.add(quantile(histogram, 0.95), tags);
    secondP99.add(quantile(histogram, 0.99), tags);
    secondMax.add(histogram.max, tags);
  }
  flushViews(recorder, user);
}

/** What only a report shows: the heat map, who waited longest, and in which parts something was done. */
function flushViews(recorder: Recorder, user: number): void {
  for (const [second, row, count] of recorder.cells()) heat[row]?.add(count, { second: `${second}` });
  for (const [rank, delivery] of recorder.slowest.deliveries.entries())
    for (const [name, trend] of slowest) trend.add(delivery[name], { slot: slotOf(user, rank) });
  for (const [rank, times] of slowestMembers(recorder.memberTimes).entries())
    for (const [name, trend] of slowMembers) trend.add(times[name], { slot: slotOf(user, rank) });
  for (const { what, from, until } of recorder.phases) {
    phaseFrom.add(from, { phase: what });
    phaseUntil.add(until, { phase: what });
  }
}
