// A client that the room has closed for flooding: it comes back later than after other losses, and says why it is away.
import { expect, test } from "vitest";
import { ClientMachine, only } from "../support/client-machine.ts";

test("[P10] [C23] after 4011 the client waits for longer than after a lost network, tells why, and comes back", () => {
  const machine = new ClientMachine();
  machine.join();
  expect(only(machine.handle({ type: "closed", code: 4011, random: 0.5 }), "status")).toEqual([
    {
      type: "status",
      status: "offline",
      retryMs: 8_000,
      reason: "The room closed this connection: too much came from it at once.",
    },
  ]);
  expect(only(machine.fire("reconnect"), "open")).toEqual([{ type: "open" }]);
  expect(only(machine.handle({ type: "closed", code: 1006, random: 0.5 }), "status")).toEqual([
    { type: "status", status: "offline", retryMs: 15_000 },
  ]);
});
