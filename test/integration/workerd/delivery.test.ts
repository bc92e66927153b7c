import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import type { ChatMessage, Welcome } from "../../../src/protocol/messages.ts";
import { connect, freshRoom, join, roomOf, type Frame, type TestClient } from "./client.ts";

const KEY = "a-secret-key-of-ann";

async function enter(room: string, fields: Frame = {}): Promise<{ client: TestClient; welcome: Welcome }> {
  const client = await connect(room);
  client.send({ name: "ann", protocol: 1, key: KEY, client: "tab", ...fields });
  const welcome = (await client.upTo("welcome")).at(-1)?.welcome as Welcome;
  return { client, welcome };
}

/** All messages that come until the one at this seq. */
async function eventsTo(client: TestClient, seq: number): Promise<ChatMessage[]> {
  const events: ChatMessage[] = [];
  while (events.at(-1)?.seq !== seq) {
    events.push(...((await client.upTo("events")).at(-1)?.events as ChatMessage[]));
  }
  return events;
}

describe("the delivery protocol", () => {
  test("[P1] a welcome carries epoch, head, counter, members and the author, which is not the key", async () => {
    const { welcome } = await enter(freshRoom());
    expect(welcome).toMatchObject({ protocol: 1, head: 0, counter: 0, members: 1, resumed: false });
    expect(welcome.author).toMatch(/^[\w-]{22}$/);
    expect(JSON.stringify(welcome)).not.toContain(KEY);
    const elsewhere = await enter(freshRoom());
    expect(elsewhere.welcome.author).toBe(welcome.author);
  });

  test("[P2] [D5] the echo carries counter and seq; a repeat is answered, not stored again", async () => {
    const room = freshRoom();
    const { client } = await enter(room);
    client.send({ message: "once", counter: 1 });
    expect(await eventsTo(client, 1)).toMatchObject([{ seq: 1, message: "once", counter: 1, client: "tab" }]);
    client.send({ message: "once", counter: 1 });
    expect(await client.upTo("stored")).toContainEqual({ stored: 1 });
    client.send({ message: "hole", counter: 3 });
    expect((await client.upTo("refused")).at(-1)).toEqual({
      refused: { counter: 3, code: "out-of-order", expected: 2 },
    });
    const again = await enter(room);
    expect(again.welcome).toMatchObject({ head: 1, counter: 1 });
  });

  test("[P18] [C6] a delivery client says 2,000 units, which all hear whole, also from storage; a classic one says 256", async () => {
    const room = freshRoom();
    const { client: ann, welcome } = await enter(room);
    expect(welcome.limits).toMatchObject({ message: 2_000 });
    const { client: bob } = await join(room, "bob");
    // Each of them is three bytes in UTF-8; the last two are one sign, of four.
    const longest = `${"\u4e2d".repeat(1_998)}\u{1f600}`;
    ann.send({ message: `${longest}!`, counter: 1 });
    expect((await ann.upTo("refused")).at(-1)).toEqual({
      refused: { counter: 1, code: "message-too-long" },
    });
    ann.send({ message: longest, counter: 1 });
    expect(await eventsTo(ann, 1)).toMatchObject([{ message: longest }]);
    expect((await bob.upTo("message")).at(-1)).toMatchObject({ message: longest });
    bob.send({ message: "x".repeat(257) });
    expect((await bob.upTo("error")).at(-1)).toMatchObject({ error: "Message too long." });
    await evictDurableObject(roomOf(room), { webSockets: "hibernate" });
    const { client: late } = await enter(room, { key: "the-secret-key-of-late" });
    expect(await eventsTo(late, 1)).toMatchObject([{ message: longest }]);
  });

  test("[P3] [D2] a client that comes back gets exactly what it missed, across an eviction", async () => {
    const room = freshRoom();
    const { client: ann, welcome } = await enter(room);
    const { client: bob } = await join(room, "bob");
    bob.send({ message: "one" });
    await eventsTo(ann, 1);
    ann.leave();
    await ann.closed();
    bob.send({ message: "two" });
    bob.send({ message: "three" });
    for (let i = 0; i < 3; i++) await bob.upTo("message");
    await evictDurableObject(roomOf(room), { webSockets: "hibernate" });
    const back = await enter(room, { since: { epoch: welcome.epoch, seq: 1 } });
    expect(back.welcome).toMatchObject({ resumed: true, head: 3 });
    expect(back.welcome.gap).toBeUndefined();
    expect(await eventsTo(back.client, 3)).toMatchObject([
      { seq: 2, message: "two" },
      { seq: 3, message: "three" },
    ]);
  });

  test("[P3] [D2] what retention has dropped is an explicit gap", async () => {
    const room = freshRoom();
    const { client, welcome } = await enter(room);
    for (const counter of [1, 2, 3]) client.send({ message: `${counter}`, counter });
    await eventsTo(client, 3);
    client.leave();
    await client.closed();
    await runInDurableObject(roomOf(room), (_room, state) => {
      state.storage.sql.exec("DELETE FROM messages WHERE seq <= 2");
      state.storage.sql.exec("INSERT OR REPLACE INTO meta VALUES ('floor', 2)");
    });
    await evictDurableObject(roomOf(room), { webSockets: "hibernate" });
    const back = await enter(room, { since: { epoch: welcome.epoch, seq: 0 } });
    expect(back.welcome.gap).toEqual({ first: 1, last: 2 });
    expect(await eventsTo(back.client, 3)).toMatchObject([{ seq: 3 }]);
  });

  test("[P4] [D8] the same author and tag again supersedes the old connection", async () => {
    const room = freshRoom();
    const { client: old } = await enter(room);
    await enter(room);
    expect(await old.closed()).toMatchObject({ code: 4001 });
  });

  test("[P5] history pages go backwards, for members only", async () => {
    const room = freshRoom();
    const { client } = await enter(room);
    for (const counter of [1, 2, 3]) client.send({ message: `${counter}`, counter });
    await eventsTo(client, 3);
    client.send({ history: { before: 3, limit: 1 } });
    expect((await client.upTo("history")).at(-1)).toMatchObject({
      history: { before: 3, more: true, events: [{ seq: 2 }] },
    });
    const stranger = await connect(room);
    stranger.send({ history: { before: 3 } });
    expect(await stranger.next()).toMatchObject({ code: "bad-frame" });
  });

  test("[P6] ping is answered by the runtime, and wakes nobody", async () => {
    const { client } = await enter(freshRoom());
    client.send("ping");
    expect((await client.upTo("pong")).at(-1)).toEqual({ pong: true });
  });

  test("[P7] erasing closes all, and the log goes on under a new epoch", async () => {
    const room = freshRoom();
    const { client, welcome } = await enter(room);
    client.send({ message: "gone", counter: 1 });
    await eventsTo(client, 1);
    await roomOf(room).erase();
    expect(await client.closed()).toMatchObject({ code: 4010 });
    const back = await enter(room, { since: { epoch: welcome.epoch, seq: 1 } });
    expect(back.welcome).toMatchObject({ resumed: false, head: 0, counter: 0 });
    expect(back.welcome.epoch).not.toBe(welcome.epoch);
  });
});
