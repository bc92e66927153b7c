// A room that wakes, and has turned somebody away whom it does not know: who is told.
import { expect, test } from "vitest";
import { Room } from "../../src/room/room.ts";
import { newSession, type Session } from "../../src/room/session.ts";
import { MemoryLedger } from "../support/memory-ledger.ts";
import { MemoryLog } from "../support/memory-log.ts";
import { CONFIG } from "../support/world.ts";

const NOW = 1_000_000;

function member(order: number, client: string | null): Session {
  const session = newSession(`c${order}`, "address", order, NOW);
  session.joined = { name: `p${order}`, author: client === null ? "" : "author", client };
  return session;
}

/** Whether a room that wakes with these members has something to tell. */
function hasNews(members: readonly Session[], hasTurnedAway: boolean): boolean {
  const ports = {
    config: CONFIG,
    log: new MemoryLog("e"),
    ledger: new MemoryLedger(),
    authorOf: (key: string) => key,
  };
  const room = new Room(ports, members, hasTurnedAway);
  const effects = room.handle({ type: "alarm", now: NOW, heard: new Map() });
  return effects.some(({ type }) => type === "flush-after" || type === "fan-out");
}

test("[C26] [P9] delivery members hear who is left; where there are none, nothing is said and nothing is waited for", () => {
  expect(hasNews([member(1, "tab")], true)).toBe(true);
  expect(hasNews([member(1, "tab")], false)).toBe(false);
  expect(hasNews([member(1, null)], true)).toBe(false);
  expect(hasNews([], true)).toBe(false);
});
