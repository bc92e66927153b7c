// What notices cost a flush, and who hears what of those for all and of its own.
import { expect, test } from "vitest";
import { Notices } from "../../src/room/notices.ts";
import { newSession, type Session } from "../../src/room/session.ts";

const memberAt = (connection: string, place: number): Session => ({
  ...newSession(connection, "address", 1, 0),
  place,
});

/** Milliseconds of a flush to so many people, where fifty of them have 20,000 refusals. */
function flushMs(people: number): number {
  const notices = new Notices();
  for (let i = 0; i < 20_000; i++)
    notices.add({ frame: "refused", after: 0, to: { connection: `${i % 50}` } });
  const members = Array.from({ length: people }, (_, i) => memberAt(`${i}`, 0));
  const started = performance.now();
  expect(notices.take([], members, 0)).toHaveLength(50);
  return performance.now() - started;
}

test("[D12] what refusals of some cost a flush does not grow with the members", () => {
  flushMs(50);
  // Some ten milliseconds; where each member looked through all of them, 700.
  expect(flushMs(4_500)).toBeLessThan(200);
});

test("[C5] what a connection hears of all and what it alone hears is told as it happened", () => {
  const notices = new Notices();
  notices.add({ frame: "1", after: 0, to: { connection: "ann" } });
  notices.add({ frame: "2", after: 0, to: { before: 1 } });
  notices.add({ frame: "3", after: 0, to: { connection: "ann" } });
  notices.add({ frame: "4", after: 0, to: { before: 2 } });
  expect(notices.take([], [memberAt("ann", 0), memberAt("bob", 1)], 0)).toEqual([
    { to: ["ann"], frames: ["1", "2", "3", "4"] },
    { to: ["bob"], frames: ["4"] },
  ]);
});

test("[C7] [D9] a quit that a waking room hears late is for those alone that it found, whatever came before", () => {
  const notices = new Notices();
  notices.add({ frame: "dan joined", after: 0, to: { before: 3 } });
  notices.add({ frame: "late left", after: 0, to: { before: 1 } });
  const members = [memberAt("ann", 0), memberAt("bob", 2), memberAt("cat", 2), memberAt("dan", 3)];
  expect(notices.take([], members, 0)).toEqual([
    { to: ["ann"], frames: ["dan joined", "late left"] },
    { to: ["bob", "cat"], frames: ["dan joined"] },
  ]);
});
