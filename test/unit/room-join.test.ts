import { describe, expect, test } from "vitest";
import { newSession } from "../../src/room/session.ts";
import { DELIVERY, grantOf, of, RoomMachine, sent } from "../support/room-machine.ts";

describe("a connection comes", () => {
  test("[D12] [L4] it is kept in its attachment, and has a deadline to say its name; nobody is asked for a budget", () => {
    const machine = new RoomMachine();
    expect(machine.accept("c")).toEqual([
      { type: "attach", session: newSession("c", "address", 1, machine.now) },
      { type: "alarm-by", at: machine.now + 30_000 },
    ]);
  });

  test("[D12] a full room turns away with a sentence and a code, and asks nobody to wake it", () => {
    const machine = new RoomMachine({ maxSockets: 2 });
    for (const connection of ["a", "b"]) expect(sent(machine.accept(connection, connection))).toEqual([]);
    expect(machine.accept("c", "c").slice(1)).toEqual([
      { type: "send", to: "c", frame: JSON.stringify({ error: "This room is full.", code: "room-full" }) },
      { type: "close", connection: "c", code: 4003, reason: "This room is full." },
    ]);
    expect(machine.room.sessions.size).toBe(2);
  });

  test("[D12] one address has so many connections, another one its own", () => {
    const machine = new RoomMachine({ maxSocketsPerIdentity: 2 });
    const error = "Too many connections from your address.";
    for (const connection of ["a", "b"]) expect(sent(machine.accept(connection))).toEqual([]);
    expect(sent(machine.accept("d", "another"))).toEqual([]);
    const effects = machine.accept("c");
    expect(sent(effects)).toEqual([["c", { error, code: "too-many-sockets" }]]);
    expect(of("close", effects)).toEqual([{ type: "close", connection: "c", code: 4003, reason: error }]);
  });
});

describe("a first frame", () => {
  test("[C3] [C8] a classic join: who is here to the new one, the join to all classic ones, then ready", () => {
    const machine = new RoomMachine();
    machine.join("ann");
    machine.join("del", DELIVERY);
    machine.accept("lurker");
    const effects = machine.join("bob");
    expect(sent(effects)).toEqual([
      ["bob", { joined: "ann" }],
      ["bob", { joined: "del" }],
      ["bob", { joined: "bob" }],
      ["bob", { ready: true }],
      ["ann", { joined: "bob" }],
    ]);
    expect(of("attach", effects)).toMatchObject([
      { session: { joined: { name: "bob", author: "", client: null } } },
    ]);
  });

  test("[P1] a delivery join: a welcome to the new one, its name to classic ones, and a deadline of silence", () => {
    const machine = new RoomMachine();
    machine.join("ann");
    const effects = machine.join("del", DELIVERY);
    const members = [
      { connection: "ann", author: "", name: "ann" },
      { connection: "del", author: `hash of ${DELIVERY.key}`, name: "del" },
    ];
    expect(sent(effects)).toMatchObject([
      ["del", { welcome: { members: 2, roster: members, author: `hash of ${DELIVERY.key}` } }],
      ["ann", { joined: "del" }],
    ]);
    const silence = { type: "alarm-by", at: machine.now + 300_000 };
    expect(effects).toContainEqual(silence);
    expect(machine.join("bob")).not.toContainEqual(silence);
  });

  test("[C4] [D12] a name that is too long is told and closed with 1009; any other bad frame may be followed by a good one", () => {
    const machine = new RoomMachine();
    machine.accept("c");
    expect(machine.say("c", { name: 7 })).toEqual([
      { type: "send", to: "c", frame: JSON.stringify({ error: "Name must be text.", code: "bad-frame" }) },
    ]);
    const effects = machine.say("c", { name: "x".repeat(33) });
    expect(sent(effects)).toEqual([["c", { error: "Name too long.", code: "name-too-long" }]]);
    expect(of("close", effects)).toEqual([
      { type: "close", connection: "c", code: 1009, reason: "Name too long." },
    ]);
    expect(machine.say("c", { name: "late" })).toEqual([]);
  });

  test("[D12] a frame that is too large closes with 1009", () => {
    const machine = new RoomMachine();
    machine.join("ann");
    expect(of("close", machine.say("ann", { message: "x".repeat(17_000) }))).toMatchObject([{ code: 1009 }]);
  });
});

describe("the same author and client tag twice", () => {
  test("[P4] the older connection makes way before the newer one is welcomed", () => {
    const machine = new RoomMachine();
    machine.join("old", DELIVERY);
    machine.join("other tab", { ...DELIVERY, client: "phone" });
    machine.join("other key", { ...DELIVERY, key: "K".repeat(16) });
    machine.join("classic");
    const effects = machine.join("new", DELIVERY);
    expect(of("close", effects)).toEqual([
      { type: "close", connection: "old", code: 4001, reason: "You joined from elsewhere." },
    ]);
    const types = effects.map(({ type }) => type);
    expect(types.indexOf("close")).toBeLessThan(types.indexOf("send"));
    expect(sent(effects)).toMatchObject([
      ["new", { welcome: { members: 4 } }],
      ["classic", { quit: "del" }],
      ["classic", { joined: "del" }],
    ]);
  });

  test("[P4] [D9] an older one whose budget took longer finds the newer one there, makes way itself, and leaves no attachment", () => {
    const machine = new RoomMachine();
    machine.accept("old", "slow");
    machine.say("old", DELIVERY);
    machine.join("new", DELIVERY);
    const effects = machine.grant(grantOf("t2"), "slow");
    expect(of("close", effects)).toMatchObject([{ connection: "old", code: 4001 }]);
    expect(of("attach", effects)).toEqual([]);
    expect(sent(effects)).toEqual([]);
    expect([...machine.room.sessions.keys()]).toEqual(["new"]);
  });
});
