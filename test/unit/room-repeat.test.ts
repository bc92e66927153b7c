import { expect, test } from "vitest";
import { DELIVERY, RoomMachine, sent } from "../support/room-machine.ts";

test("[D3] a repeat of what was told is answered at once, also while a later message of its sender waits", () => {
  const machine = new RoomMachine();
  machine.join("del", DELIVERY);
  machine.isSlow = true;
  machine.say("del", { message: "1", counter: 1 });
  machine.say("del", { message: "2", counter: 2 });
  expect(sent(machine.say("del", { message: "2", counter: 2 }))).toEqual([]);
  expect(sent(machine.say("del", { message: "1", counter: 1 }))).toEqual([["del", { stored: 1 }]]);
});
