import { expect, test } from "vitest";
import type { RoomEvent } from "../../src/room/effects.ts";
import { Room } from "../../src/room/room.ts";
import { newSession } from "../../src/room/session.ts";
import { MemoryLedger } from "../support/memory-ledger.ts";
import { MemoryLog } from "../support/memory-log.ts";
import { CONFIG } from "../support/world.ts";

test("[P17] a flush whose time is over begins also where the clock stands still", () => {
  const now = 1_000_000;
  const ledger = new MemoryLedger();
  const debts = { message: 0, join: 0 };
  ledger.write([{ identity: "A", term: "t", spent: "t", state: "held", debts, at: now }]);
  const joined = { name: "Ada", author: "", client: null };
  const ports = { config: CONFIG, log: new MemoryLog("epoch"), ledger, authorOf: (key: string) => key };
  const room = new Room(ports, [{ ...newSession("c", "A", 1, now), joined }]);
  const say: RoomEvent = { type: "frame", now, connection: "c", frame: '{"message":"hello"}' };
  room.handle(say);
  room.handle(say);
  expect(room.handle({ type: "drained", now })).toContainEqual({ type: "flush-after", ms: 5 });
  expect(room.handle({ type: "flush", now })).toContainEqual(expect.objectContaining({ type: "fan-out" }));
});
