// Which actions a room admits: under the budget that it holds, while that is on its way, and without it.
import { describe, expect, test } from "vitest";
import { RATE_LIMITED } from "../../src/protocol/codec.ts";
import { DELIVERY, grantOf, of, RoomMachine, sent } from "../support/room-machine.ts";

const LIMITED = { error: RATE_LIMITED, code: "rate-limited" };
const TAKE = [{ type: "take", identity: "address" }];

/** A member, whose join was admitted under "t1". */
function joined(hello: object = { name: "ann" }): RoomMachine {
  const machine = new RoomMachine();
  machine.join("ann", hello);
  return machine;
}

/** A member whose room has given the budget up, so that its next message asks for it. */
function bereft(hello?: object): RoomMachine {
  const machine = joined(hello);
  machine.yield();
  return machine;
}

const say = (machine: RoomMachine, ...messages: readonly string[]) =>
  messages.map((message) => machine.say("ann", { message }));

describe("the room that holds the budget", () => {
  test("[L3] admits at once and asks nobody; a refusal says how long to wait", () => {
    const machine = joined();
    for (let i = 1; i <= 5; i++) {
      const effects = machine.say("ann", { message: `${i}` });
      expect(of("append", effects)).toHaveLength(1);
      expect(of("take", effects)).toEqual([]);
    }
    expect(sent(machine.say("ann", { message: "6" }))).toEqual([["ann", { ...LIMITED, retryAfter: 5_000 }]]);
    machine.now += 4_999;
    expect(sent(machine.say("ann", { message: "6" }))).toEqual([["ann", { ...LIMITED, retryAfter: 1 }]]);
    machine.now += 1;
    expect(machine.log.head).toBe(5);
    expect(sent(machine.say("ann", { message: "6" }))).toMatchObject([["ann", { message: "6" }]]);
  });

  test("[L6] writes what is owed in the same turn, before the frames that show it", () => {
    const machine = joined();
    const effects = machine.say("ann", { message: "1" });
    expect(effects.map(({ type }) => type)).toEqual(["budgets", "alarm-by", "append", "alarm-by", "fan-out"]);
    const row = { identity: "address", term: "t1", spent: "t1", state: "held", at: machine.now };
    expect(machine.ledger.all()).toEqual([{ ...row, debts: { message: 5_000, join: 5_000 } }]);
    const joining = machine.join("bob").map(({ type }) => type);
    expect(joining.slice(0, 2)).toEqual(["budgets", "alarm-by"]);
    expect(joining.filter((type) => type === "budgets")).toHaveLength(1);
  });

  test("[L1] joins and messages have budgets of their own", () => {
    const machine = new RoomMachine({
      rates: { message: { periodMs: 5_000, burst: 1 }, join: { periodMs: 5_000, burst: 2 } },
    });
    for (const name of ["ann", "bob"]) machine.join(name);
    expect(sent(machine.join("cleo"))).toEqual([["cleo", { ...LIMITED, retryAfter: 5_000 }]]);
    expect(sent(machine.say("ann", { message: "1" }))).toMatchObject([["ann bob", { message: "1" }]]);
    expect(sent(machine.say("bob", { message: "2" }))).toEqual([["bob", { ...LIMITED, retryAfter: 5_000 }]]);
  });

  test("[L6] goes on with its row after a crash or a sleep, and asks nobody", () => {
    const machine = joined();
    say(machine, "1", "2", "3", "4");
    machine.restart([...machine.room.sessions.values()]);
    const [fifth, sixth] = say(machine, "5", "6");
    expect(of("append", fifth ?? [])).toHaveLength(1);
    expect(sent(sixth ?? [])).toEqual([["ann", { ...LIMITED, retryAfter: 5_000 }]]);
    machine.restart();
    machine.accept("ann");
    expect(of("take", machine.say("ann", { name: "ann" }))).toEqual([]);
  });

  test("[L5] whose clock goes back admits no more, and blocks nobody for longer than T", () => {
    const machine = joined();
    say(machine, "1", "2", "3", "4", "5");
    machine.now -= 100_000;
    expect(sent(machine.say("ann", { message: "6" }))).toEqual([["ann", { ...LIMITED, retryAfter: 5_000 }]]);
  });
});

describe("asking", () => {
  test("[L3] [L4] with the first action, not at the upgrade: who only connects moves nothing", () => {
    const machine = new RoomMachine();
    for (const connection of ["ann", "bob"]) expect(of("take", machine.accept(connection))).toEqual([]);
    expect(of("take", machine.say("ann", { name: "ann" }))).toEqual(TAKE);
    expect(of("take", machine.say("bob", { name: "bob" }))).toEqual([]);
    machine.grant();
    expect(of("take", machine.join("cleo"))).toEqual([]);
  });

  test("[L4] not where a join would be refused anyhow", () => {
    const machine = new RoomMachine({
      rates: { message: { periodMs: 1_000, burst: 5 }, join: { periodMs: 10_000, burst: 1 } },
    });
    machine.join("ann");
    machine.yield();
    machine.now += 9_999;
    machine.accept("bob");
    expect(sent(machine.say("bob", { name: "bob" }))).toEqual([["bob", { ...LIMITED, retryAfter: 1 }]]);
    machine.now += 1;
    expect(of("take", machine.say("bob", { name: "bob" }))).toEqual(TAKE);
  });
});

describe("while the budget is on its way", () => {
  test("[D4] [L3] actions wait in their order; one call brings it for all of them, and for another connection's too", () => {
    const machine = new RoomMachine();
    for (const connection of ["ann", "bob"]) machine.accept(connection);
    expect(machine.say("ann", { name: "ann" })).toEqual(TAKE);
    expect(machine.say("bob", { name: "bob" })).toEqual([]);
    const effects = machine.grant();
    expect(of("take", effects)).toEqual([]);
    expect(sent(effects).filter(([, frame]) => Object.hasOwn(frame as object, "ready"))).toMatchObject([
      ["ann", {}],
      ["bob", {}],
    ]);
  });

  test("[D4] [P2] what comes right behind the first frame waits for the join, and is written in one append", () => {
    const machine = new RoomMachine();
    machine.accept("ann");
    expect(machine.say("ann", DELIVERY)).toEqual(TAKE);
    for (const counter of [1, 2]) expect(machine.say("ann", { message: `${counter}`, counter })).toEqual([]);
    expect(of("append", machine.grant())).toMatchObject([{ messages: [{ counter: 1 }, { counter: 2 }] }]);
  });

  test("[D12] with 32 waiting the next is told to come back, in each protocol's way", () => {
    const machine = bereft();
    for (let i = 0; i < 32; i++) expect(sent(machine.say("ann", { message: "hi" }))).toEqual([]);
    const error = "Too many messages wait to be accepted.";
    expect(sent(machine.say("ann", { message: "hi" }))).toEqual([["ann", { error, code: "busy" }]]);
    const other = bereft(DELIVERY);
    for (let counter = 1; counter <= 32; counter++) other.say("ann", { message: "hi", counter });
    expect(sent(other.say("ann", { message: "hi", counter: 33 }))).toEqual([
      ["ann", { refused: { counter: 33, code: "busy" } }],
    ]);
  });

  test("[D12] [C18] with 16,384 units of text waiting the next is told to come back; eight of the longest messages have room", () => {
    const machine = new RoomMachine({ maxMessageLength: 2_000 });
    machine.accept("ann");
    machine.say("ann", DELIVERY);
    const say = (counter: number, length: number): unknown =>
      sent(machine.say("ann", { message: "x".repeat(length), counter }));
    for (let counter = 1; counter <= 8; counter++) expect(say(counter, 2_000)).toEqual([]);
    expect(say(9, 385)).toEqual([["ann", { refused: { counter: 9, code: "busy" } }]]);
    expect(say(9, 384)).toEqual([]);
    expect(say(10, 1)).toEqual([["ann", { refused: { counter: 10, code: "busy" } }]]);
    machine.grant(grantOf("t1"));
    expect(machine.log.head).toBeGreaterThan(0);
  });

  test("[L1] [L2] what has come counts a millisecond longer, unless nothing was admitted since this room knew it", () => {
    const debts = { message: 25_000, join: 0 };
    const foreign = bereft();
    say(foreign, "1");
    expect(sent(foreign.grant(grantOf("t2", { debts })))).toEqual([
      ["ann", { ...LIMITED, retryAfter: 5_001 }],
    ]);
    const own = bereft();
    say(own, "1");
    const effects = own.grant(grantOf("t2", { debts, spent: "t1" }));
    expect(sent(effects)).toMatchObject([["ann", { message: "1" }]]);
    expect(own.ledger.read("address")?.debts).toEqual({ message: 5_000, join: 5_000 });
  });

  test("[L4] a member whose row is gone, and that is refused, asks once: the grant is written, and refuses by itself", () => {
    const machine = bereft();
    machine.now += 60_000;
    machine.alarm();
    expect(machine.ledger.all()).toEqual([]);
    expect(machine.say("ann", { message: "1" })).toEqual(TAKE);
    machine.grant(grantOf("t2", { debts: { message: 25_000, join: 0 } }));
    expect(machine.ledger.all()).toMatchObject([{ term: "t2", spent: "t2", state: "held" }]);
    for (let i = 0; i < 3; i++) expect(of("take", machine.say("ann", { message: "1" }))).toEqual([]);
  });

  describe("a room that let nobody of an identity in", () => {
    const promised = { debts: { message: 0, join: 100_000 } };
    const refused = (): RoomMachine => {
      const machine = new RoomMachine();
      machine.accept("ann");
      machine.say("ann", { name: "ann" });
      const effects = machine.grant(grantOf("t1", promised));
      expect(effects.map(({ type }) => type)).toEqual(["attach", "send"]);
      expect(sent(effects)).toEqual([["ann", { ...LIMITED, retryAfter: 5_001 }]]);
      return machine;
    };

    test("[C25] [L2] keeps no grant that it only refuses under, and its promise to the millisecond, asleep or awake", () => {
      for (const isAsleep of [false, true]) {
        const machine = refused();
        expect(machine.ledger.all()).toEqual([]);
        if (isAsleep) machine.restart([...machine.room.sessions.values()]);
        machine.now += 5_000;
        expect(sent(machine.say("ann", { name: "ann" }))).toEqual([["ann", { ...LIMITED, retryAfter: 1 }]]);
        machine.now += 1;
        expect(machine.say("ann", { name: "ann" })).toEqual(TAKE);
        const effects = machine.grant(grantOf("t2", { debts: { message: 0, join: 94_999 } }));
        expect(sent(effects).map(([, frame]) => frame)).toContainEqual({ ready: true });
        expect(machine.ledger.all()).toMatchObject([{ term: "t2", spent: "t2", debts: { join: 100_000 } }]);
      }
    });

    test("[L4] asks for another connection of the identity, which was promised nothing", () => {
      const machine = refused();
      machine.accept("bob");
      expect(machine.say("bob", { name: "bob" })).toEqual(TAKE);
    });

    test("[L5] whose clock went back by more than a period asks again", () => {
      const machine = refused();
      machine.now -= 1;
      expect(machine.say("ann", { name: "ann" })).toEqual(TAKE);
    });

    test("[L1] has spent nothing when the limiter wants the term back, and a grant under way is void", () => {
      const machine = refused();
      const nothing = { debts: { message: 0, join: 0 }, isSpent: false };
      expect(machine.yield()).toEqual([{ type: "yielded", answer: nothing }]);
      machine.now += 5_001;
      machine.say("ann", { name: "ann" });
      expect(machine.yield("t2")).toEqual([{ type: "yielded", answer: nothing }]);
      expect(machine.grant(grantOf("t2"))).toEqual(TAKE);
    });
  });

  test("[L1] what is written once is brought up to date with each grant", () => {
    const machine = bereft();
    say(machine, "1");
    machine.grant(grantOf("t2", { debts: { message: 25_000, join: 0 } }));
    expect(machine.ledger.all()).toMatchObject([{ term: "t2", spent: "t2", state: "held" }]);
  });

  test("[L1] an answer that was not asked for, or comes a second time, changes nothing", () => {
    const machine = bereft();
    expect(machine.grant(grantOf("t2"))).toEqual([]);
    expect(machine.ledger.read("address")).toMatchObject({ term: "t1", state: "yielded" });
  });

  test("[D9] the room stays awake for it, also when everybody has left; then it goes back", () => {
    const machine = new RoomMachine();
    machine.accept("ann");
    machine.say("ann", { name: "ann" });
    expect(of("give-back", machine.close("ann"))).toEqual([]);
    expect(machine.room.isQuiet).toBe(false);
    expect(of("give-back", machine.grant())).toMatchObject([{ term: "t1", left: { isSpent: true } }]);
    expect(machine.room.isQuiet).toBe(true);
  });
});

describe("a refusal", () => {
  const full = { debts: { message: 25_000, join: 100_000 } };

  test.each([
    { hello: { name: "ann" }, message: { message: "1" }, frame: { ...LIMITED, retryAfter: 5_001 } },
    {
      hello: DELIVERY,
      message: { message: "1", counter: 1 },
      frame: { refused: { counter: 1, code: "rate-limited", retryAfter: 5_001 } },
    },
  ])("[L2] of a message, as $hello.name", ({ hello, message, frame }) => {
    const machine = bereft(hello);
    machine.say("ann", message);
    expect(sent(machine.grant(grantOf("t2", full)))).toEqual([["ann", frame]]);
    expect(RATE_LIMITED).toBe("Your IP is being rate-limited, please try again later.");
  });

  test("[C15] [L2] of a first frame gives as long again to say it in: waiting is no silence", () => {
    const machine = new RoomMachine();
    machine.accept("ann");
    machine.say("ann", { name: "ann" });
    const effects = machine.grant(grantOf("t1", full));
    expect(sent(effects)).toEqual([["ann", { ...LIMITED, retryAfter: 5_001 }]]);
    expect(of("attach", effects)).toMatchObject([{ session: { since: machine.now + 5_001 } }]);
    machine.now += 5_000 + 30_000;
    expect(of("close", machine.alarm())).toEqual([]);
    machine.now += 1;
    expect(of("close", machine.alarm())).toMatchObject([{ connection: "ann", code: 4002 }]);
  });

  test("[P14] [C15] of a first frame refuses what was sent ahead of it, for as long; then all may come again", () => {
    const machine = new RoomMachine();
    machine.accept("ann");
    machine.say("ann", DELIVERY);
    machine.say("ann", { message: "1", counter: 1 });
    expect(sent(machine.grant(grantOf("t1", full)))).toEqual([
      ["ann", { refused: { code: "rate-limited", retryAfter: 5_001 } }],
      ["ann", { refused: { counter: 1, code: "rate-limited", retryAfter: 5_001 } }],
    ]);
    machine.now += 5_001;
    machine.say("ann", DELIVERY);
    machine.say("ann", { message: "1", counter: 1 });
    machine.grant(grantOf("t2"));
    expect(machine.log.after(0, 9)).toMatchObject([{ message: "1", counter: 1 }]);
  });

  test("[D4] [L4] of one that waited costs nothing, and stands behind what was admitted before it", () => {
    const machine = bereft();
    say(machine, "1", "2");
    const effects = machine.grant(grantOf("t2", { debts: { message: 19_999, join: 0 } }));
    expect(sent(effects).map(([, frame]) => frame)).toMatchObject([
      { message: "1" },
      { code: "rate-limited", retryAfter: 5_000 },
    ]);
    expect(machine.ledger.read("address")?.debts.message).toBe(25_000);
  });
});
