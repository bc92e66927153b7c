// That somebody types: when a room tells it, when a client says it, and what becomes of whoever says it too often.
import { describe, expect, test } from "vitest";
import { REFUSALS } from "../../src/room/patience.ts";
import { NEVER_TOLD, tell } from "../../src/room/typing.ts";
import { ClientMachine, only, transmitted, WELCOME } from "../support/client-machine.ts";
import { DELIVERY, grantOf, of, RoomMachine, sent } from "../support/room-machine.ts";

const TYPING = { typing: true };
const OTHER = { ...DELIVERY, name: "bob", key: "b".repeat(16) };

/** A room with two members of the delivery protocol, one classic one, and one without a name. */
function room(): RoomMachine {
  const machine = new RoomMachine();
  machine.join("ann", { ...DELIVERY, name: "ann" });
  machine.join("bob", OTHER);
  machine.join("cat");
  machine.accept("lurker");
  // All know who is here.
  machine.flush();
  return machine;
}

describe("a room", () => {
  test("[P19] tells the other members of the delivery protocol, who are told who it is, and does nothing else", () => {
    const effects = room().say("ann", TYPING);
    const member = { connection: "ann", author: `hash of ${DELIVERY.key}`, name: "ann" };
    expect(effects).toEqual([{ type: "send", to: "bob", frame: JSON.stringify({ typing: member }) }]);
  });

  test("[P19] tells it of one connection once in 3 s, and of each by itself", () => {
    const machine = room();
    const told = (who: string): number => machine.say(who, TYPING).length;
    expect([told("ann"), told("ann"), told("bob")]).toEqual([1, 0, 1]);
    machine.now += 2_999;
    expect(told("ann")).toBe(0);
    machine.now += 1;
    expect([told("ann"), told("bob")]).toEqual([1, 1]);
  });

  test("[P19] [L5] a clock that goes back by an hour keeps it silent for 3 s, and not for an hour", () => {
    const { told } = tell(NEVER_TOLD, 10_000_000);
    const back = tell(told, 6_400_000);
    expect(back.may).toBe(false);
    expect(tell(back.told, 6_402_999).may).toBe(false);
    expect(tell(back.told, 6_403_000).may).toBe(true);
  });

  test("[P19] of a classic client it is no frame, and before a name it is no first frame", () => {
    const machine = room();
    expect(sent(machine.say("cat", TYPING))).toMatchObject([["cat", { code: "bad-frame" }]]);
    expect(sent(machine.say("lurker", TYPING))).toEqual([
      ["lurker", { error: "Say your name first.", code: "bad-frame" }],
    ]);
    expect(machine.room.sessions.get("lurker")?.joined).toBeNull();
  });

  test("[P19] [D7] tells nothing of who has said a name and is not let in yet", () => {
    const machine = room();
    machine.yield();
    machine.accept("del", "address");
    machine.say("del", { ...DELIVERY, key: "d".repeat(16) });
    expect(machine.say("del", TYPING)).toEqual([]);
    expect(
      sent(machine.grant(grantOf("t2"))).some(([, frame]) => Object.hasOwn(frame as object, "typing")),
    ).toBe(false);
  });

  test("[P19] what is not `true`, or stands beside a message, is not that somebody types", () => {
    const machine = room();
    for (const typing of [false, null, 1, "true", {}]) {
      expect(sent(machine.say("ann", { typing }))).toMatchObject([["ann", { code: "bad-frame" }]]);
    }
    expect(sent(machine.say("ann", { typing: true, message: "hi", counter: 1 }))).toHaveLength(2);
    expect(machine.log.head).toBe(1);
  });

  test("[P19] [C23] drops a flood without an answer, and then closes it with 4011", () => {
    const machine = room();
    machine.say("ann", TYPING);
    for (let i = 0; i < REFUSALS.burst; i++) expect(machine.say("ann", TYPING)).toEqual([]);
    expect(of("close", machine.say("ann", TYPING))).toMatchObject([{ connection: "ann", code: 4011 }]);
    expect(machine.room.refusals).toBe(REFUSALS.burst + 1);
  });

  test("[P19] [C23] what is dropped delays no answer to something else", () => {
    const machine = room();
    for (let i = 0; i <= REFUSALS.burst / 2; i++) machine.say("ann", TYPING);
    expect(sent(machine.say("ann", { message: "out of order", counter: 9 }))).toHaveLength(1);
  });
});

const typed = (machine: ClientMachine): object[] => transmitted(machine.handle({ type: "typed" }));

describe("a client", () => {
  const two = { members: 2, limits: { message: 256, typing: 20 } };

  test("[P20] says that somebody types once in 3.5 s, and on a new connection at once", () => {
    const machine = new ClientMachine();
    machine.join(two);
    const effects = machine.handle({ type: "typed" });
    expect(transmitted(effects)).toEqual([TYPING]);
    expect(only(effects, "timer")).toEqual([{ type: "timer", timer: "typing", ms: 3_500 }]);
    expect(typed(machine)).toEqual([]);
    machine.fire("typing");
    expect(typed(machine)).toEqual([TYPING]);
    machine.comeBack();
    expect(typed(machine)).toEqual([]);
    machine.receive({ welcome: { ...WELCOME, ...two } });
    expect(typed(machine)).toEqual([TYPING]);
  });

  test.each([
    { what: "an older room", welcome: { members: 2 }, says: false },
    {
      what: "a room that tells nobody",
      welcome: { ...two, limits: { message: 256, typing: 0 } },
      says: false,
    },
    { what: "a room where nobody else is", welcome: { ...two, members: 1 }, says: false },
    { what: "a room of two", welcome: two, says: true },
    { what: "a room as large as may be", welcome: { ...two, members: 20 }, says: true },
    { what: "a room that is larger", welcome: { ...two, members: 21 }, says: false },
  ])("[P20] in $what: $says", ({ welcome, says }) => {
    const machine = new ClientMachine();
    machine.join(welcome);
    expect(typed(machine)).toEqual(says ? [TYPING] : []);
  });

  test("[P20] knows by presence how large the room has become", () => {
    const machine = new ClientMachine();
    machine.join(two);
    machine.receive({ presence: { count: 21 } });
    expect(typed(machine)).toEqual([]);
    machine.receive({ presence: { count: 20 } });
    expect(typed(machine)).toEqual([TYPING]);
  });

  test("[P20] says nothing while it is not in the room", () => {
    const machine = new ClientMachine();
    machine.handle({ type: "start" });
    expect(typed(machine)).toEqual([]);
  });

  test("[P20] tells the app who types, and not of oneself in another tab", () => {
    const machine = new ClientMachine();
    const member = { connection: "d", author: "bob", name: "bob" };
    expect(machine.receive({ typing: member })).toEqual([]);
    machine.join(two);
    expect(only(machine.receive({ typing: member }), "typing")).toEqual([{ type: "typing", member }]);
    expect(only(machine.receive({ typing: { ...member, author: "me" } }), "typing")).toEqual([]);
  });
});
