// How many connections an identity may open, as one isolate counts.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { prove } from "../support/prove.ts";
import {
  MAX_HELD,
  MAX_HOLD_MS,
  MAX_IDENTITIES,
  upgradePolicy,
  Upgrades,
} from "../../src/rate-limit/upgrades.ts";

const NOW = 1_000_000;
const POLICY = { periodMs: 100, burst: 3 };
const wait = (upgrades: Upgrades, identity: string, now: number): number =>
  upgrades.take(identity, now).waitMs;
/** How long each of so many connections at once has to wait before it may be opened. */
const times = (upgrades: Upgrades, count: number, now: number, identity = "ann"): number[] =>
  Array.from({ length: count }, () => wait(upgrades, identity, now));

describe("connections of an identity", () => {
  test("[L10] as many as the burst at once, one more after each period, and a refusal says when and costs nothing", () => {
    const upgrades = new Upgrades(POLICY);
    expect(times(upgrades, 5, NOW)).toEqual([0, 0, 0, 100, 100]);
    expect(wait(upgrades, "ann", NOW + 99)).toBe(1);
    expect(times(upgrades, 2, NOW + 100)).toEqual([0, 100]);
    expect(times(upgrades, 4, NOW + 1_000)).toEqual([0, 0, 0, 100]);
  });

  test("[L10] another identity has its own", () => {
    const upgrades = new Upgrades(POLICY);
    times(upgrades, 5, NOW);
    expect(wait(upgrades, "bob", NOW)).toBe(0);
  });

  test("[L10] a clock that goes back blocks for a period at most", () => {
    const upgrades = new Upgrades(POLICY);
    expect(times(upgrades, 4, NOW)).toEqual([0, 0, 0, 100]);
    expect(wait(upgrades, "ann", NOW - 60_000)).toBe(100);
    expect(wait(upgrades, "ann", NOW - 59_900)).toBe(0);
  });

  test("[L10] who was here longest ago is forgotten, and nobody else", () => {
    const upgrades = new Upgrades(POLICY);
    times(upgrades, 3, NOW, "first");
    times(upgrades, 3, NOW, "second");
    // Asking again is being here again, also where the answer is no.
    upgrades.take("first", NOW);
    for (let i = 0; i < MAX_IDENTITIES - 1; i++) upgrades.take(`crowd ${i}`, NOW);
    expect(wait(upgrades, "first", NOW)).toBe(100);
    expect(wait(upgrades, "second", NOW)).toBe(0);
  });

  test("[L10] of a burst half goes on at once, each other one a quarter of the period after the last, and what is refused at the end", () => {
    const upgrades = new Upgrades({ periodMs: 100, burst: 100 });
    const holds = Array.from({ length: 110 }, () => upgrades.take("ann", NOW).holdMs);
    expect(holds.slice(0, 51)).toEqual(Array.from({ length: 51 }, () => 0));
    expect(holds.slice(51, 54)).toEqual([25, 50, 75]);
    expect(holds.slice(97)).toEqual([1_175, 1_200, 1_225, ...Array.from({ length: 10 }, () => 1_250)]);
    // Another identity is not held for it, and this one no longer once it owes little.
    expect(upgrades.take("bob", NOW).holdMs).toBe(0);
    expect(upgrades.take("ann", NOW + 9_000).holdMs).toBe(0);
  });

  test("[L10] none overtakes an earlier one of its identity, none is held for too long, and no window has more than the bound", () =>
    prove("[L10] connections of an identity that are held back", {
      runs: 200,
      states: ["held", "refused", "longest"],
      arbitrary: fc.record({
        policy: fc.record({
          periodMs: fc.integer({ min: 1, max: 2_000 }),
          burst: fc.integer({ min: 1, max: 60 }),
        }),
        pauses: fc.array(fc.constantFrom(0, 0, 0, 7, 40, 300), { minLength: 20, maxLength: 200 }),
      }),
      holds({ policy, pauses }, reached) {
        const upgrades = new Upgrades(policy);
        const { periodMs, burst } = policy;
        const opened: number[] = [];
        let [now, last] = [NOW, NOW];
        for (const pause of pauses) {
          now += pause;
          const { waitMs, holdMs } = upgrades.take("ann", now);
          if (holdMs > 0) reached.add("held");
          if (waitMs > 0) reached.add("refused");
          if (holdMs === MAX_HOLD_MS) reached.add("longest");
          expect(holdMs).toBeLessThanOrEqual(MAX_HOLD_MS);
          expect(now + holdMs).toBeGreaterThanOrEqual(last);
          last = now + holdMs;
          if (waitMs === 0) opened.push(last);
        }
        for (const [i, first] of opened.entries())
          for (const [more, at] of opened.slice(i).entries())
            expect(more + 1).toBeLessThanOrEqual(burst + Math.floor((at - first) / periodMs));
      },
    }));

  test("[L10] so many are held at once and no more, also after a clock that went back", () => {
    const upgrades = new Upgrades({ periodMs: 1_000, burst: 100 });
    const held = (now: number, times = 2 * MAX_HELD): number =>
      Array.from({ length: times }, () => upgrades.take("ann", now).holdMs).filter((ms) => ms > 0).length;
    expect(held(NOW)).toBe(MAX_HELD);
    expect(held(NOW + MAX_HOLD_MS - 1, 1), "most of them still are").toBe(1);
    expect(held(NOW - 60_000)).toBe(MAX_HELD);
  });

  test("[L10] who goes on is held no more from that instant on", () => {
    const upgrades = new Upgrades({ periodMs: 100, burst: 20 });
    /** The first eleven of an identity go on at once; the twelfth is held for 25 ms. */
    const twelfth = (identity: string, now: number): number | undefined =>
      Array.from({ length: 12 }, () => upgrades.take(identity, now).holdMs).at(-1);
    for (let i = 0; i < MAX_HELD; i++) twelfth(`person ${i}`, NOW);
    expect(twelfth("one too many", NOW)).toBe(0);
    expect(twelfth("still", NOW + 24)).toBe(0);
    expect(twelfth("no more", NOW + 25)).toBe(25);
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
