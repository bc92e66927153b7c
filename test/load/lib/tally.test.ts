import fc from "fast-check";
import { expect, test } from "vitest";
import { Times } from "../../../load/lib/histogram.ts";
import type { Phase } from "../../../load/lib/phases.ts";
import { slowestMembers, slowestOf } from "../../../load/lib/slowest.ts";
import {
  COUNTS,
  type Counts,
  deliveriesPerSecondPerRoom,
  HISTOGRAMS,
  type Histograms,
  mergeTallies,
  SCHEMA,
  type Tally,
} from "../../../load/lib/tally.ts";
import { prove } from "../../support/prove.ts";

const histogram = fc.array(fc.integer({ min: 0, max: 5_000_000 }), { maxLength: 20 }).map((micros) => {
  const times = new Times();
  for (const value of micros) times.add(value / 1_000);
  return times.histogram;
});
const counts = fc
  .tuple(...COUNTS.map(() => fc.nat(1_000_000)))
  .map((values) => Object.fromEntries(COUNTS.map((name, i) => [name, values[i]])) as Counts);
const seconds = fc
  .uniqueArray(
    fc.record({
      second: fc.integer({ min: 0, max: 9 }),
      delivered: fc.nat(100_000),
      sent: fc.nat(1_000),
      lagMaxMs: fc.nat(1_000).map((micros) => micros / 1_000),
      hiccupMaxMs: fc.nat(1_000),
      p50Ms: fc.nat(100),
      p95Ms: fc.nat(500),
      p99Ms: fc.nat(1_000),
      maxMs: fc.nat(2_000),
    }),
    { selector: ({ second }) => second },
  )
  .map((steps) => steps.toSorted((a, b) => a.second - b.second));
const heat = fc.uniqueArray(
  fc.record({
    second: fc.integer({ min: 0, max: 3 }),
    rows: fc
      .uniqueArray(fc.tuple(fc.nat(5), fc.integer({ min: 1, max: 50 })), { selector: ([row]) => row })
      .map((rows) => rows.toSorted(([i], [j]) => i - j)),
  }),
  { selector: ({ second }) => second },
);
const deliveries = fc
  .array(
    fc.record({
      sender: fc.nat(2),
      n: fc.nat(9),
      seq: fc.constant(1),
      member: fc.nat(3),
      intended: fc.constant(1_000),
      actual: fc.constant(1_001),
      received: fc.integer({ min: 1_001, max: 1_020 }),
    }),
    { maxLength: 20, size: "max" },
  )
  .map(slowestOf);
const members = fc
  .array(fc.record({ member: fc.nat(99), p99Ms: fc.nat(9), timed: fc.nat(9) }), {
    maxLength: 20,
    size: "max",
  })
  .map(slowestMembers);
const phases = fc.constantFrom<readonly Phase[]>(
  [],
  [{ what: "members away", from: 5, until: 9 }],
  [
    { what: "members away", from: 3, until: 6 },
    { what: "target down", from: 1, until: 2 },
  ],
);
const tallies: fc.Arbitrary<Tally> = fc.record({
  schema: fc.constant(SCHEMA),
  scenario: fc.constant("fanout"),
  parameters: fc.constant({ CHAT_RATE: 10, CHAT_PROTOCOL: "delivery" }),
  instances: fc.integer({ min: 1, max: 4 }),
  planned: fc.constant({ members: 10, users: 2, messages: 100 }),
  reports: fc.tuple(fc.nat(3), fc.nat(3)),
  failures: fc.constantFrom(
    [],
    [{ why: "no answer", count: 2, first: 5 }],
    [{ why: "no answer", count: 1, first: 3 }],
  ),
  roomLag: fc.constantFrom(null, { min: 0, max: 4 }, { min: -3, max: 2 }),
  counts,
  rooms: fc.constant(2),
  windowMs: fc.constant(10_000),
  windowStart: fc.constantFrom(0, 1_763_900_000_000.25, 1_763_900_000_000.5),
  joining: fc.constantFrom(
    { from: 0, until: 0 },
    { from: 1_763_899_000_000, until: 1_763_899_000_250 },
    { from: 1_763_899_000_100, until: 1_763_899_000_200 },
  ),
  histograms: fc
    .tuple(...HISTOGRAMS.map(() => histogram))
    .map((all) => Object.fromEntries(HISTOGRAMS.map((name, i) => [name, all[i]])) as Histograms),
  seconds,
  heat: heat.map((columns) => columns.toSorted((a, b) => a.second - b.second)),
  slowest: deliveries,
  slowestMembers: members,
  phases,
});

test("merging tallies is associative and commutative, and survives a file", async () => {
  await prove("tallies", {
    runs: 200,
    states: ["never begun", "the same second twice"],
    arbitrary: fc.tuple(tallies, tallies, tallies),
    holds: ([a, b, c], reached) => {
      expect(mergeTallies(a, b)).toEqual(mergeTallies(b, a));
      const merged = mergeTallies(mergeTallies(a, b), c);
      expect(merged).toEqual(mergeTallies(a, mergeTallies(b, c)));
      expect(JSON.parse(JSON.stringify(merged))).toEqual(merged);
      expect(merged.counts.delivered).toBe(a.counts.delivered + b.counts.delivered + c.counts.delivered);
      const begun = [a, b, c].map(({ windowStart }) => windowStart).filter((start) => start > 0);
      expect(merged.windowStart).toBe(begun.length === 0 ? 0 : Math.min(...begun));
      if (begun.length < 3) reached.add("never begun");
      const taken = new Set(a.seconds.map(({ second }) => second));
      if (b.seconds.some(({ second }) => taken.has(second))) reached.add("the same second twice");
    },
  });
});

test("results of different runs do not merge, and the sentence says what differs", async () => {
  await prove("foreign tallies", {
    runs: 20,
    states: ["refused"],
    arbitrary: tallies,
    holds: (tally, reached) => {
      const other = { ...tally, parameters: { ...tally.parameters, CHAT_RATE: 20 } };
      expect(() => mergeTallies(tally, other)).toThrow("CHAT_RATE is 10 in one and 20 in the other");
      expect(() => mergeTallies(tally, { ...tally, rooms: 3 })).toThrow("rooms is 2 in one and 3");
      reached.add("refused");
    },
  });
});

test("deliveries a second are of the window and of one room", async () => {
  await prove("rates", {
    runs: 20,
    states: ["some"],
    arbitrary: tallies,
    holds: (tally, reached) => {
      const delivered = tally.seconds.reduce((sum, step) => sum + step.delivered, 0);
      expect(deliveriesPerSecondPerRoom(tally)).toBeCloseTo(delivered / 10 / 2);
      if (delivered > 0) reached.add("some");
    },
  });
});
