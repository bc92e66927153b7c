import { expect, test } from "vitest";
import { DELIVERY, RoomMachine, sent } from "../support/room-machine.ts";

test("[P5] [L5] a clock that goes back by an hour does not keep anybody from older pages for an hour", () => {
  const machine = new RoomMachine();
  machine.join("del", DELIVERY);
  const ask = (): unknown => sent(machine.say("del", { history: { before: 9 } }))[0]?.[1];
  for (let i = 0; i < 20; i++) expect(ask()).toHaveProperty("history");
  machine.now -= 3_600_000;
  expect(ask()).toEqual({ refused: { code: "rate-limited", retryAfter: 250 } });
  machine.now += 250;
  expect(ask()).toHaveProperty("history");
});
