// What a refusal leaves behind in the room: what was promised, and who has to ask the limiter again.
import { describe, expect, test } from "vitest";
import { CONFIG } from "../support/world.ts";
import { DELIVERY, grantOf, of, RoomMachine, sent } from "../support/room-machine.ts";

const SPENT = { debts: { message: 900_000, join: 900_000 } };
/** A debt that arrives counts a millisecond more. */
const HELD = { state: "held", term: "t2", debts: { message: 900_001, join: 900_001 } };

/** A member, and somebody who wants to become one, who wait for a budget of which the room keeps nothing. */
function waiting(): RoomMachine {
  const machine = new RoomMachine();
  machine.join("ann");
  machine.flush();
  machine.yield();
  machine.now += 60_000;
  expect(of("drop-budgets", machine.alarm())).toHaveLength(1);
  machine.accept("stranger");
  machine.say("stranger", { name: "stranger" });
  machine.say("ann", { message: "1" });
  return machine;
}

describe("a grant that admits nothing", () => {
  test("[L4] [D9] is kept where a member waited for it, whoever else did: asked again, the room refuses by itself, asleep or awake", () => {
    const machine = waiting();
    const sessions = [...machine.room.sessions.values()];
    const effects = machine.grant(grantOf("t2", SPENT));
    expect(sent(effects)).toHaveLength(2);
    expect(of("budgets", effects)).toMatchObject([{ rows: [HELD] }]);
    expect(of("take", machine.say("ann", { message: "2" }))).toEqual([]);
    machine.restart(sessions.map((session) => ({ ...session, waiting: [] })));
    expect(of("take", machine.say("ann", { message: "3" }))).toEqual([]);
    expect(machine.ledger.read("address")).toMatchObject(HELD);
  });

  test("[L2] promises a first frame an instant, up to a whole period: until then nobody is asked", () => {
    const { periodMs, burst } = CONFIG.rates.join;
    const machine = new RoomMachine();
    machine.accept("ann");
    machine.say("ann", { name: "ann" });
    machine.grant(grantOf("t1", { debts: { message: 0, join: burst * periodMs - 1 } }));
    const again = machine.say("ann", { name: "ann" });
    expect(of("take", again)).toEqual([]);
    expect(sent(again)).toMatchObject([["ann", { code: "rate-limited", retryAfter: periodMs }]]);
  });
});

test("[L5] a clock that goes back refuses no message: only a first frame was promised an instant", () => {
  const machine = new RoomMachine();
  machine.join("ann", DELIVERY);
  machine.now -= 1_000;
  expect(of("append", machine.say("ann", { message: "hi", counter: 1 }))).toHaveLength(1);
});

test("[L6] what a grant admitted is written in the same turn, also while a flush is under way and the next one waits", () => {
  const machine = new RoomMachine();
  machine.join("ann");
  machine.isSlow = true;
  expect(of("fan-out", machine.say("ann", { message: "1" }))).toHaveLength(1);
  machine.yield();
  machine.say("ann", { message: "2" });
  const effects = machine.grant(grantOf("t2"));
  expect(of("fan-out", effects)).toEqual([]);
  expect(of("budgets", effects)).toMatchObject([{ rows: [{ spent: "t2", debts: { message: 10_000 } }] }]);
});
