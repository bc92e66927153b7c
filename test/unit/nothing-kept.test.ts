// A room stores nothing before somebody is let in, and nothing once there is nothing left that anybody could ask for.
import { describe, expect, test } from "vitest";
import { newSession } from "../../src/room/session.ts";
import { DELIVERY, grantOf, of, RoomMachine, sent } from "../support/room-machine.ts";
import { CONFIG } from "../support/world.ts";

const WRITES = ["name-log", "append", "budgets", "drop-budgets"];
const writes = (effects: readonly { readonly type: string }[]): string[] =>
  effects.map(({ type }) => type).filter((type) => WRITES.includes(type));

const welcomes = (machine: RoomMachine, connection: string, since?: object) =>
  sent(machine.join(connection, { ...DELIVERY, client: connection, since })).flatMap(([, frame]) =>
    Object.hasOwn(frame as object, "welcome") ? [(frame as { welcome: unknown }).welcome] : [],
  );

/** Everybody has left, and owes nothing that the limiter has not heard of. */
function leave(machine: RoomMachine, ...connections: readonly string[]): void {
  for (const connection of connections) machine.close(connection);
  machine.now += 60_000;
  machine.alarm();
  machine.handle({ type: "returned", identity: "address" });
}

describe("before the first join", () => {
  test("[C25] who connects, says nonsense, is refused and leaves costs no write, and then the room is forgotten", () => {
    const machine = new RoomMachine();
    expect(writes(machine.accept("ann"))).toEqual([]);
    expect(writes(machine.say("ann", { message: "hi" }))).toEqual([]);
    expect(writes(machine.say("ann", { name: "ann" }))).toEqual([]);
    expect(writes(machine.grant(grantOf("t1", { debts: { message: 0, join: 900_000 } })))).toEqual([]);
    expect(writes(machine.close("ann"))).toEqual([]);
    machine.now += CONFIG.joinDeadlineMs;
    expect(machine.alarm()).toEqual([{ type: "forget" }]);
  });

  test("[C25] who says nothing is closed at the deadline, and the room is forgotten with it", () => {
    const machine = new RoomMachine();
    machine.accept("ann");
    machine.now += CONFIG.joinDeadlineMs;
    expect(machine.alarm().map(({ type }) => type)).toEqual(["close", "forget"]);
  });

  test("[P3] the epoch is written before the first welcome says it, and once", () => {
    const machine = new RoomMachine();
    const types = machine.join("ann", DELIVERY).map(({ type }) => type);
    expect(types.filter((type) => type === "name-log")).toHaveLength(1);
    expect(types.indexOf("name-log")).toBeLessThan(types.indexOf("send"));
    expect(of("name-log", machine.join("bob"))).toEqual([]);
  });
});

describe("after the last leave", () => {
  test("[C25] a room where nothing was said is forgotten, and the next one in it has another epoch", () => {
    const machine = new RoomMachine();
    expect(welcomes(machine, "a")).toMatchObject([{ epoch: "e", head: 0 }]);
    leave(machine, "a");
    expect(of("forget", machine.alarm())).toHaveLength(1);
    expect(welcomes(machine, "b", { epoch: "e", seq: 0 })).toMatchObject([
      { epoch: "e'", head: 0, resumed: false },
    ]);
  });

  test("[P3] [P15] one with messages is not; when they are too old it is, and a seq is never given twice in an epoch", () => {
    const machine = new RoomMachine();
    machine.join("ann");
    machine.say("ann", { message: "hi" });
    leave(machine, "ann");
    const [wake] = of("alarm-by", machine.alarm());
    expect(wake?.at).toBe(1_000_000 + CONFIG.historyMaxAgeMs);
    machine.restart();
    expect(welcomes(machine, "b", { epoch: "e", seq: 1 })).toMatchObject([
      { epoch: "e", head: 1, resumed: true },
    ]);
    leave(machine, "b");
    machine.now += CONFIG.historyMaxAgeMs;
    expect(machine.alarm()).toEqual([{ type: "forget" }]);
    machine.join("cleo");
    expect(machine.say("cleo", { message: "hi" })).toMatchObject([
      {},
      {},
      { type: "append", messages: [{ seq: 1 }] },
      {},
      {},
    ]);
    expect(machine.log.epoch).toBe("e'");
  });

  test("[C25] not while somebody is here, named or not", () => {
    for (const isNamed of [true, false]) {
      const machine = new RoomMachine();
      if (isNamed) machine.join("ann");
      else machine.accept("ann");
      machine.now += 10_000;
      expect(of("forget", machine.alarm())).toEqual([]);
    }
  });

  test("[L6] not while something is owed, or the limiter has not heard that it was given back", () => {
    const machine = new RoomMachine();
    machine.join("ann");
    machine.close("ann");
    expect(of("forget", machine.alarm())).toEqual([]);
    machine.now += 60_000;
    // It is said again, and not heard.
    expect(of("forget", machine.alarm())).toEqual([]);
    expect(of("forget", machine.alarm())).toEqual([]);
    machine.handle({ type: "returned", identity: "address" });
    expect(of("forget", machine.alarm())).toHaveLength(1);
  });

  test("[D5] not while a message waits to be written", () => {
    const machine = new RoomMachine();
    machine.isSlow = true;
    machine.join("ann");
    machine.say("ann", { message: "1" });
    machine.say("ann", { message: "2" });
    machine.log.erase("e");
    machine.close("ann");
    machine.ledger.drop(["address"]);
    expect(of("forget", machine.alarm())).toEqual([]);
  });

  test("[C25] a row that was dropped is not written again for somebody who is refused", () => {
    const machine = new RoomMachine();
    machine.join("ann");
    machine.yield();
    machine.now += 60_000;
    machine.accept("bob");
    machine.close("ann");
    expect(of("drop-budgets", machine.alarm())).toMatchObject([{ identities: ["address"] }]);
    machine.say("bob", { name: "bob" });
    expect(writes(machine.grant(grantOf("t2", { debts: { message: 0, join: 900_000 } })))).toEqual([]);
  });

  test("[P7] erasing makes the room look, soon, whether anything is left", () => {
    const machine = new RoomMachine();
    machine.join("ann");
    machine.say("ann", { message: "hi" });
    leave(machine, "ann");
    const effects = machine.handle({ type: "erase", epoch: "f" });
    expect(of("alarm-by", effects)).toEqual([{ type: "alarm-by", at: machine.now + 60_000 }]);
  });

  test("[C25] [D9] a socket that the waking room did not find keeps nothing", () => {
    const machine = new RoomMachine();
    machine.restart([newSession("ann", "address", 1, 0)]);
    machine.close("ann");
    expect(machine.alarm()).toEqual([{ type: "forget" }]);
  });
});
