// Who shares the frames of a flush with whom, where members hear as many notices, but not the same ones.
import { expect, test } from "vitest";
import { Notices } from "../../src/room/notices.ts";
import { newSession, type Session } from "../../src/room/session.ts";

const memberAt = (connection: string, place: number): Session => ({
  ...newSession(connection, "address", 1, 0),
  place,
});

test("[C5] a refusal is for its connection alone, where others hear as many notices", () => {
  const notices = new Notices();
  notices.add({ frame: "cat joined", after: 0, to: { before: 1 } });
  notices.add({ frame: "bob refused", after: 0, to: { connection: "bob" } });
  notices.add({ frame: "cat refused", after: 0, to: { connection: "cat" } });
  const members = [memberAt("ann", 0), memberAt("bob", 1), memberAt("cat", 1)];
  expect(notices.take([], members, 0)).toEqual([
    { to: ["ann"], frames: ["cat joined"] },
    { to: ["bob"], frames: ["bob refused"] },
    { to: ["cat"], frames: ["cat refused"] },
  ]);
});

test("[P7] [C5] of what an erased room had yet to say, nobody hears anything", () => {
  const notices = new Notices();
  notices.add({ frame: "bob joined", after: 0, to: { before: 1 } });
  notices.clear();
  expect(notices.isEmpty).toBe(true);
  expect(notices.take([], [memberAt("ann", 0)], 0)).toEqual([]);
});
