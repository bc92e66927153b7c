// A socket that the room does not know: it is told to come back, and does not wait for answers for ever.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { freshRoom, join, roomOf } from "./client.ts";

test.each([
  { what: "is of a version to come", attachment: { v: 99 } },
  { what: "is damaged", attachment: { v: 2, connection: 5 } },
  { what: "is no object", attachment: "text" },
  { what: "is missing", attachment: null },
])(
  "[C26] [D9] [D13] a socket of which what was kept $what is closed at the wake, and the others talk on",
  async ({ attachment }) => {
    const room = freshRoom();
    const { client: ann } = await join(room, "ann");
    const { client: bob } = await join(room, "bob");
    await runInDurableObject(roomOf(room), (_room, state) => {
      const [newest] = state.getWebSockets();
      newest?.serializeAttachment(attachment);
    });
    await evictDurableObject(roomOf(room), { webSockets: "hibernate" });
    ann.send({ message: "does anybody hear me?" });
    expect(await bob.closed()).toEqual({
      code: 4007,
      reason: "The room does not know this connection; come again.",
    });
    await ann.upTo("message");
    expect(ann.close).toBeNull();
  },
);

test("[C26] a frame on a socket that the room has forgotten gets a close, not silence", async () => {
  const room = freshRoom();
  const { client: ann } = await join(room, "ann");
  await runInDurableObject(roomOf(room), (instance, state) => {
    const [socket] = state.getWebSockets();
    if (socket === undefined) throw new Error("no socket");
    // What a room does that has lost a session: the socket is open, and nobody's.
    const { sockets } = instance as unknown as { sockets: { connections: WeakMap<WebSocket, string> } };
    sockets.connections.delete(socket);
  });
  ann.send({ message: "hello?" });
  expect(await ann.closed()).toMatchObject({ code: 4007 });
});
