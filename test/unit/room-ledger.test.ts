// What a room knows of a budget in memory and what its ledger has: they say the same, and memory is kept only for who is here.
import { expect, test, vi } from "vitest";
import { NO_DEBTS } from "../../src/rate-limit/budget.ts";
import { DELIVERY, grantOf, of, RoomMachine, sent } from "../support/room-machine.ts";

const TAKE = [{ type: "take", identity: "address" }];
const PERIOD_MS = 5_000;

function joined(hello: object = { name: "ann" }): RoomMachine {
  const machine = new RoomMachine();
  machine.join("ann", hello);
  return machine;
}

test("[L9] what was admitted without a term is owed under none, and does not keep the next connection from asking", () => {
  const machine = new RoomMachine();
  machine.accept("ann");
  machine.say("ann", { name: "ann" });
  machine.grant(null);
  expect(machine.ledger.all()).toMatchObject([
    { term: "", spent: "", state: "yielded", debts: { message: 0, join: PERIOD_MS } },
  ]);
  machine.accept("bob");
  machine.now += PERIOD_MS;
  expect(of("take", machine.say("bob", { name: "bob" }))).toEqual(TAKE);
});

test("[L9] a call that was overtaken by a question, and then failed, is not repeated: the room goes without", () => {
  const machine = joined();
  machine.yield("t1");
  machine.say("ann", { message: "1" });
  machine.yield("t2");
  const effects = machine.grant(null);
  expect(of("take", effects)).toEqual([]);
  expect(sent(effects)).toMatchObject([["ann", { message: "1" }]]);
});

test("[L1] a member is a use only for the term that its room holds: checked for any other, the room answers", () => {
  const machine = joined();
  expect(machine.yield("t1", "address", true)).toEqual([{ type: "yielded", answer: null }]);
  expect(of("yielded", machine.yield("t0", "address", true))).toMatchObject([{ answer: { isSpent: false } }]);
  expect(of("yielded", machine.yield("t1", "address", true))).toMatchObject([{ answer: { isSpent: true } }]);
});

test("[L1] a late question for an older term does not lose what is on its way to an identity that left: it goes back", () => {
  const machine = joined();
  machine.yield("t1");
  machine.say("ann", { message: "1" });
  machine.close("ann");
  expect(of("yielded", machine.yield("t1"))).toMatchObject([{ answer: { isSpent: true } }]);
  expect(of("give-back", machine.grant(grantOf("t2")))).toMatchObject([
    { term: "t2", left: { isSpent: true } },
  ]);
});

test("[D12] an identity that is not here stands in the ledger only, after it left and after a question", () => {
  const machine = joined();
  machine.close("ann");
  const read = vi.spyOn(machine.ledger, "read");
  for (const times of [1, 2]) {
    machine.yield("t1");
    expect(read).toHaveBeenCalledTimes(times);
  }
});

test("[L5] a clock that went back counts from there on, also for a room that sleeps behind a refusal", () => {
  for (const isAsleep of [false, true]) {
    const machine = joined(DELIVERY);
    const say = (counter: number) => sent(machine.say("ann", { message: "hi", counter }));
    for (let counter = 1; counter <= 5; counter++) say(counter);
    machine.now -= 100_000;
    expect(say(6)).toMatchObject([["ann", { refused: { code: "rate-limited" } }]]);
    if (isAsleep) machine.restart([...machine.room.sessions.values()]);
    machine.now += PERIOD_MS;
    expect(say(6)).toMatchObject([["ann", { events: [{ message: "hi" }] }]]);
  }
});

test("[L6] a row that was dropped is gone from memory too: a room that was awake answers like one that slept", () => {
  for (const isAsleep of [false, true]) {
    const machine = joined();
    machine.yield("t1");
    machine.now += PERIOD_MS;
    expect(of("drop-budgets", machine.alarm())).toMatchObject([{ identities: ["address"] }]);
    if (isAsleep) machine.restart([...machine.room.sessions.values()]);
    const answer = { debts: NO_DEBTS, isSpent: false };
    expect(machine.yield("t1")).toEqual([{ type: "yielded", answer }]);
  }
});
