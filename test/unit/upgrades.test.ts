// How many connections an identity may open, as one isolate counts.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Policy } from "../../src/rate-limit/gcra.ts";
import { prove } from "../support/prove.ts";
import {
  MAX_HELD,
  MAX_HOLD_MS,
  MAX_IDENTITIES,
  ROOMS_AT_ONCE,
  upgradePolicy,
  Upgrades,
} from "../../src/rate-limit/upgrades.ts";

const NOW = 1_000_000;
const POLICY = { periodMs: 100, burst: 3 };
const wait = (upgrades: Upgrades, identity: string, now: number): number =>
  upgrades.take(identity, "room", now).waitMs;
/** How long each of so many connections at once has to wait before it may be opened. */
const times = (upgrades: Upgrades, count: number, now: number, identity = "ann"): number[] =>
  Array.from({ length: count }, () => wait(upgrades, identity, now));

/** No window from one of these instants to another has more of them than the policy lets through. */
function expectBounded(instants: readonly number[], { burst, periodMs }: Policy): void {
  for (const [i, first] of instants.entries())
    for (const [more, at] of instants.slice(i).entries())
      expect(more + 1).toBeLessThanOrEqual(burst + Math.floor((at - first) / periodMs));
}

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
    wait(upgrades, "first", NOW);
    for (let i = 0; i < MAX_IDENTITIES - 1; i++) wait(upgrades, `crowd ${i}`, NOW);
    expect(wait(upgrades, "first", NOW)).toBe(100);
    expect(wait(upgrades, "second", NOW)).toBe(0);
  });

  test("[L10] of a burst half goes on at once, each other one a quarter of the period after the last, and what is refused at the end", () => {
    const upgrades = new Upgrades({ periodMs: 100, burst: 100 });
    const holds = Array.from({ length: 110 }, () => upgrades.take("ann", "room", NOW).holdMs);
    expect(holds.slice(0, 51)).toEqual(Array.from({ length: 51 }, () => 0));
    expect(holds.slice(51, 54)).toEqual([25, 50, 75]);
    expect(holds.slice(97)).toEqual([1_175, 1_200, 1_225, ...Array.from({ length: 10 }, () => 1_250)]);
    // Another identity is not held for it, and this one no longer once it owes little.
    expect(upgrades.take("bob", "room", NOW).holdMs).toBe(0);
    expect(upgrades.take("ann", "room", NOW + 9_000).holdMs).toBe(0);
  });

  test("[L10] five other rooms at once, then one after each period, and what would be held for too long is refused", () => {
    const upgrades = new Upgrades({ periodMs: 100, burst: 1_000 });
    const passages = Array.from({ length: 40 }, (_, i) => upgrades.take("ann", `room ${i}`, NOW));
    const [held, refused] = [passages.slice(0, 30), passages.slice(30)];
    expect(ROOMS_AT_ONCE).toBe(5);
    expect(held.map(({ waitMs }) => waitMs)).toEqual(held.map(() => 0));
    expect(held.slice(0, 5).map(({ holdMs }) => holdMs)).toEqual(Array.from({ length: 5 }, () => 0));
    expect(held.slice(5).map(({ holdMs }) => holdMs)).toEqual(
      Array.from({ length: 25 }, (_, i) => 100 * (i + 1)),
    );
    expect(refused).toEqual(refused.map(() => ({ waitMs: 2_600, holdMs: MAX_HOLD_MS })));
    // Back in the room where it was last, it waits behind its others, and is let in.
    expect(upgrades.take("ann", "room 29", NOW)).toEqual({ waitMs: 0, holdMs: MAX_HOLD_MS });
    expect(upgrades.take("ann", "room 30", NOW + 3_000)).toEqual({ waitMs: 0, holdMs: 0 });
    expect(upgrades.take("bob", "room 30", NOW)).toEqual({ waitMs: 0, holdMs: 0 });
  });

  test("[L10] in one room, or where it was refused, no other room is counted", () => {
    const upgrades = new Upgrades({ periodMs: 100, burst: 1_000 });
    for (let i = 0; i < 400; i++) expect(upgrades.take("ann", "room", NOW).holdMs).toBe(0);
    for (let i = 0; i < 4; i++) expect(upgrades.take("ann", `room ${i}`, NOW).holdMs).toBe(0);
    expect(upgrades.take("ann", "the sixth", NOW).holdMs).toBe(100);
  });

  test("[L10] none overtakes an earlier one of its identity, none is held for too long, and no window has more than the bound", () =>
    prove("[L10] connections of an identity that are held back", {
      runs: 200,
      states: ["held", "refused", "longest", "refused another room"],
      arbitrary: fc.record({
        policy: fc.record({
          periodMs: fc.integer({ min: 1, max: 2_000 }),
          burst: fc.integer({ min: 1, max: 60 }),
        }),
        steps: fc.array(
          fc.record({
            pause: fc.constantFrom(0, 0, 0, 7, 40, 300),
            room: fc.constantFrom("a", "a", "b", "c"),
          }),
          { minLength: 20, maxLength: 200 },
        ),
      }),
      holds({ policy, steps }, reached) {
        const upgrades = new Upgrades(policy);
        const { periodMs, burst } = policy;
        const opened: number[] = [];
        const elsewhere: number[] = [];
        let [now, last, there] = [NOW, NOW, ""];
        for (const { pause, room } of steps) {
          now += pause;
          const { waitMs, holdMs } = upgrades.take("ann", room, now);
          if (holdMs > 0) reached.add("held");
          if (waitMs > 0) reached.add("refused");
          if (waitMs > MAX_HOLD_MS && opened.length < burst) reached.add("refused another room");
          if (holdMs === MAX_HOLD_MS) reached.add("longest");
          expect(holdMs).toBeLessThanOrEqual(MAX_HOLD_MS);
          expect(now + holdMs).toBeGreaterThanOrEqual(last);
          last = now + holdMs;
          if (waitMs > 0) continue;
          opened.push(last);
          if (room !== there) elsewhere.push(last);
          there = room;
        }
        expectBounded(opened, { burst, periodMs });
        expectBounded(elsewhere, { burst: ROOMS_AT_ONCE, periodMs });
      },
    }));

  test("[L10] so many are held at once and no more, also after a clock that went back", () => {
    const upgrades = new Upgrades({ periodMs: 1_000, burst: 100 });
    const held = (now: number, times = 2 * MAX_HELD): number =>
      Array.from({ length: times }, () => upgrades.take("ann", "room", now).holdMs).filter((ms) => ms > 0)
        .length;
    expect(held(NOW)).toBe(MAX_HELD);
    expect(held(NOW + MAX_HOLD_MS - 1, 1), "most of them still are").toBe(1);
    expect(held(NOW - 60_000)).toBe(MAX_HELD);
  });

  test("[L10] who goes on is held no more from that instant on", () => {
    const upgrades = new Upgrades({ periodMs: 100, burst: 20 });
    /** The first eleven of an identity go on at once; the twelfth is held for 25 ms. */
    const twelfth = (identity: string, now: number): number | undefined =>
      Array.from({ length: 12 }, () => upgrades.take(identity, "room", now).holdMs).at(-1);
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
