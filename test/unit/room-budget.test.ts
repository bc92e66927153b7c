// How a budget leaves a room again: yielding, giving back, going without, tidying up.
import { describe, expect, test } from "vitest";
import { RATE_LIMITED } from "../../src/protocol/codec.ts";
import { CALL_MS } from "../../src/rate-limit/budget.ts";
import { DELIVERY, grantOf, of, RoomMachine, sent } from "../support/room-machine.ts";

const LIMITED = { error: RATE_LIMITED, code: "rate-limited" };
const TAKE = [{ type: "take", identity: "address" }];

function joined(hello: object = { name: "ann" }): RoomMachine {
  const machine = new RoomMachine();
  machine.join("ann", hello);
  return machine;
}

describe("yielding", () => {
  test("[L1] freezes the row in the same turn, and says what is owed; asked again, it says the same", () => {
    const machine = joined();
    machine.now += 1_000;
    const yielded = { type: "yielded", answer: { debts: { message: 0, join: 4_000 }, isSpent: true } };
    const effects = machine.yield();
    expect(effects.map(({ type }) => type)).toEqual(["budgets", "alarm-by", "yielded"]);
    expect(effects.at(-1)).toEqual(yielded);
    expect(machine.yield()).toEqual([yielded]);
    machine.restart();
    expect(machine.yield()).toEqual([yielded]);
  });

  test("[L1] under a term of which the room knows nothing: nothing was spent under it, and what is held is over all the same", () => {
    const machine = joined();
    expect(of("yielded", machine.yield("another"))).toMatchObject([{ answer: { isSpent: false } }]);
    expect(machine.say("ann", { message: "1" })).toEqual(TAKE);
    const stranger = new RoomMachine();
    expect(stranger.yield()).toEqual([
      { type: "yielded", answer: { debts: { message: 0, join: 0 }, isSpent: false } },
    ]);
  });

  test("[L4] leaves the least that is owed: until that would admit, the room refuses by itself and asks nobody", () => {
    const machine = joined();
    for (let i = 0; i < 5; i++) machine.say("ann", { message: "hi" });
    machine.yield();
    machine.now += 4_999;
    const effects = machine.say("ann", { message: "6" });
    expect(effects).toEqual(of("fan-out", effects));
    expect(sent(effects)).toEqual([["ann", { ...LIMITED, retryAfter: 1 }]]);
    machine.now += 1;
    expect(machine.say("ann", { message: "6" })).toEqual(TAKE);
  });

  test("[L2] a budget of which nobody knew the last action is known from then on: moves add nothing to what a room has told", () => {
    const machine = joined();
    machine.yield();
    machine.say("ann", { message: "1" });
    // A burst of five and a half: half a period to wait, and the millisecond of a debt that landed.
    const owed = { message: 22_500, join: 0 };
    expect(sent(machine.grant(grantOf("t2", { debts: owed })))).toEqual([
      ["ann", { ...LIMITED, retryAfter: 2_501 }],
    ]);
    const [told] = of("yielded", machine.yield("t2"));
    expect(told?.answer).toMatchObject({ debts: { message: 22_501 }, isSpent: true });
    machine.now += 2_501;
    machine.say("ann", { message: "1" });
    // It was in another room meanwhile, where it was refused, too: each way made it a millisecond longer.
    const back = { message: 20_003, join: 0 };
    expect(sent(machine.grant(grantOf("t4", { debts: back, spent: "t2" })))).toMatchObject([
      ["ann", { message: "1" }],
    ]);
  });

  test("[L1] voids an answer under way: it is asked for again for as long as a call may take; then the room goes without", () => {
    const machine = joined();
    machine.yield();
    machine.say("ann", { message: "1" });
    machine.yield("t2");
    expect(of("take", machine.grant(grantOf("t2")))).toEqual(TAKE);
    machine.yield("t3");
    machine.now += CALL_MS;
    expect(sent(machine.grant(grantOf("t3")))).toMatchObject([["ann", { message: "1" }]]);
    // It was admitted without a term, and is owed all the same.
    expect(machine.ledger.read("address")).toMatchObject({
      state: "yielded",
      spent: "t1",
      debts: { message: 5_000 },
    });
    machine.now += 4_999;
    expect(sent(machine.say("ann", { message: "2" }))).toEqual([]);
    machine.grant(null);
    expect(machine.log.head).toBe(1);
  });

  test("[L3] a limiter that only asks whether the budget is of use takes it from nobody who is here", () => {
    const machine = joined();
    const rows = machine.ledger.all();
    expect(machine.yield("t1", "address", true)).toEqual([{ type: "yielded", answer: null }]);
    expect(machine.ledger.all()).toEqual(rows);
    expect(sent(machine.say("ann", { message: "1" }))).toMatchObject([["ann", { message: "1" }]]);
    // Of a crash that has left it behind, it gets it back.
    machine.restart();
    const [yielded] = of("yielded", machine.yield("t1", "address", true));
    expect(yielded?.answer).toMatchObject({ debts: { message: 5_000 }, isSpent: true });
    expect(machine.ledger.read("address")?.state).toBe("yielded");
  });

  test("[L3] of a term that was granted and void voids no later answer: two rooms would go on so for ever", () => {
    const machine = joined();
    machine.yield();
    machine.say("ann", { message: "1" });
    machine.yield("t2");
    expect(of("take", machine.grant(grantOf("t3")))).toEqual(TAKE);
    machine.yield("t3");
    expect(sent(machine.grant(grantOf("t4")))).toMatchObject([["ann", { message: "1" }]]);
    expect(machine.ledger.read("address")).toMatchObject({ state: "held", term: "t4", spent: "t4" });
  });

  test("[L9] [L5] voids an answer under way; where the clock went back meanwhile, it is not asked for again", () => {
    const machine = joined();
    machine.yield();
    machine.say("ann", { message: "1" });
    machine.yield("t2");
    machine.now -= 1;
    expect(sent(machine.grant(grantOf("t2")))).toMatchObject([["ann", { message: "1" }]]);
  });

  test("[L1] voids an answer under way once: what is asked for again counts", () => {
    const machine = joined();
    machine.yield();
    machine.say("ann", { message: "1" });
    machine.yield("t2");
    machine.grant(grantOf("t2"));
    machine.grant(grantOf("t3"));
    expect(machine.ledger.read("address")).toMatchObject({ term: "t3", state: "held" });
  });
});

describe("giving back", () => {
  test("[L1] [L4] what is owed goes back with the last connection, and is written first", () => {
    const machine = joined();
    machine.join("bob");
    expect(of("give-back", machine.close("ann"))).toEqual([]);
    machine.now += 1_000;
    const effects = machine.close("bob");
    expect(effects.map(({ type }) => type)).toEqual(["close", "budgets", "alarm-by", "give-back"]);
    const left = { debts: { message: 0, join: 9_000 }, isSpent: true };
    expect(of("give-back", effects)).toEqual([{ type: "give-back", identity: "address", term: "t1", left }]);
    expect(machine.ledger.read("address")).toMatchObject({ state: "returned" });
    machine.accept("cleo");
    expect(of("take", machine.say("cleo", { name: "cleo" }))).toEqual(TAKE);
  });

  test("[L1] waits for an answer under way, which goes back as it came", () => {
    const machine = joined();
    machine.yield();
    machine.say("ann", { message: "1" });
    expect(of("give-back", machine.close("ann"))).toEqual([]);
    const effects = machine.grant(grantOf("t2", { spent: "t1" }));
    expect(of("give-back", effects)).toMatchObject([{ term: "t2", left: { isSpent: false } }]);
    expect(machine.log.head).toBe(0);
  });

  test("[D12] that was heard, of a budget that owes nothing, leaves no row; one that owes something keeps it", () => {
    const machine = joined();
    machine.close("ann");
    machine.now += 4_999;
    expect(machine.handle({ type: "returned", identity: "address" })).toEqual([]);
    machine.now += 1;
    machine.handle({ type: "returned", identity: "address" });
    expect(machine.ledger.all()).toEqual([]);
    expect(machine.handle({ type: "returned", identity: "address" })).toEqual([]);
  });

  test("[L1] that was heard late drops nothing of who has come back", () => {
    const machine = joined();
    machine.close("ann");
    machine.now += 5_000;
    machine.accept("ann");
    machine.say("ann", { name: "ann" });
    machine.grant(grantOf("t2"));
    expect(machine.handle({ type: "returned", identity: "address" })).toEqual([]);
    expect(machine.ledger.read("address")).toMatchObject({ state: "held" });
  });

  test("[P4] of who makes way for another connection of the same key, from another address", () => {
    const machine = new RoomMachine();
    machine.join("old", DELIVERY, "home");
    expect(of("give-back", machine.join("new", DELIVERY, "train"))).toMatchObject([{ identity: "home" }]);
  });
});

describe("without an answer", () => {
  test("[L9] one of each kind a period is admitted, the rest refused for that long, and nobody is shut out", () => {
    const machine = new RoomMachine();
    machine.accept("ann");
    machine.say("ann", DELIVERY);
    for (const counter of [1, 2]) machine.say("ann", { message: `${counter}`, counter });
    const own = sent(machine.grant(null)).filter(([, frame]) => !Object.hasOwn(frame as object, "welcome"));
    expect(own).toMatchObject([
      ["ann", { refused: { counter: 2, code: "rate-limited", retryAfter: 5_000 } }],
      ["ann", { events: [{ counter: 1 }] }],
    ]);
    expect(machine.say("ann", { message: "2", counter: 2 })).toEqual(TAKE);
    expect(machine.grant(grantOf("t1")).some(({ type }) => type === "append")).toBe(true);
  });

  test("[L6] [L9] what was admitted is in the row: a crash is no refill", () => {
    const machine = new RoomMachine();
    machine.accept("ann");
    machine.say("ann", { name: "ann" });
    machine.grant(null);
    expect(machine.ledger.read("address")).toMatchObject({
      term: "",
      state: "yielded",
      debts: { join: 5_000 },
    });
    machine.restart();
    machine.accept("ann");
    machine.say("ann", { name: "ann" });
    expect(sent(machine.grant(null))).toEqual([["ann", { ...LIMITED, retryAfter: 5_000 }]]);
  });

  test("[D7] [L9] to a join that is refused: what was said behind it is said by nobody", () => {
    const machine = new RoomMachine();
    for (const connection of ["first", "ann"]) {
      machine.accept(connection);
      machine.say(connection, connection === "ann" ? DELIVERY : { name: connection });
    }
    machine.say("ann", { message: "hi", counter: 1 });
    machine.grant(null);
    expect(machine.log.head).toBe(0);
    expect(machine.room.sessions.get("ann")).toMatchObject({ joined: null, waiting: [] });
  });
});

describe("tidying up", () => {
  test("[D12] a row that was given up goes when nothing is owed, and the room wakes for it", () => {
    const machine = joined();
    expect(of("alarm-by", machine.yield())).toEqual([{ type: "alarm-by", at: machine.now + 60_000 }]);
    machine.now += 4_999;
    expect(of("drop-budgets", machine.alarm())).toEqual([]);
    machine.now += 1;
    expect(of("drop-budgets", machine.alarm())).toEqual([{ type: "drop-budgets", identities: ["address"] }]);
    expect(machine.ledger.all()).toEqual([]);
  });

  test("[D12] what was given back is said again when nothing is owed, until the limiter has heard it", () => {
    const machine = joined();
    machine.close("ann");
    expect(of("give-back", machine.alarm())).toEqual([]);
    machine.now += 5_000;
    const effects = machine.alarm();
    expect(of("give-back", effects)).toEqual([
      {
        type: "give-back",
        identity: "address",
        term: "t1",
        left: { debts: { message: 0, join: 0 }, isSpent: true },
      },
    ]);
    expect(of("alarm-by", effects).at(-1)).toEqual({ type: "alarm-by", at: machine.now + 60_000 });
    machine.handle({ type: "returned", identity: "address" });
    expect(machine.ledger.all()).toEqual([]);
  });

  test("[L6] what a crash left behind as held is given back", () => {
    const machine = joined();
    machine.restart();
    expect(of("give-back", machine.alarm())).toMatchObject([{ identity: "address", term: "t1" }]);
    expect(machine.ledger.read("address")).toMatchObject({ state: "returned" });
  });

  test("[D12] what somebody here holds stays, and is looked at once a day", () => {
    const machine = joined();
    const effects = machine.alarm();
    expect(of("drop-budgets", effects)).toEqual([]);
    expect(of("alarm-by", effects)).toEqual([{ type: "alarm-by", at: machine.now + 86_400_000 }]);
  });

  test("[D12] who is sent away by the same alarm gives back once", () => {
    const machine = joined(DELIVERY);
    machine.now += 300_000;
    const effects = machine.alarm();
    expect(of("close", effects)).toMatchObject([{ code: 4009 }]);
    expect(of("give-back", effects)).toHaveLength(1);
  });
});
