import { describe, expect, test } from "vitest";
import { RATE_LIMITED } from "../../src/protocol/codec.ts";
import { DELIVERY, GRANTED, of, RoomMachine, sent } from "../support/room-machine.ts";

const WITH_PASS = { ...GRANTED, pass: true };
const NONE = { granted: 0, retryAfter: 700, pass: false };
const charged = (asked: number, spent = 0, connection = "ann"): object[] => [
  { type: "charge", connection, identity: "address", charge: { holder: connection, spent, asked } },
];

function joined(hello: object = { name: "ann" }, reply = GRANTED): RoomMachine {
  const machine = new RoomMachine();
  machine.join("ann", hello, reply);
  return machine;
}

/** Says a frame, as a member or as a first frame, and has it refused: what is told of it. */
function refused(hello: object | null, frame: object): unknown {
  const machine = hello === null ? new RoomMachine() : joined(hello);
  if (hello === null) machine.accept("ann");
  machine.say("ann", frame);
  return sent(machine.answer("ann", NONE));
}

describe("asking the limiter", () => {
  test("[D4] [L3] one charge at a time; what comes meanwhile waits, and is charged together", () => {
    const machine = joined();
    expect(machine.say("ann", { message: "1" })).toEqual(charged(1));
    expect(machine.say("ann", { message: "2" })).toEqual([]);
    expect(machine.say("ann", { message: "3" })).toEqual([]);
    const effects = machine.answer("ann");
    expect(of("append", effects)[0]?.messages.map(({ message }) => message)).toEqual(["1"]);
    expect(of("charge", effects)).toEqual(charged(2));
    expect(of("charge", machine.answer("ann", { ...GRANTED, granted: 2 }))).toEqual([]);
    expect(machine.log.head).toBe(3);
  });

  test("[D4] [P2] what comes right behind the first frame waits for the join", () => {
    const machine = new RoomMachine();
    machine.accept("ann");
    machine.say("ann", DELIVERY);
    for (const counter of [1, 2]) expect(machine.say("ann", { message: `${counter}`, counter })).toEqual([]);
    expect(of("charge", machine.answer("ann"))).toEqual(charged(2));
    machine.answer("ann", { ...GRANTED, granted: 2 });
    expect(machine.log.after(0, 9)).toMatchObject([{ counter: 1 }, { counter: 2 }]);
  });

  test("[D9] the answer is kept in the attachment, and no later answer to a question that was not asked counts", () => {
    const machine = joined();
    machine.say("ann", { message: "1" });
    expect(of("attach", machine.answer("ann"))).toHaveLength(1);
    expect(machine.answer("ann")).toEqual([]);
    machine.say("ann", { message: "2" });
    machine.now += 1;
    expect(of("attach", machine.answer("ann", NONE))).toHaveLength(1);
  });

  test("[D12] with 32 waiting the next is told to come back, in each protocol's way", () => {
    const machine = joined();
    for (let i = 0; i < 32; i++) expect(sent(machine.say("ann", { message: "hi" }))).toEqual([]);
    const error = "Too many messages wait to be accepted.";
    expect(machine.say("ann", { message: "hi" })).toEqual([
      { type: "send", to: ["ann"], frame: JSON.stringify({ error, code: "busy" }) },
    ]);
    const other = joined(DELIVERY);
    for (let counter = 1; counter <= 32; counter++) other.say("ann", { message: "hi", counter });
    expect(sent(other.say("ann", { message: "hi", counter: 33 }))).toEqual([
      ["ann", { refused: { counter: 33, code: "busy" } }],
    ]);
  });
});

describe("a pass", () => {
  test("[L3] lets one action through at once, which is charged after it; the next waits for the answer", () => {
    const machine = joined({ name: "ann" }, WITH_PASS);
    const effects = machine.say("ann", { message: "1" });
    expect(effects.map(({ type }) => type)).toEqual(["append", "alarm-by", "send", "charge"]);
    expect(of("charge", effects)).toEqual(charged(0, 1));
    expect(of("append", machine.say("ann", { message: "2" }))).toEqual([]);
    expect(of("charge", machine.answer("ann", WITH_PASS))).toEqual(charged(1));
    expect(machine.log.head).toBe(1);
  });

  test("[L1] is spent by its use: with an answer that gives none, the next action has to ask", () => {
    const machine = joined({ name: "ann" }, WITH_PASS);
    machine.say("ann", { message: "1" });
    machine.answer("ann");
    expect(machine.say("ann", { message: "2" })).toEqual(charged(1));
  });

  test("[D4] [L5] that is over and comes to life again by a clock that goes back overtakes nothing", () => {
    const machine = joined({ name: "ann" }, WITH_PASS);
    machine.now += 60_000;
    expect(machine.say("ann", { message: "1" })).toEqual(charged(1));
    machine.now -= 1;
    expect(machine.say("ann", { message: "2" })).toEqual([]);
  });

  test("[L1] lives from when it was asked for, not from when the answer came", () => {
    const machine = new RoomMachine();
    machine.accept("ann");
    machine.say("ann", { name: "ann" });
    machine.now += 1_500;
    machine.answer("ann", WITH_PASS);
    expect(machine.room.sessions.get("ann")?.pass?.from).toBe(machine.now - 1_500);
  });

  test("[D3] [L4] a repeat under a pass costs nothing and leaves the pass", () => {
    const machine = joined(DELIVERY, WITH_PASS);
    machine.say("ann", { message: "1", counter: 1 });
    machine.answer("ann", WITH_PASS);
    expect(of("charge", machine.say("ann", { message: "1", counter: 1 }))).toEqual([]);
    expect(machine.room.sessions.get("ann")?.pass).not.toBeNull();
  });
});

/** The answer to a message that was granted came 600 ms after the call, and says that no other is for 700 ms. */
function foreseen(): RoomMachine {
  const machine = joined();
  machine.say("ann", { message: "1" });
  machine.now += 600;
  machine.answer("ann", { granted: 1, retryAfter: 700, pass: false });
  return machine;
}

describe("a refusal", () => {
  test("[L2] of a classic message, a delivery message, a classic and a delivery join, each in its own way", () => {
    const classic = [["ann", { error: RATE_LIMITED, code: "rate-limited", retryAfter: 700 }]];
    expect(RATE_LIMITED).toBe("Your IP is being rate-limited, please try again later.");
    expect(refused({ name: "ann" }, { message: "hi" })).toEqual(classic);
    expect(refused(null, { name: "ann" })).toEqual(classic);
    expect(refused(DELIVERY, { message: "hi", counter: 1 })).toEqual([
      ["ann", { refused: { counter: 1, code: "rate-limited", retryAfter: 700 } }],
    ]);
    expect(refused(null, DELIVERY)).toEqual([
      ["ann", { refused: { code: "rate-limited", retryAfter: 700 } }],
    ]);
  });

  test("[L4] holds for its time: what comes before it is over is refused without a call", () => {
    const machine = joined();
    machine.say("ann", { message: "1" });
    machine.answer("ann", NONE);
    machine.now += 699;
    const effects = machine.say("ann", { message: "2" });
    expect(sent(effects)).toMatchObject([["ann", { code: "rate-limited", retryAfter: 1 }]]);
    expect(of("charge", effects)).toEqual([]);
    machine.now += 1;
    expect(machine.say("ann", { message: "3" })).toEqual(charged(1));
  });

  test("[D4] [L4] refuses also what came while the limiter was asked; what was granted stands before it", () => {
    const machine = joined();
    machine.say("ann", { message: "1" });
    machine.say("ann", { message: "2" });
    const effects = machine.answer("ann", { granted: 1, retryAfter: 700, pass: false });
    expect(sent(effects)).toMatchObject([
      ["ann", { message: "1" }],
      ["ann", { code: "rate-limited", retryAfter: 700 }],
    ]);
    expect(of("charge", effects)).toEqual([]);
    expect(machine.room.sessions.get("ann")?.waiting).toEqual([]);
  });

  test("[L3] that is only foreseen counts from the call: the answer was on its way, and who was not told is asked for", () => {
    const machine = foreseen();
    machine.now += 99;
    expect(sent(machine.say("ann", { message: "2" }))).toMatchObject([["ann", { retryAfter: 601 }]]);
    const paced = foreseen();
    paced.now += 100;
    expect(paced.say("ann", { message: "2" })).toEqual(charged(1));
  });

  test("[L2] [D9] that was foreseen and then told holds for as long as it was told, also after a sleep", () => {
    const machine = foreseen();
    machine.now += 50;
    expect(of("attach", machine.say("ann", { message: "2" }))).toHaveLength(1);
    machine.now += 649;
    const effects = machine.say("ann", { message: "3" });
    expect(effects).toEqual(of("send", effects));
    expect(sent(effects)).toMatchObject([["ann", { retryAfter: 1 }]]);
    machine.now += 1;
    expect(machine.say("ann", { message: "4" })).toEqual(charged(1));
  });

  test("[L2] is forgotten when the limiter grants again", () => {
    const machine = joined();
    machine.say("ann", { message: "1" });
    machine.answer("ann", NONE);
    expect(machine.room.sessions.get("ann")?.refused).toEqual({
      from: machine.now,
      sure: machine.now + 700,
      until: machine.now + 700,
    });
    machine.now += 700;
    machine.say("ann", { message: "2" });
    machine.answer("ann");
    expect(machine.room.sessions.get("ann")?.refused).toBeNull();
  });
});

describe("no answer", () => {
  test("[L9] one action a period is admitted, the rest refused for that long, and nobody is shut out", () => {
    const machine = joined();
    for (const message of ["1", "2"]) machine.say("ann", { message });
    expect(sent(machine.answer("ann", null))).toMatchObject([["ann", { message: "1" }]]);
    expect(sent(machine.answer("ann", null))).toEqual([
      ["ann", { error: RATE_LIMITED, code: "rate-limited", retryAfter: 5_000 }],
    ]);
    expect(machine.room.sessions.get("ann")).toMatchObject({ refused: null, pass: null });
    expect(machine.say("ann", { message: "3" })).toEqual(charged(1));
  });

  test("[L9] to a charge for what was spent already takes nothing of the allowance", () => {
    const machine = joined({ name: "ann" }, WITH_PASS);
    machine.say("ann", { message: "1" });
    machine.answer("ann", null);
    machine.say("ann", { message: "2" });
    expect(sent(machine.answer("ann", null))).toMatchObject([["ann", { message: "2" }]]);
  });

  test("[D7] [L9] to a join that is not admitted: what was said behind it is said by nobody", () => {
    const machine = new RoomMachine();
    for (const connection of ["first", "ann"]) {
      machine.accept(connection);
      machine.say(connection, { name: connection });
    }
    machine.say("ann", { message: "hi" });
    machine.answer("first", null);
    expect(of("charge", machine.answer("ann", null))).toEqual(charged(1));
    expect(sent(machine.answer("ann"))).toEqual([]);
    expect(machine.log.head).toBe(0);
  });

  test("[L6] [L9] what was admitted without the limiter is remembered by the next instance of the room", () => {
    const machine = joined();
    machine.say("ann", { message: "1" });
    machine.answer("ann", null);
    const asleep = new RoomMachine({}, [...machine.room.sessions.values()]);
    asleep.say("ann", { message: "2" });
    expect(sent(asleep.answer("ann", null))).toMatchObject([["ann", { code: "rate-limited" }]]);
  });
});
