// How a run's numbers are named as k6 metrics. k6 hands only those sub-metrics on that a threshold names, so the list of
// thresholds, what is added, and what the summary reads all come from here.
import { planOf, virtualUsersOf } from "./crowd.ts";
import { FAILURES, STATUSES } from "./failures.ts";
import { ROWS, stepsOfColumn } from "./heat.ts";
import { BUCKETS } from "./histogram.ts";
import { thresholdCounts } from "./laws.ts";
import type { Parameters } from "./parameters.ts";
import { PHASES } from "./phases.ts";
import { stepOf } from "./recorder.ts";
import { NAMED } from "./slowest.ts";
import { type Count, COUNTS, type HistogramName, HISTOGRAMS } from "./tally.ts";

export const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export const countMetric = (name: Count): string => `chat_${snake(name)}`;

/** Counter by the tag `bucket`; Counter of the sum; Trend that gets minimum and maximum of each virtual user. */
export const bucketMetric = (name: HistogramName): string => `chat_${snake(name)}`;
export const sumMetric = (name: HistogramName): string => `chat_${snake(name)}_sum`;
export const rangeMetric = (name: HistogramName): string => `chat_${snake(name)}_range`;

/** By the tag `second`: Counters, and Trends that get the largest lag of each virtual user, and the percentiles of its latency. */
export const SECONDS = {
  delivered: "chat_second_delivered",
  sent: "chat_second_sent",
  lag: "chat_second_lag",
  hiccup: "chat_second_hiccup",
  p50: "chat_second_p50",
  p95: "chat_second_p95",
  p99: "chat_second_p99",
  max: "chat_second_max",
} as const;

/** Counter of a row of the heat map, by the tag `second`. */
export const heatMetric = (row: number): string => `chat_heat_${row}`;

/** Trends by the tag `slot`: what each virtual user found slowest. Each gets one number, which is its smallest. */
export const SLOWEST = {
  sender: "chat_slowest_sender",
  n: "chat_slowest_n",
  seq: "chat_slowest_seq",
  member: "chat_slowest_member",
  intended: "chat_slowest_intended",
  actual: "chat_slowest_actual",
  received: "chat_slowest_received",
} as const;
export const SLOWEST_MEMBERS = {
  member: "chat_slow_member",
  p99Ms: "chat_slow_member_p99",
  timed: "chat_slow_member_timed",
} as const;

/** Of a virtual user (its idInTest), from 0 the slowest first. */
export const slotOf = (user: number, rank: number): string => `${user}-${rank}`;

export function slotsOf(parameters: Parameters): string[] {
  const users = Array.from({ length: virtualUsersOf(parameters) }, (_, i) => i + 1);
  return users.flatMap((user) => Array.from({ length: NAMED }, (_, rank) => slotOf(user, rank)));
}

/** Trends by the tag `phase`, in epoch ms. */
export const PHASE = { from: "chat_phase_from", until: "chat_phase_until" } as const;

/** Trend that gets the 99th percentile of each virtual user's latencies. */
export const P99 = "chat_p99";

/** Trend that gets the instant at which the measured window began, in epoch ms. */
export const WINDOW_START = "chat_window_start";

/** Trends that get the instants at which joining began and the rooms were full, in epoch ms. */
export const JOINING = { from: "chat_joining_from", until: "chat_joining_until" } as const;

/** Counter by the tag `user`: one for each virtual user that handed over what it saw. */
export const REPORTS = "chat_reports";

/** Trend that gets the least time from the room's time of a message to its arrival, of each virtual user. */
export const ROOM_LAG = "chat_room_lag";

/** By the tag `why`: Counter, and Trend that gets when each virtual user saw it first, in epoch ms. */
export const FAILED = { count: "chat_failures", first: "chat_failures_first" } as const;

/** k6's own, by the tag `status`. */
export const SESSIONS = "ws_sessions";

export const subMetric = (
  metric: string,
  tag: "bucket" | "second" | "user" | "why" | "status" | "slot" | "phase",
  value: number | string,
): string => `${metric}{${tag}:${value}}`;

/** Where each step of the measured window begins, in seconds. */
export function secondsOf(parameters: Parameters): number[] {
  const step = stepOf(planOf(parameters));
  return Array.from({ length: Math.ceil(parameters.durationS / step) }, (_, i) => i * step);
}

/** Where each column of the heat map begins, in seconds. */
export function columnsOf(parameters: Parameters): number[] {
  const seconds = secondsOf(parameters);
  const wide = stepsOfColumn(seconds.length);
  return seconds.filter((_, i) => i % wide === 0);
}

/** Thresholds with a condition, and empty ones for all sub-metrics. */
export function thresholdsOf(parameters: Parameters): Record<string, string[]> {
  const thresholds: Record<string, string[]> = {};
  for (const name of COUNTS) thresholds[countMetric(name)] = [];
  for (const name of thresholdCounts(parameters)) thresholds[countMetric(name)] = ["count==0"];
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
  for (const second of columnsOf(parameters))
    for (let row = 0; row < ROWS; row += 1) thresholds[subMetric(heatMetric(row), "second", second)] = [];
  for (const metric of [...Object.values(SLOWEST), ...Object.values(SLOWEST_MEMBERS)])
    for (const slot of slotsOf(parameters)) thresholds[subMetric(metric, "slot", slot)] = [];
  for (const metric of Object.values(PHASE))
    for (const phase of PHASES) thresholds[subMetric(metric, "phase", phase)] = [];
  for (let user = 1; user <= virtualUsersOf(parameters); user += 1)
    thresholds[subMetric(REPORTS, "user", user)] = [];
  for (const why of FAILURES)
    for (const metric of Object.values(FAILED)) thresholds[subMetric(metric, "why", why)] = [];
  for (const status of STATUSES) thresholds[subMetric(SESSIONS, "status", status)] = [];
  for (const metric of [ROOM_LAG, WINDOW_START, ...Object.values(JOINING)]) thresholds[metric] = [];
  // A climb goes on until a step is slower than that.
  thresholds[P99] = parameters.scenario === "climb" ? [] : [`max<${parameters.p99Ms}`];
  return thresholds;
}
