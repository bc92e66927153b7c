// The platform's contract on the simulation's model: the twin of test/integration/workerd/platform.test.ts.
import { test } from "vitest";
import { Calls } from "../simulation/calls.ts";
import { LimiterHost } from "../simulation/limiters.ts";
import { Wire } from "../simulation/wire.ts";
import { RoomHost } from "../simulation/room-host.ts";
import { Scheduler } from "../simulation/scheduler.ts";
import { platformContract, playFailingStart, type Stage } from "../support/platform-contract.ts";
import { CONFIG } from "../support/world.ts";

/** Longer than any window, and than a close takes to be heard. */
const CALM_MS = 500;

platformContract((scene) => scene(stage().stage));

test("[D9] a room that cannot start loses what woke it, and every socket", () => {
  const { stage: room, disk } = stage();
  return playFailingStart(room, () => {
    disk.fault = "start";
  });
});

function stage(): { readonly stage: Stage; readonly disk: RoomHost["disk"] } {
  const scheduler = new Scheduler();
  const calls = new Calls(scheduler);
  const clock = (): number => scheduler.now;
  const limiter = new LimiterHost("A", { scheduler, calls, clock, yieldBudget: () => {} });
  const room = new RoomHost("room", {
    ...{ scheduler, calls, clock, config: CONFIG, closeMs: 1, isEager: false },
    limiterOf: () => limiter,
    onAccepted: () => {},
  });
  const settle = async (): Promise<void> => scheduler.advance(CALM_MS);
  const played: Stage = {
    settle,
    connect: async (frame, closed) => {
      const wire = new Wire(scheduler, { opened: () => {}, frame, closed }, () => 1);
      wire.open(() => room.accept(wire, "A"));
      await settle();
      return { send: (text) => wire.fromClient(text), leave: () => wire.closeFromClient() };
    },
    sleep: async () => {
      if (!room.hibernate()) throw new Error("The room does not sleep.");
    },
    crash: async () => room.die(),
    attach: async (value) => room.sockets.damage(value),
    ring: async () => room.ring(),
    holdSync: async () => {
      room.disk.fault = "sync";
    },
    stored: async () => room.log.after(0, 100).map(({ message }) => message),
  };
  return { stage: played, disk: room.disk };
}
