// Sockets that closed while the room slept: it wakes without them, and hears of each close later.
import { expect, test } from "vitest";
import { CLOSE } from "../../src/protocol/messages.ts";
import type { RoomEffect, RoomEvent } from "../../src/room/effects.ts";
import { Room } from "../../src/room/room.ts";
import { newSession, type Session } from "../../src/room/session.ts";
import { MemoryLedger } from "../support/memory-ledger.ts";
import { MemoryLog } from "../support/memory-log.ts";
import { CONFIG } from "../support/world.ts";

const NOW = 1_000_000;
const KEY = "a key of sixteen units";

/** A room that holds everybody's budget, and wakes with these sessions. */
function wake(...sessions: Session[]): (event: RoomEvent) => readonly RoomEffect[] {
  const ledger = new MemoryLedger();
  const budget = { debts: { message: 0, join: 0 }, at: NOW };
  ledger.write([{ identity: "A", term: "t", spent: "", state: "held", ...budget }]);
  const log = new MemoryLog("epoch");
  const room = new Room({ config: CONFIG, log, ledger, authorOf: (key) => key }, sessions);
  return (event) => {
    if (event.type === "closed" && !room.sessions.has(event.connection))
      room.revive(session(event.connection, sleeper));
    return room.handle(event);
  };
}

const sleeper = { name: "Ada", author: KEY, client: "tab" };
const session = (connection: string, joined: Session["joined"]): Session => ({
  ...newSession(connection, "A", 1, NOW),
  joined,
});
const hello = (connection: string, fields: object): RoomEvent[] => [
  { type: "accepted", now: NOW, connection, identity: "A" },
  { type: "frame", now: NOW, connection, frame: JSON.stringify({ name: "Ada", ...fields }) },
  { type: "drained", now: NOW },
];
const framesTo = (connection: string, effects: readonly RoomEffect[]): string[] =>
  effects.flatMap((effect) =>
    effect.type === "fan-out"
      ? effect.shares.filter(({ to }) => to.includes(connection)).flatMap(({ frames }) => frames)
      : [],
  );

test("[C7] the quit of a connection that a newcomer was not told of is not told to it, but to those that were here", () => {
  const handle = wake(session("here", { name: "Bob", author: "", client: null }));
  for (const event of hello("new", {})) handle(event);
  const told = [
    handle({ type: "closed", now: NOW + 100, connection: "gone" }),
    handle({ type: "drained", now: NOW + 200 }),
  ].flat();
  expect(framesTo("here", told)).toContain('{"quit":"Ada"}');
  expect(framesTo("new", told)).toEqual([]);
});

test("[P4] a member that came back before its old connection was heard to close is still the one that makes way", () => {
  const handle = wake();
  const fields = { protocol: 1, key: KEY, client: "tab" };
  for (const event of hello("second", fields)) handle(event);
  handle({ type: "closed", now: NOW, connection: "first" });
  const effects = hello("third", fields).flatMap((event) => handle(event));
  expect(effects).toContainEqual(
    expect.objectContaining({ type: "close", connection: "second", code: CLOSE.superseded }),
  );
});
