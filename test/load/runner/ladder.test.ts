import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Climb, nextRate, span, type Step } from "../../../load/lib/climb.ts";
import { stepEnv } from "../../../load/runner/ladder.ts";
import type { RunResult } from "../../../load/runner/result.ts";
import { judge } from "../../../load/lib/validity.ts";
import { brokenBy } from "../../../load/runner/broken.ts";
import { failureOf, ladderOutcomeOf } from "../../../load/runner/ladder-outcome.ts";
import { prove } from "../../support/prove.ts";
import { fixture, voided } from "./fixture.ts";

const CLIMB: Climb = { from: 50, factor: 2, precision: 1.1, maxSteps: 40 };

/** Climbs a room that holds every rate up to `capacity`. */
function climb(capacity: number, plan = CLIMB): Step[] {
  const steps: Step[] = [];
  for (let rate = nextRate(steps, plan); rate !== null; rate = nextRate(steps, plan)) {
    steps.push({ rate, failure: rate > capacity ? "too slow" : null });
  }
  return steps;
}

describe("nextRate", () => {
  test("doubles until a step fails, then halves the gap", () => {
    expect(climb(700).map(({ rate }) => rate)).toEqual([50, 100, 200, 400, 800, 566, 673, 734]);
  });

  test("climbs down where the first step fails", () => {
    expect(
      climb(10)
        .map(({ rate }) => rate)
        .slice(0, 4),
    ).toEqual([50, 25, 12.5, 6.25]);
  });

  test("finds any capacity to the precision", () =>
    prove("ladder", {
      runs: 300,
      states: ["climbed down first", "climbed up"],
      // Evenly over the octaves from 1 to 65,536: below the first step too.
      arbitrary: fc.integer({ min: 0, max: 1_600 }).map((power) => 2 ** (power / 100)),
      holds: (capacity, reached) => {
        const { held, failed } = span(climb(capacity));
        expect(held ?? Infinity).toBeLessThanOrEqual(capacity);
        expect(failed ?? 0).toBeGreaterThan(capacity);
        expect((failed ?? Infinity) / (held ?? 1)).toBeLessThanOrEqual(CLIMB.precision);
        reached.add(capacity < CLIMB.from ? "climbed down first" : "climbed up");
      },
    }));

  test("stops at the last step", () => {
    expect(climb(1e9, { ...CLIMB, maxSteps: 3 })).toHaveLength(3);
  });
});

/** With the verdict on its counts. */
function judged(changes: Partial<RunResult>): RunResult {
  const result = fixture(changes);
  return { ...result, verdict: judge(result) };
}

describe("a step fails", () => {
  const bounds = { p99Ms: 100 };
  test.each([
    ["when its p99 is over the bound", fixture({}, 30), "p99 150 ms is over 100 ms"],
    ["when something is lost", judged({ counts: { ...fixture().counts, lost: 3 } }), "3 lost"],
    ["when it is VOID", voided("the sender is overloaded"), "VOID: the sender is overloaded"],
    ["and not otherwise", fixture(), null],
  ])("%s", (_when, result, failure) => {
    expect(failureOf(result, bounds)).toBe(failure);
  });
});

test.each([
  [5, 60],
  [10, 50],
  [49, 11],
  [5_000, 10],
])("a step at %d messages/s lasts %d s: its p99 is of 500 messages, or it took a minute", (rate, seconds) => {
  expect(stepEnv(rate, { CHAT_MEMBERS: "9" })).toEqual({
    CHAT_MEMBERS: "9",
    CHAT_RATE: `${rate}`,
    CHAT_DURATION_S: `${seconds}`,
  });
  expect(stepEnv(rate, { CHAT_DURATION_S: "7" }).CHAT_DURATION_S).toBe("7");
});

const step = (rate: number, failure: string | null, result = fixture()) => ({ rate, failure, result });

describe("brokenBy", () => {
  const { counts, parameters } = fixture();

  test("names everything that no run may have", () => {
    const wrong = { ...counts, lost: 7, reordered: 1_000, anomalies: 2, late: 5, replayed: 9 };
    expect(brokenBy(judged({ counts: wrong }))).toBe(
      "7 lost, 1,000 reordered, 2 anomalies in the judged history",
    );
    expect(brokenBy(fixture())).toBeNull();
  });

  test("lets a classic comeback miss what was said while it was away, and a delivery comeback nothing", () => {
    const missed = { scenario: "reconnect-storm", counts: { ...counts, missed: 4 } };
    const of = (CHAT_PROTOCOL: string): string | null =>
      brokenBy(judged({ ...missed, parameters: { ...parameters, CHAT_PROTOCOL } }));
    expect([of("classic"), of("delivery")]).toEqual([null, "4 missed"]);
  });

  test("names a p99 over the script's own bound", () => {
    const slow = { ...fixture({}, 300), parameters: { ...parameters, CHAT_P99_MS: 1_000 } };
    expect(brokenBy(judged(slow))).toMatch(/^p99 1\d\d\d ms is over 1000 ms$/);
  });
});

describe("ladderOutcomeOf", () => {
  test("names the knee and what limited it", () => {
    const { verdict } = fixture();
    const tired = fixture({ verdict: { ...verdict, limitedBy: "target" } });
    const { best, sentence } = ladderOutcomeOf(
      [step(50, null), step(100, null), step(200, "p99 150 ms is over 100 ms", tired)],
      { p99Ms: 100 },
    );
    expect(best?.rate).toBe(100);
    expect(sentence).toContain(
      "At 200 it did not hold: p99 150 ms is over 100 ms. The target was the limit.",
    );
  });

  test("does not blame the room for a tired generator", () => {
    const { sentence } = ladderOutcomeOf([step(50, null), step(100, "VOID: lag", voided("lag"))], {
      p99Ms: 100,
    });
    expect(sentence).toContain("the room may do more than this ladder could show");
  });
});
