import { expect, test } from "vitest";
import { of, RoomMachine } from "../support/room-machine.ts";
import { CONFIG } from "../support/world.ts";

test("[D12] [C15] silent connections that come one after the other are sent away together, a third of their deadline late at most", () => {
  const machine = new RoomMachine({ maxSockets: 80, maxSocketsPerIdentity: 80 });
  const begun = machine.now;
  const since = new Map<string, number>();
  let [wakeAt, alarms, latest] = [Infinity, 0, 0];
  for (let i = 0; machine.room.sessions.size > 0 || i < 80; i++) {
    machine.now = begun + i * 500;
    const effects = [];
    if (machine.now >= wakeAt) {
      [wakeAt, alarms] = [Infinity, alarms + 1];
      effects.push(...machine.alarm());
    }
    for (const { connection, code } of of("close", effects)) {
      expect(code).toBe(4002);
      latest = Math.max(latest, machine.now - (since.get(connection) ?? 0));
    }
    if (i < 80) {
      effects.push(...machine.accept(`${i}`));
      since.set(`${i}`, machine.now);
    }
    for (const { at } of of("alarm-by", effects)) wakeAt = Math.min(wakeAt, at);
  }
  // At 30, 40, 50, 60 and 70 seconds, where each had an alarm of its own.
  expect(alarms).toBe(5);
  expect(latest).toBeGreaterThan(CONFIG.joinDeadlineMs);
  expect(latest).toBeLessThanOrEqual((CONFIG.joinDeadlineMs * 4) / 3);
});
