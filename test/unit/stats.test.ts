// What an operator is told of a room.
import { expect, test } from "vitest";
import { LINE_MS } from "../../src/room/incidents.ts";
import { Tally } from "../../src/room/stats.ts";
import { RoomMachine } from "../support/room-machine.ts";

test("[C24] flushes, what they sent over all sockets, and closes by code are counted; nothing else is", () => {
  const tally = new Tally(0);
  const counted = (): object => {
    const { flushes, units, closes } = tally;
    return { flushes, units, closes };
  };
  tally.count({ type: "send", to: "a", frame: "not of a flush" });
  expect(counted()).toEqual({ flushes: 0, units: 0, closes: {} });
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
  expect(counted()).toEqual({ flushes: 2, units: 3 * 7 + 4, closes: { 4011: 2, 4001: 1 } });
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

test("refusals, and closes that are no leaving, are in a line of the log once a minute, and the first when the room is awake for one", () => {
  const tally = new Tally(1_000);
  const close = (code: number): void => tally.count({ type: "close", connection: "ann", code, reason: "" });
  expect(tally.incidentsAt(1_000, 0)).toBeNull();
  close(4011);
  close(1000);
  expect(tally.incidentsAt(2_000, 3)).toBeNull();
  // Nothing new: nobody is told of it by a line that nothing brings about.
  expect(tally.incidentsAt(1_000 + LINE_MS, 3)).toBeNull();
  close(1000);
  expect(tally.incidentsAt(1_000 + LINE_MS, 3)).toBeNull();
  expect(tally.incidentsAt(1_000 + LINE_MS, 5)).toEqual({ seconds: 59, counts: { refusals: 5, 4011: 1 } });
  close(4003);
  expect(tally.incidentsAt(2_000 + LINE_MS, 5)).toBeNull();
  close(4003);
  expect(tally.incidentsAt(1_000 + 2 * LINE_MS, 5)).toEqual({ seconds: 59, counts: { 4003: 2 } });
});
