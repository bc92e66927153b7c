// What an operator is told of a room.
import { expect, test } from "vitest";
import { Tally } from "../../src/room/stats.ts";
import { RoomMachine } from "../support/room-machine.ts";

test("[C24] flushes, what they sent over all sockets, and closes by code are counted; nothing else is", () => {
  const tally = new Tally();
  tally.count({ type: "send", to: "a", frame: "not of a flush" });
  expect(tally).toEqual({ flushes: 0, units: 0, closes: {} });
  tally.count({
    type: "fan-out",
    shares: [
      { to: ["a", "b", "c"], frames: ["12345", "67"] },
      { to: ["d"], frames: ["1234"] },
    ],
  });
  tally.count({ type: "fan-out", shares: [] });
  for (const [connection, code] of [
    ["a", 4011],
    ["b", 4001],
    ["c", 4011],
  ] as const) {
    tally.count({ type: "close", connection, code, reason: "" });
  }
  expect(tally).toEqual({ flushes: 2, units: 3 * 7 + 4, closes: { 4011: 2, 4001: 1 } });
});

test("[C24] members are the connections that have joined", () => {
  const machine = new RoomMachine();
  machine.join("ann");
  machine.join("bob");
  machine.accept("cleo");
  expect(machine.room.members).toBe(2);
  machine.close("ann");
  expect(machine.room.members).toBe(1);
});
