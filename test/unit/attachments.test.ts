import { expect, test } from "vitest";
import { messageAt } from "../support/log-contract.ts";
import { CONFIG } from "../support/world.ts";
import { DELIVERY, of, RoomMachine } from "../support/room-machine.ts";

test("[D9] before the log forgets a sender, the attachments of delivery members are written, who alone have a counter to keep", () => {
  const machine = new RoomMachine();
  machine.join("ann");
  machine.join("del", DELIVERY);
  machine.accept("new");
  const attached = (): string[] => of("attach", machine.alarm()).map(({ session }) => session.connection);
  machine.log.append([messageAt(1, { timestamp: machine.now, author: "a", client: "x", counter: 1 })]);
  expect(attached()).toEqual([]);
  machine.now += CONFIG.historyMaxAgeMs;
  expect(attached()).toEqual([]);
  machine.join("del", DELIVERY);
  machine.now += 1;
  expect(attached()).toEqual(["del"]);
});
