import { expect, test } from "vitest";
import { type Accepted, mostIn, overLimit } from "../../../load/lib/allowance.ts";
import { ceilingOf, tellCeiling } from "../../../load/lib/ceiling.ts";
import { Times } from "../../../load/lib/histogram.ts";
import {
  bucketMetric,
  countMetric,
  JOINING,
  rangeMetric,
  SECONDS,
  subMetric,
  sumMetric,
  thresholdsOf,
  WINDOW_START,
} from "../../../load/lib/metric-names.ts";
import { readParameters } from "../../../load/lib/parameters.ts";
import { tallyOf, tell } from "../../../load/lib/summary.ts";
import { type Count, COUNTS, HISTOGRAMS, NO_COUNTS, SCHEMA, type Tally } from "../../../load/lib/tally.ts";
import { type Circumstances, judge, UNKNOWN, type Usage } from "../../../load/lib/validity.ts";
import { NO_HISTOGRAMS } from "../runner/fixture.ts";

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
  counts: { ...NO_COUNTS, ...CLEAN, ...counts },
  rooms: 1,
  windowMs: 10_000,
  windowStart: 1,
  joining: { from: 0, until: 0 },
  histograms: { ...NO_HISTOGRAMS, latency: timesOf(5) },
  seconds: [{ second: 0, delivered: 1_000, sent: 100, lagMaxMs: 1, p50Ms: 5, p99Ms: 5 }],
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
    expect(judge(tallyWith({}), circumstances)).toEqual({ valid: true, reasons: [], limitedBy: "nothing" });
  }
});

const VOID: [string, Tally, Circumstances, string, string][] = [
  [
    "members missing",
    tallyWith({ joined: 9, joinFailed: 1 }),
    UNKNOWN,
    "only 9 of 10 members joined",
    "nothing",
  ],
  ["nobody there", tallyWith({ joined: 0, expected: 0, delivered: 0 }), UNKNOWN, "only 0 of 0", "nothing"],
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
  [
    "lag",
    tallyWith({}, { histograms: { ...NO_HISTOGRAMS, lag: timesOf(80) } }),
    UNKNOWN,
    "waited 80 ms",
    "generator",
  ],
  [
    "late",
    tallyWith({}, { histograms: { ...NO_HISTOGRAMS, lateness: timesOf(80) } }),
    UNKNOWN,
    "left 80 ms late",
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
  const text = tell(tally, verdict.reasons);
  expect(text).toContain("VOID: ");
  expect(text).not.toContain("deliveries/s");
});

test("what a target did wrong does not void a run: it is what the run was made to find", () => {
  const lossy = tallyWith({ delivered: 900, lost: 80, corrupt: 20, duplicate: 5, reordered: 3 });
  expect(judge(lossy)).toEqual({ valid: true, reasons: [], limitedBy: "target" });
  expect(judge(tallyWith({}), known({ target: { usage: busy(0.95), cores: 1 } })).limitedBy).toBe("target");
  expect(tell(lossy, [])).toContain("VALID: 100 deliveries/s");
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
  put(subMetric(SECONDS.p50, "second", 3), { max: 4.5 });
  put(subMetric(SECONDS.p99, "second", 3), { max: 9 });
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
    p50Ms: 4.5,
    p99Ms: 9,
  });
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
    p50Ms: 5,
    p99Ms: 5,
  }));
  expect(ceilingOf(tallyWith({}, { seconds }), climb)).toBe(59_500);
  const lagging = seconds.map((step) => ({ ...step, lagMaxMs: step.second < 3 ? 1 : 400 }));
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
