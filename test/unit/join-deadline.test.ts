import { expect, test } from "vitest";
import { findOverdue } from "../../src/room/housekeeping.ts";
import { newSession } from "../../src/room/session.ts";
import { CONFIG } from "../support/world.ts";

test("[C15] an alarm is set for a whole millisecond, also where a third of the deadline is none", () => {
  const silent = newSession("c", "address", 1, 0);
  const { next } = findOverdue([silent], { ...CONFIG, joinDeadlineMs: 100 }, new Map(), 90);
  expect(next).toBe(124);
});
