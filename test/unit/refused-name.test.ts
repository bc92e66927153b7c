// A name that is refused, and what was sent ahead of it.
import { expect, test } from "vitest";
import { DELIVERY, grantOf, RoomMachine, sent } from "../support/room-machine.ts";

test("[P14] a message that was sent ahead of a refused name is refused for as long, also where messages are admitted", () => {
  const machine = new RoomMachine();
  machine.accept("del");
  machine.say("del", DELIVERY);
  machine.say("del", { message: "hi", counter: 1 });
  const effects = machine.grant(grantOf("t1", { debts: { message: 0, join: 200_000 } }));
  const refused = { code: "rate-limited", retryAfter: expect.any(Number) as number };
  expect(sent(effects)).toEqual([
    ["del", { refused }],
    ["del", { refused: { counter: 1, ...refused } }],
  ]);
  const waits = sent(effects).map(([, frame]) => (frame as { refused: { retryAfter: number } }).refused);
  expect(waits[1]?.retryAfter).toBe(waits[0]?.retryAfter);
});
