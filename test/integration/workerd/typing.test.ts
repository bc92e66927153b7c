// That somebody types, to a room that sleeps: it wakes, tells the others, and nothing of it is anywhere.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { connect, freshRoom, join, roomOf, type Frame, type TestClient } from "./client.ts";

async function enter(room: string, name: string): Promise<TestClient> {
  const client = await connect(room);
  client.send({ name, protocol: 1, key: `the-secret-key-of-${name}`, client: "tab" });
  await client.upTo("welcome");
  return client;
}

const timesTold = ({ frames }: TestClient): number => frames.filter((frame) => "typing" in frame).length;

/** All that outlives a sleep: rows of all tables, the alarm, and what the sockets keep. */
function keptOf(room: string): Promise<unknown> {
  return runInDurableObject(roomOf(room), async (_object, state) => {
    const { storage } = state;
    const tables = storage.sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")
      .toArray();
    const rows = tables
      .map(({ name }) => name)
      .filter((name) => !name.startsWith("_cf_"))
      .map((name) => [name, storage.sql.exec(`SELECT * FROM ${name}`).toArray()]);
    const attachments = state.getWebSockets().map((socket) => JSON.stringify(socket.deserializeAttachment()));
    return { rows, alarm: await storage.getAlarm(), attachments: attachments.toSorted() };
  });
}

test("[P19] [D9] a sleeping room tells the other delivery members that somebody types, and keeps nothing of it", async () => {
  const room = freshRoom();
  const ann = await enter(room, "ann");
  const bob = await enter(room, "bob");
  const { client: cat } = await join(room, "cat");
  ann.send({ message: "hi", counter: 1 });
  for (const client of [bob, cat]) await client.upTo(client === cat ? "message" : "events");
  await evictDurableObject(roomOf(room), { webSockets: "hibernate" });
  const before = await keptOf(room);
  await evictDurableObject(roomOf(room), { webSockets: "hibernate" });
  ann.send({ typing: true });
  const told = (await bob.upTo("typing")).at(-1) as { typing: Frame };
  expect(told.typing).toMatchObject({ name: "ann" });
  expect(Object.keys(told.typing).toSorted()).toEqual(["author", "connection", "name"]);
  ann.send({ typing: true });
  expect(await keptOf(room)).toEqual(before);
  const late = await enter(room, "late");
  cat.send({ message: "over" });
  for (const client of [bob, late, cat]) await client.upTo(client === cat ? "message" : "events");
  expect([ann, bob, cat, late].map(timesTold)).toEqual([0, 1, 0, 0]);
});
