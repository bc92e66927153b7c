// When a room orders a timer for its next flush, and when one that it has ordered will do.
import { expect, test } from "vitest";
import { presenceWindowMs, windowMs } from "../../src/room/fan-out.ts";
import { DELIVERY, of, RoomMachine } from "../support/room-machine.ts";

const WINDOW = windowMs(0);
const ORDERED = [{ type: "flush-after", ms: WINDOW }];

/** Two members; of the newer one, presence waits to be told. */
function gathering(): RoomMachine {
  const machine = new RoomMachine();
  machine.join("ann");
  machine.join("del", DELIVERY);
  return machine;
}

/** A message is on its way, and another one waits for it: what the room does when the first one is out. */
function hurried(machine: RoomMachine) {
  machine.isSlow = true;
  machine.say("ann", { message: "m1" });
  machine.say("ann", { message: "m2" });
  return machine.handle({ type: "drained" });
}

test("[P17] a message does not wait for the timer of presence, which is longer; one timer is enough for many messages", () => {
  const machine = gathering();
  expect(hurried(machine)).toEqual(ORDERED);
  expect(machine.say("ann", { message: "m3" })).toEqual([]);
  machine.now += WINDOW - 1;
  expect(machine.say("ann", { message: "m4" })).toEqual([]);
  machine.now += 1;
  expect(of("append", machine.handle({ type: "flush" })).map(({ messages }) => messages.length)).toEqual([3]);
});

test.each([0, 1])(
  "[P17] a clock that jumped to %i ms after the time of a timer does not make it ring",
  (ms) => {
    const machine = gathering();
    machine.now += presenceWindowMs(2) + ms;
    expect(hurried(machine)).toEqual(ORDERED);
  },
);
