import { expect, test } from "vitest";
import { FakeRoom } from "../../src/client/extras/fake-room.ts";
import { DELIVERY_PROTOCOL, MAX_CLIENT_FRAME_LENGTH } from "../../src/protocol/limits.ts";
import { CLOSE } from "../../src/protocol/messages.ts";

const HELLO = { name: "ann", protocol: DELIVERY_PROTOCOL, key: "k".repeat(16), client: "tab" };

test.each([
  { when: "before it joined", frames: [] },
  { when: "after it joined", frames: [JSON.stringify(HELLO)] },
])("[D11] a fake room: a frame over the bound ends the connection, $when", async ({ frames }) => {
  const socket = new new FakeRoom().WebSocket("ws://room/");
  const code = new Promise((resolve) => {
    socket.addEventListener("close", (event) => resolve((event as CloseEvent).code));
  });
  socket.addEventListener("open", () => {
    for (const frame of [...frames, "x".repeat(MAX_CLIENT_FRAME_LENGTH + 1)]) socket.send(frame);
  });
  expect(await code).toBe(CLOSE.tooLarge);
});
