import { expect, test } from "vitest";
import { type Accepted, mostIn, overLimit } from "../../../load/lib/allowance.ts";
import { ceilingOf, tellCeiling } from "../../../load/lib/ceiling.ts";
import { Times } from "../../../load/lib/histogram.ts";
import {
  bucketMetric,
  countMetric,
  FAILED,
  JOINING,
  rangeMetric,
  REPORTS,
  ROOM_LAG,
  SECONDS,
  SESSIONS,
  subMetric,
  sumMetric,
  thresholdsOf,
  WINDOW_START,
} from "../../../load/lib/metric-names.ts";
import { readParameters } from "../../../load/lib/parameters.ts";
import { tallyOf, tell } from "../../../load/lib/summary.ts";
import {
  type Count,
  COUNTS,
  type HistogramName,
  HISTOGRAMS,
  NO_COUNTS,
  SCHEMA,
  type Tally,
} from "../../../load/lib/tally.ts";
import { type Circumstances, judge, outcomeOf, UNKNOWN, type Usage } from "../../../load/lib/validity.ts";
import { NO_FAILURES, NO_HISTOGRAMS } from "../runner/fixture.ts";

const parameters = readParameters("fanout", { CHAT_TARGET: "ws://x", CHAT_DURATION_S: "10" });

/** A run of 10 members and 100 messages without a fault. */
const CLEAN = {
  offered: 100,
  sent: 100,
  accepted: 100,
  joined: 10,
  connects: 10,
  expected: 1_000,
  delivered: 1_000,
};

const timesOf = (...values: number[]) => {
  const times = new Times();
  for (const value of values) times.add(value);
  return times.histogram;
};

const tallyWith = (counts: Partial<Record<Count, number>>, more: Partial<Tally> = {}): Tally => ({
  schema: SCHEMA,
  scenario: "fanout",
  parameters: {},
  instances: 1,
  ...NO_FAILURES,
  planned: { members: 10, users: 2, messages: null },
  counts: { ...NO_COUNTS, ...CLEAN, ...counts },
  rooms: 1,
  windowMs: 10_000,
  windowStart: 1,
  joining: { from: 0, until: 0 },
  histograms: { ...NO_HISTOGRAMS, latency: timesOf(5) },
  seconds: [
    {
      second: 0,
      delivered: 1_000,
      sent: 100,
      lagMaxMs: 1,
      hiccupMaxMs: 1,
      p50Ms: 5,
      p95Ms: 5,
      p99Ms: 5,
      maxMs: 5,
    },
  ],
  heat: [],
  slowest: [],
  slowestMembers: [],
  phases: [],
  ...more,
});

const busy = (cpu: number): Usage[] => [1, 2, 3].map((second) => ({ second, cpu, rssMiB: 50 }));
const known = (circumstances: Partial<Circumstances>): Circumstances => ({ ...UNKNOWN, ...circumstances });

test("a clean run is valid, and nothing limited it", () => {
  const calm = known({
    generator: { usage: busy(0.5), cores: 1 },
    target: { usage: busy(0.5), cores: 1 },
    ceiling: 1_000,
    versions: ["a", "a"],
  });
  for (const circumstances of [UNKNOWN, calm]) {
    expect(judge(tallyWith({}), circumstances)).toEqual({
      valid: true,
      broken: [],
      reasons: [],
      limitedBy: "nothing",
    });
  }
});

const planned = (of: Partial<Tally["planned"]>): Partial<Tally> => ({
  planned: { members: 10, users: 2, messages: null, ...of },
});
const stalled = (name: HistogramName, ms: number, latency: number): Partial<Tally> => ({
  histograms: { ...NO_HISTOGRAMS, latency: timesOf(latency), [name]: timesOf(ms) },
});

const VOID: [string, Tally, Circumstances, string, string][] = [
  ["members missing", tallyWith({}, planned({ members: 11 })), UNKNOWN, "11 members were planned", "nothing"],
  [
    "less offered",
    tallyWith({}, planned({ messages: 110 })),
    UNKNOWN,
    "110 messages were planned",
    "nothing",
  ],
  [
    "a virtual user died",
    tallyWith({}, { reports: [1, 0] }),
    UNKNOWN,
    "virtual user 2 handed over nothing",
    "nothing",
  ],
  ["a share twice", tallyWith({}, { reports: [2, 1] }), UNKNOWN, "1 is counted more than once", "nothing"],
  [
    "nobody there",
    tallyWith({ joined: 0, joinFailed: 10, expected: 0, delivered: 0 }),
    UNKNOWN,
    "nobody joined",
    "nothing",
  ],
  ["unsent", tallyWith({ offered: 102 }), UNKNOWN, "only 100 of 102 offered", "nothing"],
  [
    "refused",
    tallyWith({ accepted: 90, refused: 10, expected: 900, delivered: 900 }),
    UNKNOWN,
    "10 messages were refused",
    "limiter",
  ],
  [
    "sent",
    tallyWith({ accepted: 99, expected: 990, delivered: 990 }),
    UNKNOWN,
    "do not foot, accepted",
    "nothing",
  ],
  ["expected", tallyWith({ delivered: 999 }), UNKNOWN, "do not foot, expected", "nothing"],
  ["owed", tallyWith({ expected: 990, delivered: 990 }), UNKNOWN, "do not foot, every member", "nothing"],
  ["early", tallyWith({ negativeLatency: 1 }), UNKNOWN, "came before they were due", "generator"],
  ["broken", tallyWith({ handlerErrors: 1 }), UNKNOWN, "1 errors in the load script", "generator"],
  ["lag", tallyWith({}, stalled("lag", 80, 90)), UNKNOWN, "waited 80 ms", "generator"],
  ["late", tallyWith({}, stalled("lateness", 21, 5)), UNKNOWN, "left 21 ms late", "generator"],
  ["stalled", tallyWith({}, stalled("hiccup", 150, 264)), UNKNOWN, "stood still for 150 ms", "generator"],
  ["clocks", tallyWith({}, { roomLag: { min: -2, max: 48 } }), UNKNOWN, "50 ms apart", "generator"],
  [
    "crowded",
    tallyWith({}),
    known({
      target: { usage: busy(0.4).map((sample) => ({ ...sample, others: 0.3, steal: 0.1 })), cores: 1 },
    }),
    "others used 30 % and the host took 10 % of the target's cores",
    "generator",
  ],
  [
    "cpu",
    tallyWith({}),
    known({ generator: { usage: busy(1.9), cores: 2 } }),
    "used 95 % of its cores",
    "generator",
  ],
  [
    "ceiling",
    tallyWith({}),
    known({ ceiling: 105 }),
    "over 90 % of what the generator can take (105/s)",
    "generator",
  ],
  ["changed", tallyWith({}), known({ versions: ["a", "b"] }), "changed from a to b", "generator"],
];

test.each(VOID)("%s: void, and says why", (_, tally, circumstances, reason, limitedBy) => {
  const verdict = judge(tally, circumstances);
  expect(verdict).toMatchObject({ valid: false, limitedBy });
  expect(verdict.reasons).toHaveLength(1);
  expect(verdict.reasons[0]).toContain(reason);
  const text = tell(tally, verdict);
  expect(text).toContain("VOID: ");
  expect(text).not.toContain("deliveries/s");
});

test("what a target did wrong does not void a run: it is what the run was made to find", () => {
  const lossy = tallyWith({ delivered: 900, lost: 80, corrupt: 20, duplicate: 5, reordered: 3 });
  const verdict = judge(lossy);
  expect(verdict).toEqual({
    valid: true,
    broken: ["80 lost", "20 corrupted", "5 duplicated", "3 reordered"],
    reasons: [],
    limitedBy: "target",
  });
  expect(judge(tallyWith({}), known({ target: { usage: busy(0.95), cores: 1 } })).limitedBy).toBe("target");
  expect(tell(lossy, verdict)).toContain("BROKEN: 80 lost; 20 corrupted");
});

test("a law that was broken outranks whatever made the run void, a crash is the target's, and so is a slow room", () => {
  const both = judge(
    tallyWith({ delivered: 999, lost: 1, dropped: 2, joinFailed: 3, joined: 7 }, { reports: [1, 0] }),
  );
  expect(both.broken).toEqual(["1 lost", "2 connections dropped", "3 failed joins"]);
  expect([both.valid, outcomeOf(both)]).toEqual([false, "BROKEN"]);
  expect(judge(tallyWith({}), known({ hasEnded: true })).broken).toEqual([
    "the target's process ended in the run",
  ]);
  const slow = { ...tallyWith({}, stalled("latency", 1_200, 0)), parameters: { CHAT_P99_MS: 1_000 } };
  expect(judge(slow).broken).toEqual(["p99 1200 ms is over 1000 ms"]);
  expect(judge({ ...slow, counts: { ...slow.counts, handlerErrors: 1 } }).broken).toEqual([]);
  expect([outcomeOf(judge(tallyWith({ handlerErrors: 1 }))), outcomeOf(judge(tallyWith({})))]).toEqual([
    "VOID",
    "VALID",
  ]);
});

test("a room that counts wrongly is broken only where all are there to be counted", () => {
  expect(judge(tallyWith({ miscounted: 2 })).broken).toEqual([
    "2 members that were told a wrong number of members",
  ]);
  expect(judge(tallyWith({ miscounted: 2, joined: 9, joinFailed: 1 })).broken).toEqual(["1 failed joins"]);
});

test("the generator may add half of what is told: 150 ms to a p99 of a second, not to one of 264 ms", () => {
  expect(judge(tallyWith({}, stalled("hiccup", 150, 1_000))).reasons).toEqual([]);
  expect(judge(tallyWith({}, stalled("hiccup", 15, 5))).reasons).toEqual([]);
});

test("k6's metrics become the tally that was put into them, and every one of them is named by a threshold", () => {
  const lag = timesOf(0.2, 3, 3, 70_000);
  const metrics: Record<string, { values: Record<string, number> }> = {};
  const put = (name: string, values: Record<string, number>): void => {
    expect(thresholdsOf(parameters)).toHaveProperty([name]);
    metrics[name] = { values };
  };
  for (const name of COUNTS) put(countMetric(name), { count: COUNTS.indexOf(name) });
  for (const [bucket, count] of lag.buckets) put(subMetric(bucketMetric("lag"), "bucket", bucket), { count });
  put(sumMetric("lag"), { count: lag.sum });
  put(rangeMetric("lag"), { min: lag.min, max: lag.max });
  put(subMetric(SECONDS.delivered, "second", 3), { count: 12 });
  put(subMetric(SECONDS.sent, "second", 3), { count: 2 });
  put(subMetric(SECONDS.lag, "second", 3), { max: 1.5 });
  put(subMetric(SECONDS.hiccup, "second", 3), { max: 1 });
  put(subMetric(REPORTS, "user", 2), { count: 1 });
  put(subMetric(FAILED.count, "why", "handshake refused"), { count: 3 });
  put(subMetric(FAILED.first, "why", "handshake refused"), { min: 7 });
  put(subMetric(SESSIONS, "status", 403), { count: 2 });
  put(ROOM_LAG, { min: 1, max: 4 });
  put(subMetric(SECONDS.p50, "second", 3), { max: 4.5 });
  put(subMetric(SECONDS.p95, "second", 3), { max: 8 });
  put(subMetric(SECONDS.p99, "second", 3), { max: 9 });
  put(subMetric(SECONDS.max, "second", 3), { max: 11 });
  put(JOINING.from, { min: 1_763_900_000_000 });
  put(JOINING.until, { max: 1_763_900_000_200 });
  put(WINDOW_START, { min: 1_763_900_000_000.5 });
  const tally = tallyOf(parameters, metrics);
  expect(Object.values(tally.counts)).toEqual(COUNTS.map((_, i) => i));
  expect(tally.histograms.lag).toEqual(lag);
  expect(tally.histograms).toMatchObject({ join: { count: 0, min: 0, max: 0 } });
  expect(tally.seconds).toHaveLength(10);
  expect(tally.seconds[3]).toEqual({
    second: 3,
    delivered: 12,
    sent: 2,
    lagMaxMs: 1.5,
    hiccupMaxMs: 1,
    p50Ms: 4.5,
    p95Ms: 8,
    p99Ms: 9,
    maxMs: 11,
  });
  expect(tally).toMatchObject({ reports: [0, 1], roomLag: { min: 1, max: 4 } });
  expect(tally.failures).toEqual([
    { why: "status 403", count: 2, first: 7 },
    { why: "handshake refused", count: 1, first: 7 },
  ]);
  expect(tally.planned).toEqual({ members: 100, users: 2, messages: 1_200 });
  expect(tally.joining).toEqual({ from: 1_763_900_000_000, until: 1_763_900_000_200 });
  expect(tally).toMatchObject({ windowMs: 10_000, windowStart: 1_763_900_000_000.5, rooms: 1, instances: 1 });
  expect(JSON.parse(JSON.stringify(tally))).toEqual(tally);
  expect(HISTOGRAMS.every((name) => sumMetric(name) in thresholdsOf(parameters))).toBe(true);
});

test("exit 99 means that a law was broken: a condition stands on each anomaly", () => {
  const thresholds = thresholdsOf(parameters);
  for (const name of [
    "lost",
    "duplicate",
    "reordered",
    "corrupt",
    "refused",
    "dropped",
    "overLimit",
  ] as const) {
    expect(thresholds[countMetric(name)]).toEqual(["count==0"]);
  }
  expect(thresholds.chat_p99).toEqual(["max<1000"]);
  // A classic client that was away is promised nothing.
  const storm = { CHAT_TARGET: "ws://x", CHAT_PROTOCOL: "classic" };
  expect(thresholdsOf(readParameters("reconnect-storm", storm))[countMetric("missed")]).toEqual([]);
});

const POLICY = { periodMs: 5_000, burst: 5 };
const burst = (count: number, sent: number, answered = sent + 10): Accepted[] =>
  Array.from({ length: count }, () => ({ sent, answered }));

test("[L1] the bound is reached without a complaint, and one message more is one too many", () => {
  // SPEC: B + floor(W / T).
  expect([0, 4_999, 5_000, 60_000].map((windowMs) => mostIn(POLICY, windowMs))).toEqual([5, 5, 6, 17]);
  expect(overLimit(POLICY, burst(5, 0))).toBe(0);
  expect(overLimit(POLICY, burst(6, 0))).toBe(1);
  expect(overLimit(POLICY, [])).toBe(0);
});

test("[L1] the worst window counts, not the whole; and slow answers are no excuse taken, and none needed", () => {
  const later = [...burst(5, 0), ...burst(6, 60_000)];
  expect(overLimit(POLICY, later)).toBe(1);
  // Answers that took 5 seconds: the room may have accepted the last one so much later.
  expect(overLimit(POLICY, burst(6, 0, 5_000))).toBe(0);
});

test("the ceiling is the fastest second that kept up: later ones count for nothing", () => {
  const climb = readParameters("calibrate", {
    CHAT_TARGET: "ws://x",
    CHAT_MEMBERS: "100",
    CHAT_RATE: "1000",
    CHAT_DURATION_S: "10",
    CHAT_WARMUP_S: "0",
  });
  // Climbs from 100 to 1,000 messages a second: in second s about 145 + 90 s are due.
  const seconds = Array.from({ length: 10 }, (_, second) => ({
    second,
    delivered: Math.min(60_000, 100 * (145 + 90 * second)),
    sent: 145 + 90 * second,
    lagMaxMs: 1,
    hiccupMaxMs: 1,
    p50Ms: 5,
    p95Ms: 5,
    p99Ms: 5,
    maxMs: 5,
  }));
  expect(ceilingOf(tallyWith({}, { seconds }), climb)).toBe(59_500);
  const lagging = seconds.map((step) => ({ ...step, lagMaxMs: step.second < 3 ? 1 : 400, hiccupMaxMs: 1 }));
  expect(ceilingOf(tallyWith({}, { seconds: lagging }), climb)).toBe(32_500);
  expect(ceilingOf(tallyWith({}, { seconds: [] }), climb)).toBeNull();
  expect(tellCeiling(tallyWith({}, { seconds }), climb)).toContain("59500 deliveries/s");
  expect(tellCeiling(tallyWith({}, { seconds: [] }), climb)).toContain("set CHAT_RATE lower");
});

test("a smoke run is no measurement: a slow generator does not void it, a refusal does", () => {
  const slow = { ...NO_HISTOGRAMS, lateness: timesOf(80), lag: timesOf(80) };
  const smoke = { ...tallyWith({}, { histograms: slow }), scenario: "smoke" };
  expect(judge(smoke).reasons).toEqual([]);
  expect(judge({ ...tallyWith({ refused: 1, accepted: 9 }), scenario: "smoke" }).valid).toBe(false);
});
