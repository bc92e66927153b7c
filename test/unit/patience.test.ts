// What becomes of a connection that goes on after refusals: it is answered, then answered less, then closed.
import { describe, expect, test } from "vitest";
import { bear, NEW_PATIENCE, type Patience, REFUSALS } from "../../src/room/patience.ts";
import { DELIVERY, grantOf, of, RoomMachine, sent } from "../support/room-machine.ts";

const { periodMs, burst } = REFUSALS;

/** Refuses so many times, one each so many ms; what became of each. */
function flood(times: number, everyMs: number): string[] {
  let patience: Patience = NEW_PATIENCE;
  return Array.from({ length: times }, (_, i) => {
    const { bearing, left } = bear(patience, 1_000 + i * everyMs);
    patience = left;
    return bearing;
  });
}

const count = (all: readonly string[], one: string): number => all.filter((each) => each === one).length;

describe("the patience of a room", () => {
  test("[C23] a hundred refusals at once are said, a hundred more are not, and the next closes", () => {
    const all = flood(burst + 1, 0);
    expect(all.slice(0, burst / 2 + 1)).toEqual(
      Array(burst / 2)
        .fill("answer")
        .concat("ignore"),
    );
    expect(count(all, "ignore")).toBe(burst / 2);
    expect(all.at(-1)).toBe("close");
  });

  test("[C23] whoever is refused ten times a second is answered each time, for ever", () => {
    expect(count(flood(5_000, periodMs), "answer")).toBe(5_000);
  });

  test.each([1, 5, 20, 50, 90])(
    "[C23] a flood of one each %s ms is answered half as often as it lasts, and ends",
    (everyMs) => {
      const all = flood(3_000, everyMs);
      const end = all.indexOf("close");
      const lasts = end * everyMs;
      expect(end).toBeGreaterThanOrEqual(burst);
      expect(end).toBeLessThanOrEqual(burst + lasts / periodMs + 1);
      expect(count(all.slice(0, end), "answer")).toBeLessThanOrEqual(burst / 2 + lasts / periodMs + 1);
    },
  );

  test("[C23] once slowed it is told again after a period, and not before", () => {
    const patience: Patience = { debt: (burst / 2 + 10) * periodMs, at: 1_000, answeredAt: 1_000 };
    expect(bear(patience, 1_000 + periodMs - 1).bearing).toBe("ignore");
    expect(bear(patience, 1_000 + periodMs)).toMatchObject({
      bearing: "answer",
      left: { answeredAt: 1_000 + periodMs },
    });
  });

  test("[C23] a clock that goes back forgives nothing and closes nobody", () => {
    const { left } = bear(NEW_PATIENCE, 100_000);
    expect(bear(left, 0).left.debt).toBe(2 * periodMs);
  });
});

describe("a room", () => {
  const FLOODS = [
    { what: "bad frames before the join", isJoined: false, frame: { message: 1 } },
    { what: "classic messages over the limit", isJoined: true, frame: { message: "hi" } },
    { what: "classic frames that are none", isJoined: true, frame: { message: 1 } },
  ];
  test.each(FLOODS)(
    "[C23] closes $what with 4011, and answers half of them at most",
    ({ isJoined, frame }) => {
      const machine = new RoomMachine();
      if (isJoined) machine.join("ann");
      else machine.accept("ann");
      let answers = 0;
      let frames = 0;
      for (; machine.room.sessions.has("ann") && frames < 1_000; frames++) {
        const effects = machine.say("ann", frame);
        answers += sent(effects).filter(([, said]) => Object.hasOwn(said as object, "error")).length;
        const [close] = of("close", effects);
        if (close !== undefined)
          expect(close).toMatchObject({ code: 4011, reason: "You went on after you were refused." });
      }
      expect(answers).toBe(burst / 2);
      expect(frames).toBeLessThanOrEqual(burst + 6);
    },
  );

  const DELIVERY_FLOODS = [
    {
      what: "messages over the limit",
      frame: (i: number) => ({ message: "hi", counter: Math.min(i + 1, 6) }),
    },
    { what: "repeats of what is stored", frame: () => ({ message: "hi", counter: 1 }) },
    { what: "counters out of order", frame: () => ({ message: "hi", counter: 99 }) },
    { what: "messages that are too long", frame: () => ({ message: "x".repeat(257), counter: 1 }) },
    { what: "pages of history", frame: () => ({ history: { before: 1 } }) },
  ];
  test.each(DELIVERY_FLOODS)("[C23] closes a delivery client's flood of $what", ({ frame }) => {
    const machine = new RoomMachine();
    machine.join("ann", DELIVERY);
    machine.say("ann", { message: "hi", counter: 1 });
    let frames = 0;
    while (machine.room.sessions.has("ann") && frames < 1_000) machine.say("ann", frame(++frames));
    expect(frames).toBeGreaterThanOrEqual(burst);
    expect(frames).toBeLessThanOrEqual(burst + 21);
    expect(machine.room.refusals).toBeGreaterThan(burst);
  });

  test("[C23] what waited behind the refusal that closed it is said by nobody", () => {
    const machine = new RoomMachine();
    machine.join("ann", DELIVERY);
    for (let i = 0; i < burst; i++) machine.say("ann", { message: "hi", counter: 99 });
    machine.yield();
    for (const counter of [1, 2]) machine.say("ann", { message: "hi", counter });
    const effects = machine.grant(grantOf("t2", { debts: { message: 100_000, join: 0 } }));
    expect(of("close", effects)).toMatchObject([{ connection: "ann", code: 4011 }]);
    expect(machine.log.head).toBe(0);
  });
});
