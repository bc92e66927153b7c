import { expect, test } from "vitest";
import { DELIVERY, of, RoomMachine } from "../support/room-machine.ts";

test("[D9] each alarm writes the attachments of delivery members, who alone have a counter to keep", () => {
  const machine = new RoomMachine();
  machine.join("ann");
  machine.join("del", DELIVERY);
  machine.accept("new");
  const attached = of("attach", machine.alarm()).map(({ session }) => session.connection);
  expect(attached).toEqual(["del"]);
});
