// How many connections an identity may open, as one isolate counts.
import { describe, expect, test } from "vitest";
import { MAX_IDENTITIES, upgradePolicy, Upgrades } from "../../src/rate-limit/upgrades.ts";

const NOW = 1_000_000;
const POLICY = { periodMs: 100, burst: 3 };
/** Whether each of so many connections at once is let in. */
const times = (upgrades: Upgrades, count: number, now: number, identity = "ann"): number[] =>
  Array.from({ length: count }, () => upgrades.take(identity, now));

describe("connections of an identity", () => {
  test("[L10] as many as the burst at once, one more after each period, and a refusal says when and costs nothing", () => {
    const upgrades = new Upgrades(POLICY);
    expect(times(upgrades, 5, NOW)).toEqual([0, 0, 0, 100, 100]);
    expect(upgrades.take("ann", NOW + 99)).toBe(1);
    expect(times(upgrades, 2, NOW + 100)).toEqual([0, 100]);
    expect(times(upgrades, 4, NOW + 1_000)).toEqual([0, 0, 0, 100]);
  });

  test("[L10] another identity has its own", () => {
    const upgrades = new Upgrades(POLICY);
    times(upgrades, 5, NOW);
    expect(upgrades.take("bob", NOW)).toBe(0);
  });

  test("[L10] a clock that goes back blocks for a period at most", () => {
    const upgrades = new Upgrades(POLICY);
    expect(times(upgrades, 4, NOW)).toEqual([0, 0, 0, 100]);
    expect(upgrades.take("ann", NOW - 60_000)).toBe(100);
    expect(upgrades.take("ann", NOW - 59_900)).toBe(0);
  });

  test("[L10] who was here longest ago is forgotten, and nobody else", () => {
    const upgrades = new Upgrades(POLICY);
    times(upgrades, 3, NOW, "first");
    times(upgrades, 3, NOW, "second");
    // Asking again is being here again, also where the answer is no.
    upgrades.take("first", NOW);
    for (let i = 0; i < MAX_IDENTITIES - 1; i++) upgrades.take(`crowd ${i}`, NOW);
    expect(upgrades.take("first", NOW)).toBe(100);
    expect(upgrades.take("second", NOW)).toBe(0);
  });

  test("[L10] twice the joins that may come at once, and ten times as many later", () => {
    const message = { periodMs: 7, burst: 7 };
    expect(upgradePolicy({ message, join: { periodMs: 1_000, burst: 50 } })).toEqual({
      periodMs: 100,
      burst: 100,
    });
    expect(upgradePolicy({ message, join: { periodMs: 5, burst: 1 } })).toEqual({ periodMs: 1, burst: 2 });
  });
});
