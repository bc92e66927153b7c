import { describe, expect, test } from "vitest";
import { Pace, presenceWindowMs, windowMs } from "../../src/room/fan-out.ts";

const MESSAGE = { isUrgent: true, isPresence: false };
const PRESENCE = { isUrgent: false, isPresence: true };

describe("[D12] the window", () => {
  test("is bounded, and grows with the members", () => {
    expect([0, 1, 100, 167, 999, 1_000, 1_001, 32_000].map(windowMs)).toEqual([5, 5, 5, 6, 30, 30, 30, 30]);
    expect([0, 500, 501, 5_000, 32_000].map(presenceWindowMs)).toEqual([100, 100, 101, 1_000, 2_000]);
  });
});

describe("[P17] a flush", () => {
  test("is due at once in a quiet room, also after a wake", () => {
    const pace = new Pace();
    expect(pace.waitFor(MESSAGE, 100, 0)).toBe(0);
    pace.begin(false);
    pace.end(1_000, true);
    expect(pace.waitFor(MESSAGE, 100, 1_005)).toBe(0);
  });

  test("is due at once where nothing waited when the last one was drained, also where the clock stands still", () => {
    const pace = new Pace();
    pace.begin(false);
    pace.end(1_000, false);
    expect(pace.waitFor(MESSAGE, 1_000, 1_000)).toBe(0);
  });

  test("is due a window after the last one was drained, where something came meanwhile", () => {
    const pace = new Pace();
    pace.begin(false);
    pace.end(1_000, true);
    expect(pace.waitFor(MESSAGE, 1_000, 1_000)).toBe(30);
    expect(pace.waitFor(MESSAGE, 1_000, 1_029)).toBe(1);
  });

  test("waits for the last one to be drained, however long that takes", () => {
    const pace = new Pace();
    pace.begin(false);
    expect(pace.waitFor(MESSAGE, 1, 0)).toBeNull();
    expect(pace.waitFor(MESSAGE, 1, 1_000_000)).toBeNull();
  });

  test("is not due where nothing waits", () => {
    expect(new Pace().waitFor({ isUrgent: false, isPresence: false }, 9, 0)).toBeNull();
  });

  test("[P9] of presence alone is due when the changes of a while are gathered", () => {
    const pace = new Pace();
    expect(pace.waitFor(PRESENCE, 100, 0)).toBe(100);
    expect(pace.waitFor(PRESENCE, 100, 60)).toBe(40);
    expect(pace.waitFor(MESSAGE, 100, 60)).toBe(0);
    pace.begin(true);
    pace.end(70, true);
    // A later change is gathered anew.
    expect(pace.waitFor(PRESENCE, 100, 80)).toBe(100);
  });

  test("[P9] of notices alone leaves presence to gather on", () => {
    const pace = new Pace();
    expect(pace.waitFor({ isUrgent: true, isPresence: true }, 100, 0)).toBe(0);
    expect(pace.isPresenceDue(100, 0)).toBe(false);
    pace.begin(false);
    pace.end(10, true);
    expect(pace.waitFor(PRESENCE, 100, 60)).toBe(40);
    expect(pace.isPresenceDue(100, 100)).toBe(true);
  });

  test("[D9] is due at once when the clock has gone back, as after a wake", () => {
    const pace = new Pace();
    pace.begin(false);
    pace.end(1_000_000, true);
    expect(pace.waitFor(MESSAGE, 100, 5)).toBe(0);
    // Also when the clock comes to the same instant again.
    expect(pace.waitFor(MESSAGE, 100, 1_000_001)).toBe(0);
    expect(pace.waitFor(PRESENCE, 100, 20)).toBe(100);
    expect(pace.waitFor(PRESENCE, 100, 0)).toBe(100);
    expect(pace.waitFor(PRESENCE, 100, 100)).toBe(0);
  });
});
