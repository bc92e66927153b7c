// How a climb goes on, without a room: of a failed step two tries of three decide, and any capacity is found, also where steps fail by chance.
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Climb, dueIn, loadedPart, nextTry, settled, span, type Step } from "../../../load/lib/climb.ts";
import { placesOf, planOf, SENDER, virtualUsersOf } from "../../../load/lib/crowd.ts";
import { dueOf } from "../../../load/lib/pacing.ts";
import { namesOf, readParameters } from "../../../load/lib/parameters.ts";
import { prove } from "../../support/prove.ts";

const CLIMB: Climb = { from: 50, factor: 2, precision: 1.15, maxSteps: 40 };

/** Climbs a room that holds every rate up to `capacity`; `hiccup` says which steps fail all the same. */
function climb(capacity: number, hiccup: (step: number) => boolean, plan = CLIMB): Step[] {
  const tries: Step[] = [];
  for (let rate = nextTry(tries, plan); rate !== null; rate = nextTry(tries, plan)) {
    const failure = rate > capacity ? "too slow" : hiccup(tries.length) ? "a hiccup" : null;
    tries.push({ rate, failure });
  }
  return tries;
}

const tried = (rate: number, ...failures: (string | null)[]): Step[] =>
  failures.map((failure) => ({ rate, failure }));

test("a rate that failed at first is tried until two of three tries agree", () => {
  const rates = climb(300, (step) => step === 1).map(({ rate }) => rate);
  expect(rates).toEqual([50, 100, 100, 100, 200, 400, 400, 283, 336, 336, 308, 308]);
  const tries = [
    ...tried(100, "a hiccup", null, null),
    ...tried(200, "first", null, "third"),
    ...tried(400, "first", "second"),
    // What the rest of a run has no time for stands as it went.
    ...tried(800, "only"),
  ];
  expect(settled(tries)).toEqual([
    { rate: 100, failure: null },
    { rate: 200, failure: "third" },
    { rate: 400, failure: "second" },
    { rate: 800, failure: "only" },
  ]);
});

test("finds any capacity to its precision, also where every third step has a hiccup", () =>
  prove("climb", {
    runs: 300,
    states: ["below the first rate", "above it"],
    arbitrary: fc.record({
      power: fc.integer({ min: 100, max: 1_600 }),
      phase: fc.integer({ min: 0, max: 2 }),
    }),
    holds: ({ power, phase }, reached) => {
      const capacity = 2 ** (power / 100);
      const { held, failed } = span(settled(climb(capacity, (step) => step % 3 === phase)));
      expect(held ?? Infinity).toBeLessThanOrEqual(capacity);
      expect(failed ?? 0).toBeGreaterThan(capacity);
      expect((failed ?? Infinity) / (held ?? 1)).toBeLessThanOrEqual(CLIMB.precision);
      reached.add(capacity < CLIMB.from ? "below the first rate" : "above it");
    },
  }));

test("a step's messages are due in its first three quarters, evenly, and at least one", () => {
  expect(dueIn(2, 3)).toEqual([250, 750, 1_250, 1_750, 2_250]);
  expect(dueIn(0.1, 3)).toHaveLength(1);
  const due = dueIn(1_000, 2);
  expect(due).toHaveLength(1_500);
  expect(due.at(-1)).toBeLessThan(1_500);
  expect(loadedPart(6, 2)).toEqual([6_000, 7_500]);
});

const TARGET = { CHAT_TARGET: "ws://127.0.0.1:8787" };

test("in a climb members speak in turn, and are one virtual user's: what any of them lacks is seen", () => {
  const parameters = readParameters("climb", { ...TARGET, CHAT_MEMBERS: "20" });
  const senders = placesOf(parameters, SENDER);
  expect(senders.map(({ index, sender }) => [index, sender])).toEqual(
    Array.from({ length: 20 }, (_, i) => [i, i]),
  );
  expect(virtualUsersOf(parameters)).toBe(1);
  const speakers = (members: string): number =>
    planOf(readParameters("climb", { ...TARGET, CHAT_MEMBERS: members })).senders;
  expect(["20", "100", "101", "5000"].map(speakers)).toEqual([20, 100, 100, 100]);
  for (const name of ["CHAT_SENDERS", "CHAT_RECEIVERS"])
    expect(() => readParameters("climb", { ...TARGET, [name]: "2" })).toThrow("does nothing in climb");
});

test("a climb fills one room; its first messages say when it began", () => {
  expect(namesOf("climb")).not.toContain("CHAT_ROOMS");
  expect(() => readParameters("climb", { ...TARGET, CHAT_ROOMS: "2" })).toThrow("does nothing in climb");
  const plan = planOf(readParameters("climb", { ...TARGET, CHAT_RATE: "500" }));
  expect([0, 1, 2].map((k) => dueOf(plan, k))).toEqual(dueIn(2, 2));
});
