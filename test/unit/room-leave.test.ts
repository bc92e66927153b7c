import { expect, test } from "vitest";
import { CONFIG } from "../support/world.ts";
import { DELIVERY, of, RoomMachine, sent } from "../support/room-machine.ts";
import { messageAt } from "../support/log-contract.ts";

test("[C7] [D13] who leaves is closed, and quits for all classic members", () => {
  const machine = new RoomMachine();
  for (const name of ["ann", "bob", "cleo"]) machine.join(name);
  const effects = machine.close("ann");
  expect(of("close", effects)).toEqual([{ type: "close", connection: "ann", code: 1000, reason: "Bye." }]);
  expect(sent(effects)).toEqual([["bob cleo", { quit: "ann" }]]);
  expect(machine.close("ann")).toEqual([]);
  machine.close("bob");
  // Nothing is sent to nobody.
  expect(of("send", machine.close("cleo"))).toEqual([]);
});

test("[C8] who never said a name leaves unnoticed", () => {
  const machine = new RoomMachine();
  machine.join("ann");
  machine.accept("lurker");
  expect(machine.close("lurker")).toEqual([
    { type: "close", connection: "lurker", code: 1000, reason: "Bye." },
  ]);
});

test("[D10] a reader that is too slow is closed with 4008 and told that it can resume", () => {
  const machine = new RoomMachine();
  machine.join("ann");
  expect(of("close", machine.handle({ type: "slow", connection: "ann" }))).toEqual([
    {
      type: "close",
      connection: "ann",
      code: 4008,
      reason: "You fell too far behind; reconnect and resume.",
    },
  ]);
});

test("[P7] erasing closes everybody, after the log is gone", () => {
  const machine = new RoomMachine();
  for (const name of ["ann", "bob"]) machine.join(name);
  machine.accept("lurker");
  const effects = machine.handle({ type: "erase", epoch: "f" });
  expect(effects[0]).toEqual({ type: "erase", epoch: "f" });
  expect(of("close", effects)).toEqual(
    ["ann", "bob", "lurker"].map((connection) => ({
      type: "close",
      connection,
      code: 4010,
      reason: "This room was erased.",
    })),
  );
});

test("[P7] [L6] an erased room has no members; what they owe is given back, and stays in the ledger", () => {
  const machine = new RoomMachine();
  machine.join("ann");
  machine.join("bob", { name: "bob" }, "departed");
  machine.close("bob");
  const effects = machine.handle({ type: "erase", epoch: "f" });
  expect(of("give-back", effects)).toMatchObject([{ identity: "address", left: { debts: { join: 5_000 } } }]);
  expect(of("drop-budgets", effects)).toEqual([]);
  expect(machine.ledger.all()).toMatchObject([
    { identity: "address", state: "returned", debts: { join: 5_000 } },
    { identity: "departed", state: "returned", debts: { join: 5_000 } },
  ]);
  expect(machine.room.sessions.size).toBe(0);
});

test("[P7] [D8] who joins right after an erasing hears nothing of those who were here before", () => {
  const machine = new RoomMachine({ rosterMax: 2 });
  for (const name of ["ann", "bob", "cleo"]) machine.join(name);
  machine.close("ann");
  machine.handle({ type: "erase", epoch: "f" });
  machine.join("del", DELIVERY);
  expect(sent(machine.flush())).toEqual([
    ["del", { presence: { count: 1, joined: [expect.objectContaining({ name: "del" })], left: [] } }],
  ]);
});

test("[D12] the alarm closes who is overdue, trims by rows and by age, and is set for the next deadline", () => {
  const machine = new RoomMachine({ historyMaxRows: 2 });
  machine.accept("lurker");
  machine.join("del", DELIVERY);
  machine.log.append([1, 2, 3, 4, 5].map((seq) => messageAt(seq, { timestamp: machine.now + seq })));
  machine.now += 30_000;
  const heard = new Map([["del", machine.now]]);
  const effects = machine.handle({ type: "alarm", heard });
  expect(of("close", effects)).toEqual([
    { type: "close", connection: "lurker", code: 4002, reason: "Say your name first." },
  ]);
  const before = machine.now - CONFIG.historyMaxAgeMs;
  expect(of("trim", effects)).toEqual([{ type: "trim", through: 3, before }]);
  expect(of("alarm-by", effects).at(-1)).toEqual({ type: "alarm-by", at: machine.now + 300_000 });
});

test("[D12] age trims what rows would keep, and a room with neither members nor messages sleeps for good", () => {
  const machine = new RoomMachine();
  expect(machine.handle({ type: "alarm", heard: new Map() }).map(({ type }) => type)).toEqual(["forget"]);
  const start = machine.now;
  machine.log.append([1, 2].map((seq) => messageAt(seq, { timestamp: start + seq })));
  machine.now = start + CONFIG.historyMaxAgeMs + 2;
  const effects = machine.handle({ type: "alarm", heard: new Map() });
  expect(of("trim", effects)).toEqual([{ type: "trim", through: 1, before: start + 2 }]);
  expect(of("alarm-by", effects)).toEqual([{ type: "alarm-by", at: machine.now + 3_600_000 }]);
});
