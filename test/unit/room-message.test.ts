import { describe, expect, test } from "vitest";
import { newSession } from "../../src/room/session.ts";
import { CONFIG } from "../support/world.ts";
import { DELIVERY, GRANTED, of, RoomMachine, sent } from "../support/room-machine.ts";
import { messageAt } from "../support/log-contract.ts";
import { MemoryLog } from "../support/memory-log.ts";

const AUTHOR = `hash of ${DELIVERY.key}`;

/** A room with two classic members and one of the delivery protocol. */
function full(): RoomMachine {
  const machine = new RoomMachine();
  for (const name of ["ann", "bob"]) machine.join(name);
  machine.join("del", DELIVERY);
  machine.accept("lurker");
  return machine;
}

describe("messages", () => {
  test("[D6] [C5] [P2] [C8] what is admitted is written in one append, and then sent, a frame a message to classic ones", () => {
    const machine = full();
    for (const message of ["one", "two"]) machine.say("ann", { message });
    machine.answer("ann");
    const effects = machine.answer("ann", { ...GRANTED, granted: 1 });
    const two = {
      seq: 2,
      name: "ann",
      message: "two",
      timestamp: machine.now + 1,
      author: "",
      client: "",
      counter: 0,
    };
    expect(effects.slice(0, 4)).toEqual([
      { type: "append", messages: [two] },
      { type: "alarm-by", at: machine.now + 1 + CONFIG.historyMaxAgeMs },
      {
        type: "send",
        to: ["ann", "bob"],
        frame: JSON.stringify({ name: "ann", message: "two", timestamp: machine.now + 1 }),
      },
      { type: "send", to: ["del"], frame: JSON.stringify({ first: 2, last: 2, events: [two] }) },
    ]);
  });

  test("[C5] timestamps are the clock's, and rise also where it stands still or goes back", () => {
    const machine = full();
    const at = (now: number): number | undefined => {
      machine.now = now;
      machine.say("ann", { message: "hi" });
      return of("append", machine.answer("ann"))[0]?.messages[0]?.timestamp;
    };
    expect([2_000_000, 2_000_000, 1_500_000, 3_000_000].map(at)).toEqual([
      2_000_000, 2_000_001, 2_000_002, 3_000_000,
    ]);
  });

  test("[D12] a room with too many rows wants to be woken soon to trim them", () => {
    const machine = full();
    machine.log.append(Array.from({ length: 11_000 }, (_, i) => messageAt(i + 1)));
    machine.say("ann", { message: "hi" });
    expect(of("alarm-by", machine.answer("ann"))).toEqual([{ type: "alarm-by", at: machine.now + 10_000 }]);
    machine.log.trim(10_000, 0);
    machine.say("ann", { message: "hi" });
    expect(of("alarm-by", machine.answer("ann"))).toEqual([
      { type: "alarm-by", at: machine.now + 1 + CONFIG.historyMaxAgeMs },
    ]);
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
    machine.answer("del");
    expect(machine.say("del", { message: "one", counter: 1 })).toEqual([
      { type: "send", to: ["del"], frame: JSON.stringify({ stored: 1 }) },
    ]);
    expect(machine.say("del", { message: "three", counter: 3 })).toEqual([
      {
        type: "send",
        to: ["del"],
        frame: JSON.stringify({ refused: { counter: 3, code: "out-of-order", expected: 2 } }),
      },
    ]);
  });

  test("[D4] what waits counts: the next counter after those that wait is in order, the one behind it is not", () => {
    const machine = full();
    expect(sent(machine.say("del", { message: "one", counter: 1 }))).toEqual([]);
    expect(sent(machine.say("del", { message: "two", counter: 2 }))).toEqual([]);
    expect(sent(machine.say("del", { message: "four", counter: 4 }))).toMatchObject([
      ["del", { refused: { counter: 4, expected: 1 } }],
    ]);
  });

  test("[D3] [D4] the same message twice while the limiter is asked is stored once", () => {
    const machine = full();
    for (const counter of [1, 1, 2]) machine.say("del", { message: `m${counter}`, counter });
    machine.answer("del");
    const effects = machine.answer("del", { ...GRANTED, granted: 2 });
    expect(sent(effects)).toMatchObject([
      ["del", { stored: 1 }],
      ["ann bob", { message: "m2" }],
      ["del", { events: [{ counter: 2, author: AUTHOR, client: "tab" }] }],
    ]);
    expect(machine.log.after(0, 9).map(({ message }) => message)).toEqual(["m1", "m2"]);
  });

  test("[D3] a repeat is acknowledged after its own event, also when both are admitted together", () => {
    const machine = full();
    machine.say("del", { message: "m1", counter: 1 });
    machine.answer("del");
    machine.now += 1;
    for (const counter of [2, 3, 3]) machine.say("del", { message: `m${counter}`, counter });
    machine.answer("del");
    const frames = sent(machine.answer("del", { ...GRANTED, granted: 2 }));
    expect(frames.filter(([to]) => to === "del")).toMatchObject([
      ["del", { events: [{ counter: 3 }] }],
      ["del", { stored: 3 }],
    ]);
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
    const machine = new RoomMachine({ rosterMax: 0 });
    machine.log.append([messageAt(1, { author: "a", client: "tab", counter: 6 })]);
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
    const machine = full();
    machine.log.append([1, 2, 3, 4].map((seq) => messageAt(seq)));
    machine.log.trim(1, 0);
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
