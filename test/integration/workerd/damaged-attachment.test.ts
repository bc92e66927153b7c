// What was kept of a socket is damaged in one field: nobody else may notice.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { connect, freshRoom, join, roomOf } from "./client.ts";

/** Damages what is kept of one member's socket while the room sleeps. */
async function damage(room: string, name: string, change: Readonly<Record<string, unknown>>): Promise<void> {
  await runInDurableObject(roomOf(room), (_room, state) => {
    for (const socket of state.getWebSockets()) {
      const kept = socket.deserializeAttachment() as { readonly joined: { readonly name: string } | null };
      if (kept.joined?.name === name) socket.serializeAttachment({ ...kept, ...change });
    }
  });
  await evictDurableObject(roomOf(room), { webSockets: "hibernate" });
}

test.each([
  { joined: "text" },
  { joined: { name: "bob" } },
  { joined: { name: 5, author: "", client: null } },
  { order: "first" },
  { since: null },
  { counter: 0.5 },
  { hasRoster: "yes" },
])(
  "[C26] [D9] a member of whom %j was kept is closed, and whoever comes is told of nobody like it",
  async (change) => {
    const room = freshRoom();
    const { client: ann } = await join(room, "ann");
    const { client: bob } = await join(room, "bob");
    await damage(room, "bob", change);
    const cleo = await connect(room);
    cleo.send({ name: "cleo", protocol: 1, key: "a-key-of-cleo----------", client: "tab" });
    const welcome = (await cleo.upTo("welcome")).at(-1);
    expect(await bob.closed()).toMatchObject({ code: 4007 });
    expect(welcome).toMatchObject({ welcome: { members: 2, roster: [{ name: "ann" }, { name: "cleo" }] } });
    ann.send({ message: "does anybody hear me?" });
    await ann.upTo("message");
  },
);

test("[C26] [L9] a member whose identity can be no limiter's is answered by the small allowance, not never", async () => {
  const room = freshRoom();
  const { client: ann } = await join(room, "ann");
  await damage(room, "ann", { identity: "nobody's" });
  ann.send({ message: "does anybody hear me?" });
  await ann.upTo("message");
  ann.send({ message: "and now?" });
  await ann.upTo("error");
});
