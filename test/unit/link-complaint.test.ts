// Why a room has no place: told with the loss that it led to, and with no other.
import { expect, test } from "vitest";
import { ClientMachine } from "../support/client-machine.ts";

test("[P10] the room's sentence is told with the loss that it comes before, and not with later ones", () => {
  const machine = new ClientMachine();
  machine.handle({ type: "start" });
  machine.handle({ type: "opened" });
  const frame = JSON.stringify({ error: "This room is full.", code: "room-full" });
  machine.handle({ type: "frame", frame, random: 0 });
  const reasons = [4003, 1006, 1006].map((code) => {
    const effects = machine.handle({ type: "closed", code, random: 0 });
    machine.handle({ type: "timer", timer: "reconnect", random: 0 });
    const status = effects.find((effect) => effect.type === "status");
    return status?.type === "status" ? status.reason : null;
  });
  expect(reasons).toEqual(["This room is full.", undefined, undefined]);
});
