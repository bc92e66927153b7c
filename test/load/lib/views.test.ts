// What a report shows beyond sums: the heat map's cells, the slowest deliveries by name, and each member's p99.
import fc from "fast-check";
import { expect, test } from "vitest";
import { edgesOfRow, ROWS, rowOf, stepsOfColumn } from "../../../load/lib/heat.ts";
import { bucketOf, BUCKETS, quantile } from "../../../load/lib/histogram.ts";
import {
  columnsOf,
  heatMetric,
  SLOWEST,
  SLOWEST_MEMBERS,
  subMetric,
  secondsOf,
  slotsOf,
  thresholdsOf,
} from "../../../load/lib/metric-names.ts";
import { readParameters } from "../../../load/lib/parameters.ts";
import { Recorder } from "../../../load/lib/recorder.ts";
import { type Metrics, tallyOf } from "../../../load/lib/summary.ts";
import { NAMED, Slowest, slowestOf, Waits } from "../../../load/lib/slowest.ts";
import { prove } from "../../support/prove.ts";
import { planFor, START } from "./streams.ts";

test("a row holds the times between its edges, and rows leave nothing out", () => {
  for (let row = 1; row < ROWS; row += 1) expect(edgesOfRow(row)[0]).toBe(edgesOfRow(row - 1)[1]);
  expect(edgesOfRow(0)[0]).toBe(0);
  for (const ms of [0.05, 0.2, 1, 3.3, 47, 800, 59_000, 500_000]) {
    const [from, until] = edgesOfRow(rowOf(bucketOf(ms)));
    expect(from, `${ms}`).toBeLessThanOrEqual(ms * 1.000_001);
    expect(until, `${ms}`).toBeGreaterThanOrEqual(ms);
  }
  expect([rowOf(0), rowOf(BUCKETS - 1)]).toEqual([0, ROWS - 1]);
});

test("a run of any length has at most 120 columns, and each is named before the run", () => {
  expect([10, 120, 121, 600].map(stepsOfColumn)).toEqual([1, 1, 2, 5]);
  const day = readParameters("fanout", { CHAT_TARGET: "ws://a", CHAT_DURATION_S: "86400" });
  expect(columnsOf(day)).toHaveLength(120);
  const names = Object.keys(thresholdsOf(day));
  expect(names).toContain(`chat_heat_${ROWS - 1}{second:${columnsOf(day).at(-1)}}`);
  expect(names).toContain(`chat_slowest_seq{slot:2-9}`);
  // Of a day, seconds are told in steps; columns are of whole steps.
  expect(columnsOf(day).every((second) => secondsOf(day).includes(second))).toBe(true);
  expect(slotsOf(day)).toHaveLength(2 * NAMED);
});

const delivery = fc.record({
  sender: fc.nat(1),
  n: fc.nat(30),
  member: fc.nat(5),
  took: fc.integer({ min: 1, max: 400 }),
});

test("the ten slowest that one virtual user keeps are the ten slowest of all, each message once", async () => {
  await prove("the slowest", {
    runs: 300,
    states: ["a message again", "more than ten", "ties"],
    arbitrary: fc.array(delivery, { minLength: 1, maxLength: 80, size: "max" }),
    holds: (all, reached) => {
      const slowest = new Slowest();
      const named = all.map(({ sender, n, member, took }) => {
        const intended = START + n * 10 + sender;
        return { sender, n, seq: n + 1, member, intended, actual: intended, received: intended + took };
      });
      for (const one of named) {
        if (one.received - one.intended > slowest.least) slowest.take(one, one.seq, one.member, one.received);
      }
      const times = (deliveries: typeof named): number[] =>
        deliveries.map(({ received, intended }) => received - intended);
      const best = new Map<string, number>();
      for (const { sender, n, received, intended } of named) {
        const name = `${sender}/${n}`;
        if (best.has(name)) reached.add("a message again");
        best.set(name, Math.max(best.get(name) ?? 0, received - intended));
      }
      const expected = [...best.values()].toSorted((a, b) => b - a).slice(0, NAMED);
      if (new Set(expected).size < expected.length) reached.add("ties");
      if (best.size > NAMED) reached.add("more than ten");
      expect(times([...slowest.deliveries])).toEqual(expected);
      expect(times(slowestOf(named))).toEqual(expected);
    },
  });
});

test("a member's p99 is at most 6 % beside the true one", () => {
  const waits = new Waits(7);
  expect(waits.times).toBe(null);
  for (let i = 0; i < 1_000; i += 1) waits.add(bucketOf(i % 50 === 0 ? 500 : 10));
  expect(waits.times).toMatchObject({ member: 7, timed: 1_000 });
  expect(Math.abs((waits.times?.p99Ms ?? 0) / 500 - 1)).toBeLessThan(0.06);
});

test("a recorder names who waited, for what, and when", () => {
  const recorder = new Recorder(planFor(30));
  recorder.begin(START);
  const [fast, slow] = [0, 1].map((member) => ({
    sender: null,
    neighbours: 1,
    waits: recorder.waitsOf(member),
  }));
  for (let n = 0; n < 20; n += 1) {
    const intended = START + n * 100;
    const stamp = { kind: "message", sender: 0, n, refused: 0, intended, actual: intended + 1 } as const;
    if (fast !== undefined) recorder.read({ stamp, seq: n + 1 }, intended + 3, fast);
    if (slow !== undefined) recorder.read({ stamp, seq: n + 1 }, intended + 40 + n, slow);
  }
  expect(recorder.slowest.deliveries.map(({ seq }) => seq)).toEqual([20, 19, 18, 17, 16, 15, 14, 13, 12, 11]);
  expect(recorder.slowest.deliveries[0]).toMatchObject({
    member: 1,
    intended: START + 1_900,
    received: START + 1_959,
  });
  const [, worst] = recorder.memberTimes;
  expect(worst?.p99Ms).toBeGreaterThan(50);
  recorder.finish();
  expect(recorder.times.memberP99.histogram.count).toBe(2);
  expect(quantile(recorder.times.memberP99.histogram, 0.5)).toBeLessThan(4);
  const cells = [...recorder.cells()];
  expect(cells.filter(([second]) => second === 1).reduce((sum, [, , count]) => sum + count, 0)).toBe(20);
  recorder.phase("members away", 5, 7);
  recorder.phase("members away", 3, 6);
  expect(recorder.phases).toEqual([{ what: "members away", from: 3, until: 7 }]);
});

test("an end-of-test summary of k6 is enough: what virtual users named is put in order", () => {
  const parameters = readParameters("fanout", { CHAT_TARGET: "ws://a", CHAT_RECEIVERS: "2" });
  const metrics: Record<string, { readonly values: Record<string, number> }> = {};
  const name = (
    names: Readonly<Record<string, string>>,
    slot: string,
    values: Readonly<Record<string, number>>,
  ) => {
    for (const [field, metric] of Object.entries(names))
      metrics[subMetric(metric, "slot", slot)] = {
        values: { min: values[field] ?? 0, max: values[field] ?? 0 },
      };
  };
  const fast = { sender: 0, n: 1, seq: 1, member: 0, intended: START, actual: START, received: START + 5 };
  const slow = { ...fast, n: 4, seq: 5, member: 3, received: START + 90 };
  name(SLOWEST, "1-0", fast);
  name(SLOWEST, "3-0", slow);
  name(SLOWEST_MEMBERS, "1-0", { member: 0, p99Ms: 5, timed: 9 });
  name(SLOWEST_MEMBERS, "2-0", { member: 3, p99Ms: 90, timed: 9 });
  // A slot that nobody filled: an engine may tell it as zeros.
  name(SLOWEST, "2-0", {});
  metrics[subMetric(heatMetric(4), "second", 1)] = { values: { count: 12 } };
  metrics["chat_phase_from{phase:members away}"] = { values: { min: 3, max: 4 } };
  metrics["chat_phase_until{phase:members away}"] = { values: { min: 7, max: 9 } };
  // k6 hands on only what a threshold names.
  for (const metric of Object.keys(metrics)) expect(thresholdsOf(parameters)).toHaveProperty([metric]);
  const tally = tallyOf(parameters, metrics satisfies Metrics);
  expect(tally.slowest).toEqual([slow, fast]);
  expect(tally.slowestMembers.map(({ member }) => member)).toEqual([3, 0]);
  expect(tally.heat).toEqual([{ second: 1, rows: [[4, 12]] }]);
  expect(tally.phases).toEqual([{ what: "members away", from: 3, until: 9 }]);
});
