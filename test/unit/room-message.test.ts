import { describe, expect, test } from "vitest";
import { windowMs } from "../../src/room/fan-out.ts";
import { newSession } from "../../src/room/session.ts";
import { CONFIG } from "../support/world.ts";
import { DELIVERY, grantOf, of, RoomMachine, sent } from "../support/room-machine.ts";
import { messageAt } from "../support/log-contract.ts";
import { MemoryLog } from "../support/memory-log.ts";

const AUTHOR = `hash of ${DELIVERY.key}`;

/** A room with two classic members and one of the delivery protocol. */
function full(log = new MemoryLog("e")): RoomMachine {
  const machine = new RoomMachine({}, [], log);
  for (const name of ["ann", "bob"]) machine.join(name);
  machine.join("del", DELIVERY);
  machine.accept("lurker");
  return machine;
}

/** The same, and the budget has gone to another room: the next message asks for it. */
function waiting(): RoomMachine {
  const machine = full();
  machine.yield();
  return machine;
}

describe("messages", () => {
  test("[P18] [C6] a delivery member says as much as the var allows, and the welcome says so; a classic one 256", () => {
    const machine = new RoomMachine({ maxMessageLength: 1_000 });
    const welcome = sent(machine.join("del", DELIVERY)).at(0)?.[1];
    expect(welcome).toMatchObject({ welcome: { limits: { message: 1_000, typing: 20 } } });
    machine.join("ann");
    const [long, tooLong] = ["x".repeat(1_000), "x".repeat(1_001)];
    expect(sent(machine.say("del", { message: tooLong, counter: 1 }))).toEqual([
      ["del", { refused: { counter: 1, code: "message-too-long" } }],
    ]);
    const said = sent(machine.say("del", { message: long, counter: 1 }));
    expect(said.map(([to]) => to)).toEqual(["ann", "del"]);
    expect(said[0]?.[1]).toMatchObject({ message: long });
    expect(sent(machine.say("ann", { message: "x".repeat(257) }))).toMatchObject([
      ["ann", { error: "Message too long." }],
    ]);
    expect(machine.log.head).toBe(1);
  });

  test("[D6] [C5] [P2] [C8] what is admitted is written, with what it costs, and then sent, a frame a message to classic ones", () => {
    const machine = full();
    machine.say("ann", { message: "one" });
    machine.now += windowMs(3);
    const effects = machine.say("ann", { message: "two" });
    const two = {
      seq: 2,
      name: "ann",
      message: "two",
      timestamp: machine.now,
      author: "",
      client: "",
      counter: 0,
    };
    expect(effects.map(({ type }) => type).slice(0, 2)).toEqual(["budgets", "alarm-by"]);
    expect(effects.slice(2)).toEqual([
      { type: "append", messages: [two], json: JSON.stringify([two]) },
      { type: "alarm-by", at: machine.now + CONFIG.historyMaxAgeMs },
      {
        type: "fan-out",
        shares: [
          {
            to: ["ann", "bob"],
            frames: [JSON.stringify({ name: "ann", message: "two", timestamp: machine.now })],
          },
          { to: ["del"], frames: [JSON.stringify({ first: 2, last: 2, events: [two] })] },
        ],
      },
    ]);
  });

  test("[C5] timestamps are the clock's, and rise also where it stands still or goes back", () => {
    const machine = full();
    const at = (now: number): number | undefined => {
      machine.now = now;
      return of("append", machine.say("ann", { message: "hi" }))[0]?.messages[0]?.timestamp;
    };
    expect([2_000_000, 2_000_000, 1_500_000, 3_000_000].map(at)).toEqual([
      2_000_000, 2_000_001, 2_000_002, 3_000_000,
    ]);
  });

  test("[D12] a room with too many rows wants to be woken soon to trim them", () => {
    const log = new MemoryLog("e");
    log.append(Array.from({ length: 11_000 }, (_, i) => messageAt(i + 1)));
    const machine = full(log);
    const wakes = (): unknown => of("alarm-by", machine.say("ann", { message: "hi" })).at(-1)?.at;
    expect(wakes()).toBe(machine.now + 10_000);
    machine.log.trim(10_000, 0);
    expect(wakes()).toBe(machine.now + 1 + CONFIG.historyMaxAgeMs);
  });

  test("[C6] [P2] a refusal of a delivery client's frame names its counter, a classic one's says a sentence", () => {
    const machine = full();
    const message = "x".repeat(257);
    expect(sent(machine.say("del", { message, counter: 1 }))).toEqual([
      ["del", { refused: { counter: 1, code: "message-too-long" } }],
    ]);
    expect(sent(machine.say("ann", { message }))).toEqual([
      ["ann", { error: "Message too long.", code: "message-too-long" }],
    ]);
  });
});

describe("a sender's counters", () => {
  test("[P2] [D3] what is stored is answered, what comes too early is told what is expected, neither costs anything", () => {
    const machine = full();
    machine.say("del", { message: "one", counter: 1 });
    expect(machine.say("del", { message: "one", counter: 1 })).toEqual([
      { type: "send", to: "del", frame: JSON.stringify({ stored: 1 }) },
    ]);
    expect(machine.say("del", { message: "three", counter: 3 })).toEqual([
      {
        type: "send",
        to: "del",
        frame: JSON.stringify({ refused: { counter: 3, code: "out-of-order", expected: 2 } }),
      },
    ]);
  });

  test("[D4] what waits counts: the next counter after those that wait is in order, the one behind it is not", () => {
    const machine = waiting();
    expect(sent(machine.say("del", { message: "one", counter: 1 }))).toEqual([]);
    expect(sent(machine.say("del", { message: "two", counter: 2 }))).toEqual([]);
    expect(sent(machine.say("del", { message: "four", counter: 4 }))).toMatchObject([
      ["del", { refused: { counter: 4, expected: 1 } }],
    ]);
  });

  test("[D3] [D4] the same message twice while the budget is on its way is stored once", () => {
    const machine = waiting();
    for (const counter of [1, 1, 2]) machine.say("del", { message: `m${counter}`, counter });
    expect(sent(machine.grant(grantOf("t2")))).toMatchObject([
      ["ann bob", { message: "m1" }],
      ["ann bob", { message: "m2" }],
      ["del", { events: [{ counter: 1, author: AUTHOR, client: "tab" }, { counter: 2 }] }],
    ]);
    expect(machine.log.after(0, 9).map(({ message }) => message)).toEqual(["m1", "m2"]);
  });

  test("[P2] [D3] a repeat of what is not told yet is answered by its event, once; of what is told, by stored", () => {
    const machine = waiting();
    for (const counter of [1, 2, 2]) machine.say("del", { message: `m${counter}`, counter });
    const frames = sent(machine.grant(grantOf("t2")));
    expect(frames.filter(([to]) => to === "del")).toMatchObject([
      ["del", { events: [{ counter: 1 }, { counter: 2 }] }],
    ]);
    expect(sent(machine.say("del", { message: "m2", counter: 2 }))).toEqual([["del", { stored: 2 }]]);
  });

  test("[D9] a waking room knows the counters of its members, and gives later connections later places", () => {
    const joined = { name: "del", author: AUTHOR, client: "tab" };
    const sessions = [
      { ...newSession("second", "address", 9, 0), joined: { ...joined, client: null } },
      { ...newSession("first", "address", 4, 0), joined },
      newSession("lurker", "address", 5, 0),
    ];
    const log = new MemoryLog("e");
    log.append([messageAt(1, { author: AUTHOR, client: "tab", counter: 6 })]);
    const machine = new RoomMachine({}, sessions, log);
    const counters = [...machine.room.sessions].map(([connection, { counter }]) => [connection, counter]);
    expect(counters).toEqual([
      ["first", 6],
      ["lurker", 0],
      ["second", 0],
    ]);
    machine.accept("third");
    expect(machine.room.sessions.get("third")?.order).toBe(10);
  });

  test("[P4] [D9] a session whose close wakes the room is taken in, with its counter", () => {
    const log = new MemoryLog("e");
    log.append([messageAt(1, { author: "a", client: "tab", counter: 6 })]);
    const machine = new RoomMachine({ rosterMax: 0 }, [], log);
    const session = {
      ...newSession("c", "address", 4, 0),
      joined: { name: "del", author: "a", client: "tab" },
    };
    machine.room.revive(session);
    expect(session.counter).toBe(6);
    expect(of("close", machine.close("c"))).toEqual([
      { type: "close", connection: "c", code: 1000, reason: "Bye." },
    ]);
  });
});

describe("history", () => {
  test("[P5] a page is what stands before a seq, and says whether the room keeps anything older", () => {
    const log = new MemoryLog("e");
    log.append([1, 2, 3, 4].map((seq) => messageAt(seq)));
    log.trim(1, 0);
    const machine = full(log);
    const page = (before: number, limit: number): unknown =>
      sent(machine.say("del", { history: { before, limit } }))[0]?.[1];
    expect(page(4, 1)).toEqual({ history: { before: 4, events: [messageAt(3)], more: true } });
    expect(page(4, 2)).toEqual({ history: { before: 4, events: [messageAt(2), messageAt(3)], more: false } });
    expect(page(2, 2)).toEqual({ history: { before: 2, events: [], more: false } });
  });

  test("[P5] [L2] twenty pages at once, then one each 250 ms", () => {
    const machine = full();
    const ask = (): unknown => sent(machine.say("del", { history: { before: 9 } }))[0]?.[1];
    for (let i = 0; i < 20; i++) expect(ask()).toHaveProperty("history");
    expect(ask()).toEqual({ refused: { code: "rate-limited", retryAfter: 250 } });
    machine.now += 249;
    expect(ask()).toEqual({ refused: { code: "rate-limited", retryAfter: 1 } });
    machine.now += 1;
    expect(ask()).toHaveProperty("history");
    expect(ask()).toHaveProperty("refused");
  });

  test("[P5] [D7] who waits to be let in is told to join first", () => {
    const machine = new RoomMachine();
    machine.accept("c");
    machine.say("c", DELIVERY);
    expect(sent(machine.say("c", { history: { before: 9 } }))).toEqual([
      ["c", { error: "Join before you ask for history.", code: "bad-frame" }],
    ]);
  });
});
