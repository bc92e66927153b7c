// From k6's end-of-test metrics to a tally, and from a tally to what a person reads.
import { planOf, virtualUsersOf } from "./crowd.ts";
import { type Failures, FAILURES, failureOfStatus, STATUSES } from "./failures.ts";
import { type Column, ROWS } from "./heat.ts";
import { BUCKETS, type Histogram, mean, NO_TIMES, quantile } from "./histogram.ts";
import {
  bucketMetric,
  columnsOf,
  countMetric,
  FAILED,
  heatMetric,
  JOINING,
  PHASE,
  rangeMetric,
  REPORTS,
  ROOM_LAG,
  SECONDS,
  secondsOf,
  SESSIONS,
  SLOWEST,
  SLOWEST_MEMBERS,
  slotsOf,
  subMetric,
  sumMetric,
  WINDOW_START,
} from "./metric-names.ts";
import { totalOf } from "./pacing.ts";
import { membersOf, type Parameters, recordOf } from "./parameters.ts";
import { type Phase, PHASES } from "./phases.ts";
import { type Delivery, type MemberTimes, slowestMembers, slowestOf } from "./slowest.ts";
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
import type { Verdict } from "./validity.ts";

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
    planned: {
      members: membersOf(parameters) * parameters.rooms,
      users: virtualUsersOf(parameters),
      messages: parameters.scenario === "climb" ? null : totalOf(planOf(parameters)),
    },
    reports: Array.from({ length: virtualUsersOf(parameters) }, (_, i) =>
      value(subMetric(REPORTS, "user", i + 1), "count"),
    ),
    failures: failuresOf(value),
    roomLag: metrics[ROOM_LAG]?.values.min === undefined ? null : rangeOf(ROOM_LAG, value),
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
      hiccupMaxMs: value(subMetric(SECONDS.hiccup, "second", second), "max"),
      p50Ms: value(subMetric(SECONDS.p50, "second", second), "max"),
      p95Ms: value(subMetric(SECONDS.p95, "second", second), "max"),
      p99Ms: value(subMetric(SECONDS.p99, "second", second), "max"),
      maxMs: value(subMetric(SECONDS.max, "second", second), "max"),
    })),
    heat: heatOf(parameters, value),
    slowest: slowestOf(inSlots(parameters, SLOWEST, metrics).map((values) => values as unknown as Delivery)),
    slowestMembers: slowestMembers(
      inSlots(parameters, SLOWEST_MEMBERS, metrics).map((values) => values as unknown as MemberTimes),
    ),
    phases: phasesOf(value),
  };
}

type ValueOf = (metric: string, name: string) => number;

function heatOf(parameters: Parameters, value: ValueOf): Column[] {
  const rows = Array.from({ length: ROWS }, (_, row) => row);
  const columns = columnsOf(parameters).map((second) => ({
    second,
    rows: rows
      .map((row) => [row, value(subMetric(heatMetric(row), "second", second), "count")] as const)
      .filter(([, count]) => count > 0),
  }));
  return columns.filter((column) => column.rows.length > 0);
}

/** What virtual users named in their slots: for each slot that was filled, its fields. */
function inSlots<Name extends string>(
  parameters: Parameters,
  names: Readonly<Record<Name, string>>,
  metrics: Metrics,
): Record<Name, number>[] {
  return slotsOf(parameters).flatMap((slot) => {
    const fields = Object.entries<string>(names).map(
      ([name, metric]) => [name, metrics[subMetric(metric, "slot", slot)]?.values.min] as const,
    );
    const isFilled = fields.some(([, value]) => value !== undefined && value !== 0);
    return isFilled ? [Object.fromEntries(fields) as Record<Name, number>] : [];
  });
}

const phasesOf = (value: ValueOf): Phase[] =>
  PHASES.map((what) => ({
    what,
    from: value(subMetric(PHASE.from, "phase", what), "min"),
    until: value(subMetric(PHASE.until, "phase", what), "max"),
  })).filter(({ from }) => from > 0);

const rangeOf = (metric: string, value: ValueOf): { readonly min: number; readonly max: number } => ({
  min: value(metric, "min"),
  max: value(metric, "max"),
});

/** What went wrong with connections and messages, most first. The status of a refused handshake is told by k6's own metric alone. */
function failuresOf(value: ValueOf): Failures[] {
  const told = FAILURES.map((why): Failures => ({
    why,
    count: value(subMetric(FAILED.count, "why", why), "count"),
    first: value(subMetric(FAILED.first, "why", why), "min"),
  }));
  const handshakes = told.find(({ why }) => why === "handshake refused");
  const statuses = STATUSES.map((status): Failures => ({
    why: failureOfStatus(status),
    count: value(subMetric(SESSIONS, "status", status), "count"),
    first: handshakes?.first ?? 0,
  }));
  const known = statuses.reduce((sum, { count }) => sum + count, 0);
  return [
    ...told.map((row) => (row === handshakes ? { ...row, count: Math.max(0, row.count - known) } : row)),
    ...statuses,
  ]
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count);
}

function histogramOf(name: HistogramName, value: ValueOf): Histogram {
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
export function tell(tally: Tally, verdict: Verdict): string {
  const { counts: c, histograms: h } = tally;
  const rows: [string, string][] = [
    [
      "members",
      `${c.joined} joined, ${c.joinFailed} failed, ${c.dropped} dropped, ${c.stranded} never back, ${c.connects} connections`,
    ],
    ["messages", `${c.offered} offered, ${c.sent} sent, ${c.accepted} accepted, ${c.refused} refused`],
    [
      "deliveries",
      `${c.expected} expected, ${c.delivered} delivered, ${c.lost} lost, ${c.missed} missed, ${c.late} late`,
    ],
    [
      "anomalies",
      `${c.duplicate} duplicate, ${c.reordered} reordered, ${c.corrupt} corrupt, ${c.garbled} garbled frames, ${c.forged} forged`,
    ],
    ["judged", tellJudged(tally)],
    ["frames", `${c.frames}, ${(c.delivered / Math.max(1, c.frames)).toFixed(2)} deliveries each`],
  ];
  if (c.judged > 0) rows.push(["history", `${c.judged} events judged, ${c.anomalies} anomalies`]);
  for (const { why, count } of tally.failures) rows.push(["failure", `${count} × ${why}`]);
  if (c.resumed + c.replayed > 0) rows.push(["comebacks", `${c.resumed} resumed, ${c.replayed} replayed`]);
  if (c.abuseSent > 0) {
    rows.push([
      "abuser",
      `${c.abuseSent} sent, ${c.abuseAccepted} accepted, ${c.abuseRefused} refused, ${c.overLimit} over the limit`,
    ]);
  }
  for (const name of HISTOGRAMS) if (h[name].count > 0) rows.push([name, tellTimes(h[name])]);
  const table = rows.map(([name, text]) => `  ${name.padEnd(12)}${text}`).join("\n");
  return `\n${tally.scenario}\n${table}\n\n${tellVerdict(tally, verdict)}\n\n`;
}

function tellVerdict(tally: Tally, { broken, reasons }: Verdict): string {
  const lines = [
    ...(broken.length > 0 ? [`BROKEN: ${broken.join("; ")}`] : []),
    ...(reasons.length > 0 ? [`VOID: ${reasons.join("; ")}`] : []),
  ];
  return lines.length > 0 ? lines.join("\n") : tellHeadline(tally);
}

/** What was judged, and what was taken on trust. */
export function tellJudged({ counts: c, parameters }: Tally): string {
  const others = c.joined - c.compared;
  const trusted = others > 0 ? `; of ${others} members the sequence as a whole is taken on trust` : "";
  const rest =
    Number(parameters.CHAT_SAMPLE) > 1
      ? " (what stands beside the text of the others is taken on trust)"
      : "";
  return `every message's text and number, ${c.examined} messages field by field${rest}, each once for all who got it, ${c.compared} members' sequence of messages against the senders'${trusted}`;
}

function tellHeadline(tally: Tally): string {
  if (tally.scenario === "smoke") return "VALID: it works, as far as this script can tell";
  const { latency } = tally.histograms;
  const rate = Math.round(deliveriesPerSecondPerRoom(tally));
  return `VALID, as far as this script can tell: ${rate} deliveries/s in a room, p50 ${ms(quantile(latency, 0.5))}, p99 ${ms(quantile(latency, 0.99))}`;
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
