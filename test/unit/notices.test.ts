import { expect, test } from "vitest";
import { Notices } from "../../src/room/notices.ts";
import { newSession, type Session } from "../../src/room/session.ts";
import { messageAt } from "../support/log-contract.ts";

const memberAt = (connection: string, place: number): Session => ({
  ...newSession(connection, "address", 1, 0),
  place,
});

const said = (seq: number): string =>
  JSON.stringify({ name: "ann", message: `m${seq}`, timestamp: seq * 10 });

test("[C5] [C7] a notice stands between the messages where it happened", () => {
  const notices = new Notices();
  notices.add({ frame: "bob joined", after: 1, to: { before: 1 } });
  notices.add({ frame: "bob left", after: 2, to: { before: 2 } });
  const shares = notices.take([messageAt(1), messageAt(2), messageAt(3)], [memberAt("a", 0)], 3);
  expect(shares).toEqual([{ to: ["a"], frames: [said(1), "bob joined", said(2), "bob left", said(3)] }]);
});

test("[C3] [D7] a member hears only what happened after its own join, and every message", () => {
  const notices = new Notices();
  notices.add({ frame: "bob joined", after: 1, to: { before: 1 } });
  notices.add({ frame: "cat joined", after: 1, to: { before: 2 } });
  const members = [memberAt("a", 0), memberAt("bob", 1), memberAt("cat", 2), memberAt("dan", 0)];
  expect(notices.take([messageAt(2)], members, 2)).toEqual([
    { to: ["a", "dan"], frames: ["bob joined", "cat joined", said(2)] },
    { to: ["bob"], frames: ["cat joined", said(2)] },
    { to: ["cat"], frames: [said(2)] },
  ]);
});

test("[D4] a notice waits for the messages before it, where a flush does not hold them all", () => {
  const notices = new Notices();
  notices.add({ frame: "bob left", after: 2, to: { before: 1 } });
  expect(notices.take([messageAt(1)], [memberAt("a", 0)], 1)).toEqual([{ to: ["a"], frames: [said(1)] }]);
  expect(notices.isEmpty).toBe(false);
  expect(notices.take([messageAt(2)], [memberAt("a", 0)], 2)).toEqual([
    { to: ["a"], frames: [said(2), "bob left"] },
  ]);
  expect(notices.isEmpty).toBe(true);
});

test("[C5] a refusal stands behind what its connection said before, and is nobody else's", () => {
  const notices = new Notices();
  notices.add({ frame: "refused", after: 1, to: { connection: "a" } });
  const members = [memberAt("a", 0), memberAt("b", 0)];
  expect(notices.take([messageAt(1), messageAt(2)], members, 2)).toEqual([
    { to: ["a"], frames: [said(1), "refused", said(2)] },
    { to: ["b"], frames: [said(1), said(2)] },
  ]);
});

test("[C5] where nothing happened, nobody is sent anything", () => {
  const notices = new Notices();
  expect(notices.take([], [memberAt("a", 0)], 0)).toEqual([]);
  notices.add({ frame: "bob joined", after: 0, to: { before: 1 } });
  expect(notices.take([], [memberAt("bob", 1)], 0)).toEqual([]);
  expect(notices.take([messageAt(1)], [], 1)).toEqual([]);
});
