// The metrics of a load run. Each virtual user hands its numbers over once, at its end: k6 keeps every sample it is given.
import { Counter, Trend } from "k6/metrics";
import { quantile } from "../lib/histogram.ts";
import {
  bucketMetric,
  countMetric,
  FAILED,
  JOINING,
  P99,
  rangeMetric,
  REPORTS,
  ROOM_LAG,
  SECONDS,
  sumMetric,
  WINDOW_START,
} from "../lib/metric-names.ts";
import type { Recorder } from "../lib/recorder.ts";
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
const secondP99 = new Trend(SECONDS.p99, true);
const joiningFrom = new Trend(JOINING.from);
const joiningUntil = new Trend(JOINING.until);
const windowStart = new Trend(WINDOW_START);
const p99 = new Trend(P99, true);

/** Hands over what a virtual user saw, by its idInTest. */
export function flush(recorder: Recorder, user: number): void {
  recorder.settle();
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
    secondP99.add(quantile(histogram, 0.99), tags);
  }
}
