import { evictDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { connect, freshAddress, freshRoom, join, request, roomOf } from "./client.ts";

describe("the classic protocol, row by row", () => {
  test("[C1] POST makes a private room, another method is 405", async () => {
    const made = await request("/api/room", { method: "POST" });
    const id = await made.text();
    expect(made.status).toBe(200);
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect((await request("/api/room")).status).toBe(405);
    const { frames } = await join(id, "ann");
    expect(frames).toEqual([{ joined: "ann" }, { ready: true }]);
  });

  test.each([
    { path: "/api/room/lobby/websocket", headers: {}, status: 400 },
    { path: `/api/room/${"x".repeat(33)}/websocket`, headers: { Upgrade: "websocket" }, status: 404 },
    { path: `/api/room/${"0".repeat(64)}/websocket`, headers: { Upgrade: "websocket" }, status: 404 },
    { path: `/api/room/${"!".repeat(3)}/websocket`, headers: { Upgrade: "websocket" }, status: 404 },
    { path: "/api/room/%E0%A4%A/websocket", headers: { Upgrade: "websocket" }, status: 404 },
    { path: "/api/room/lobby/other", headers: {}, status: 404 },
    { path: "/api/other", headers: {}, status: 404 },
  ])("[C2] $path with $headers is $status", async ({ path, headers, status }) => {
    const response = await request(path, { headers });
    expect(response.status).toBe(status);
    expect(await response.text()).not.toMatch(/\bat \w+|\.ts/);
  });

  test("[C3] [D7] a join shows who is here, then history, then the join, then ready", async () => {
    const room = freshRoom();
    const { client: bob } = await join(room, "bob");
    for (const message of ["one", "two"]) {
      bob.send({ message });
      await bob.upTo("message");
    }
    const { frames } = await join(room, "ann");
    expect(frames).toEqual([
      { joined: "bob" },
      { name: "bob", message: "one", timestamp: expect.any(Number) },
      { name: "bob", message: "two", timestamp: expect.any(Number) },
      { joined: "ann" },
      { ready: true },
    ]);
    expect(await bob.next()).toEqual({ joined: "ann" });
  });

  test("[C4] an empty name is anonymous; over 32 characters is refused and closed with 1009", async () => {
    const { frames } = await join(freshRoom(), "");
    expect(frames).toEqual([{ joined: "anonymous" }, { ready: true }]);
    const long = await connect(freshRoom());
    long.send({ name: "x".repeat(33) });
    expect(await long.next()).toMatchObject({ error: "Name too long." });
    expect(await long.closed()).toMatchObject({ code: 1009 });
  });

  test("[C5] a message goes to all, the sender too, and timestamps rise", async () => {
    const room = freshRoom();
    const { client: ann } = await join(room, "ann");
    const { client: bob } = await join(room, "bob");
    await ann.upTo("joined");
    ann.send({ message: "hi" });
    ann.send({ message: "again" });
    const [first] = await bob.upTo("message");
    const [second] = await bob.upTo("message");
    expect(first).toEqual({ name: "ann", message: "hi", timestamp: expect.any(Number) });
    expect(Number(second?.timestamp)).toBeGreaterThan(Number(first?.timestamp));
    expect(await ann.upTo("message")).toEqual([first]);
  });

  test("[C6] a message over 256 characters is refused, not stored and not relayed", async () => {
    const room = freshRoom();
    const { client: ann } = await join(room, "ann");
    ann.send({ message: "x".repeat(257) });
    expect(await ann.next()).toMatchObject({ error: "Message too long." });
    ann.send({ message: "y".repeat(256) });
    expect(await ann.next()).toMatchObject({ message: "y".repeat(256) });
    const { frames } = await join(room, "bob");
    expect(frames.filter((frame) => "message" in frame)).toHaveLength(1);
  });

  test("[C7] [D13] a leave is told to the others, and every legal close is answered", async () => {
    const room = freshRoom();
    const { client: ann } = await join(room, "ann");
    for (const code of [1000, 3000, 4999]) {
      const { client: bob } = await join(room, "bob");
      await ann.upTo("joined");
      bob.leave(code);
      expect([1000, code]).toContain((await bob.closed()).code);
      expect(await ann.next()).toEqual({ quit: "bob" });
    }
  });

  test("[C8] [D7] who has not said a name receives nothing and is counted nowhere", async () => {
    const room = freshRoom();
    const lurker = await connect(room);
    const { client: ann, frames } = await join(room, "ann");
    expect(frames).toEqual([{ joined: "ann" }, { ready: true }]);
    ann.send({ message: "secret" });
    await ann.upTo("message");
    lurker.expectSilence();
    lurker.leave();
    await lurker.closed();
    ann.expectSilence();
    await evictDurableObject(roomOf(room), { webSockets: "hibernate" });
    const late = await connect(room);
    await evictDurableObject(roomOf(room), { webSockets: "hibernate" });
    late.send({ name: "bob" });
    expect(await late.upTo("ready")).toMatchObject([
      { joined: "ann" },
      { message: "secret" },
      { joined: "bob" },
      { ready: true },
    ]);
  });

  test("[C9] history is the last 100 messages", async () => {
    const room = freshRoom();
    for (let i = 0; i < 27; i++) {
      const { client } = await join(room, "ann", freshAddress());
      for (let j = 0; j < 4; j++) {
        client.send({ message: `${i * 4 + j}` });
        await client.upTo("message");
      }
      client.leave();
      await client.closed();
    }
    const { frames } = await join(room, "bob");
    const messages = frames.flatMap((frame) => ("message" in frame ? [frame.message] : []));
    expect(messages).toEqual(Array.from({ length: 100 }, (_, i) => `${i + 8}`));
  });

  test("[D11] hostile frames change nothing and get no stack trace", async () => {
    const room = freshRoom();
    const { client: ann } = await join(room, "ann");
    const { client: bob } = await join(room, "bob");
    await ann.upTo("joined");
    const hostile = [
      "",
      "{",
      "null",
      "[]",
      "1",
      '{"message":{}}',
      '{"message":[[["x"]]]}',
      new ArrayBuffer(8),
    ];
    for (const frame of hostile) {
      bob.send(frame);
      const answer = await bob.next();
      expect(answer).toMatchObject({ code: "bad-frame" });
      expect(String(answer.error)).not.toMatch(/\bat \w+|\.ts/);
    }
    bob.send("x".repeat(16_385));
    expect(await bob.next()).toMatchObject({ code: "frame-too-large" });
    expect(await bob.closed()).toMatchObject({ code: 1009 });
    expect(await ann.next()).toEqual({ quit: "bob" });
    ann.expectSilence();
  });

  test("[D9] eviction between any two steps changes no frame", async () => {
    const room = freshRoom();
    const evict = () => evictDurableObject(roomOf(room), { webSockets: "hibernate" });
    const { client: ann } = await join(room, "ann");
    await evict();
    const { client: bob, frames } = await join(room, "bob");
    expect(frames).toEqual([{ joined: "ann" }, { joined: "bob" }, { ready: true }]);
    await evict();
    ann.send({ message: "after sleep" });
    expect(await bob.upTo("message")).toMatchObject([{ name: "ann", message: "after sleep" }]);
    await evict();
    bob.leave();
    await bob.closed();
    expect(await ann.upTo("quit")).toMatchObject([
      { joined: "bob" },
      { message: "after sleep" },
      { quit: "bob" },
    ]);
  });

  test("a foreign origin is refused, no origin and the own one are allowed", async () => {
    const upgrade = { Upgrade: "websocket", "CF-Connecting-IP": freshAddress() };
    const path = `/api/room/${freshRoom()}/websocket`;
    const foreign = await request(path, { headers: { ...upgrade, Origin: "https://evil.example" } });
    expect(foreign.status).toBe(403);
    const own = await request(path, { headers: { ...upgrade, Origin: "https://chat.example" } });
    expect(own.status).toBe(101);
    own.webSocket?.accept();
    own.webSocket?.close();
  });
});
