// What the platform asks of each socket, at its bounds: attachments, closes, silence, and a socket that floods.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { freshAddress, freshRoom, connect, join, roomOf, type TestClient } from "./client.ts";
import { prove } from "./prove.ts";

const KEY = "k".repeat(128);
/** The platform's bound on an attachment, and what is left free of it at least. */
const ATTACHMENT_BYTES = 16_384;
const FREE_BYTES = 14_000;

async function deliver(room: string, client: string): Promise<TestClient> {
  const socket = await connect(room);
  socket.send({ name: client, protocol: 1, key: KEY, client });
  await socket.upTo("welcome");
  return socket;
}

describe("sockets", () => {
  test("[D12] the largest attachment that a client can cause leaves most of the platform's 16,384 bytes free", async () => {
    const room = freshRoom();
    const address = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    const client = await connect(room, address);
    // Three bytes a unit in UTF-8, two in the platform's serialisation: the most that 32 units can have.
    client.send({ name: "\u20ac".repeat(32), protocol: 1, key: KEY, client: "\u20ac".repeat(32) });
    await client.upTo("welcome");
    client.send({ message: "x", counter: 1 });
    await client.upTo("events");
    await runInDurableObject(roomOf(room), (_room, state) => {
      const [socket] = state.getWebSockets();
      const attachment = socket?.deserializeAttachment() as object;
      expect(attachment).toMatchObject({
        joined: { name: "\u20ac".repeat(32), client: "\u20ac".repeat(32) },
      });
      const pad = (bytes: number) => () =>
        socket?.serializeAttachment({ ...attachment, pad: "x".repeat(bytes) });
      expect(pad(ATTACHMENT_BYTES)).toThrow(/16384/);
      expect(pad(FREE_BYTES)).not.toThrow();
    });
  });

  test("[D13] every legal code and reason is answered, before the join and after it, asleep and awake", async () => {
    const room = freshRoom();
    const code = fc.oneof(
      fc.constantFrom(undefined, 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014),
      fc.integer({ min: 3000, max: 4999 }),
    );
    // At most 123 bytes of UTF-8.
    const reason = fc.oneof(fc.string({ maxLength: 123 }), fc.string({ unit: "binary", maxLength: 30 }));
    await prove("[D13]", {
      runs: 40,
      states: ["joined", "not joined", "asleep", "without a code"],
      arbitrary: fc.tuple(code, reason, fc.boolean(), fc.boolean()),
      examples: [[undefined, "", true, true]],
      holds: async ([code, reason, joins, sleeps], reached) => {
        const { client } = joins ? await join(room, "bob") : { client: await connect(room) };
        if (sleeps) await evictDurableObject(roomOf(room), { webSockets: "hibernate" });
        const asked = performance.now();
        client.leave(code, reason);
        const answer = await client.closed();
        expect([code ?? 1005, 1000]).toContain(answer.code);
        expect(performance.now() - asked).toBeLessThan(1_000);
        reached.add(joins ? "joined" : "not joined");
        if (sleeps) reached.add("asleep");
        if (code === undefined) reached.add("without a code");
      },
    });
    const left = await runInDurableObject(roomOf(room), (_room, state) => state.getWebSockets().length);
    expect(left).toBe(0);
  });

  test("[P6] who pings stays, who is silent for SILENCE_MS is closed with 4009, also in a room that slept", async () => {
    const room = freshRoom();
    const pings = await deliver(room, "pings");
    const silent = await deliver(room, "silent");
    const { client: classic } = await join(room, "classic");
    pings.send("ping");
    await pings.upTo("pong");
    await evictDurableObject(roomOf(room), { webSockets: "hibernate" });
    await runInDurableObject(roomOf(room), (_room, state) => {
      for (const socket of state.getWebSockets()) {
        const attachment = socket.deserializeAttachment() as object;
        socket.serializeAttachment({ ...attachment, since: Date.now() - 301_000 });
      }
    });
    await evictDurableObject(roomOf(room), { webSockets: "hibernate" });
    await runDurableObjectAlarm(roomOf(room));
    expect(await silent.closed()).toMatchObject({ code: 4009 });
    for (const client of [pings, classic]) {
      await client.fence();
      expect(client.isOpen).toBe(true);
    }
  });

  test("[D10] [D11] a socket that floods changes nothing for the others: same frames, same order, no refusal", async () => {
    const room = freshRoom();
    const { client: ann } = await join(room, "ann");
    const { client: bob } = await join(room, "bob");
    const flood = await connect(room, freshAddress());
    const began = Date.now();
    const { client: member } = await join(room, "eve");
    for (let i = 0; i < 300; i++) {
      flood.send(i % 2 === 0 ? "{" : '{"history":{"before":1}}');
      member.send(`{"message":"${"x".repeat(i)}"}`);
      if (i % 100 === 0) ann.send({ message: `calm ${i}` });
    }
    await Promise.all([flood.fence(), member.fence()]);
    ann.send({ message: "end" });
    for (const client of [ann, bob]) {
      const messages: unknown[] = [];
      while (messages.at(-1) !== "end") messages.push((await client.upTo("message")).at(-1)?.message);
      // The member that floods has a burst like everybody, and no more.
      const most = env.RATE_BURST + Math.floor((Date.now() - began) / env.RATE_PERIOD_MS);
      expect(messages.filter((text) => /^x*$/.test(String(text))).length).toBeLessThanOrEqual(most);
      expect(messages.filter((text) => !/^x*$/.test(String(text)))).toEqual([
        "calm 0",
        "calm 100",
        "calm 200",
        "end",
      ]);
    }
    // Neither a refusal of their own, nor a complaint about others.
    for (const { frames } of [ann, bob])
      expect(frames.filter(({ error }) => error !== undefined)).toEqual([]);
  });
});
