// Over which changes of the members the window of presence runs.
import { expect, test } from "vitest";
import { Pace } from "../../src/room/fan-out.ts";

const PRESENCE = { isUrgent: false, isPresence: true };

test("[P9] changes that nobody is left to be told of do not shorten the window of later ones", () => {
  const pace = new Pace();
  expect(pace.waitFor(PRESENCE, 100, 0)).toBe(100);
  expect(pace.waitFor({ isUrgent: false, isPresence: false }, 0, 50)).toBeNull();
  expect(pace.waitFor(PRESENCE, 100, 60)).toBe(100);
});

test("[P9] changes that left with a flush do not shorten the window of later ones", () => {
  const pace = new Pace();
  expect(pace.waitFor(PRESENCE, 100, 0)).toBe(100);
  pace.begin(true);
  pace.end(60, false);
  expect(pace.waitFor(PRESENCE, 100, 60)).toBe(100);
});
