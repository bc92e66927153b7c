// SPEC.md sections 1 to 4 where only the real runtime can tell: HTTP answers, close codes, ping, text as SQLite keeps it.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { connect, freshAddress, freshRoom, join, request } from "./client.ts";

const roomOf = (room: string) => env.ROOMS.get(env.ROOMS.idFromName(room));
const upgrade = { Upgrade: "websocket" };
const own = { Origin: "https://chat.example" };
const foreign = { Origin: "https://evil.example" };

describe("HTTP answers", () => {
  test.each([
    { method: "POST", path: "/api/room", headers: {}, status: 200 },
    { method: "POST", path: "/api/room/", headers: own, status: 200 },
    { method: "GET", path: "/api/room", headers: {}, status: 405 },
    { method: "PUT", path: "/api/room", headers: {}, status: 405 },
    { method: "POST", path: "/api/room", headers: foreign, status: 403 },
    { method: "GET", path: "/api/room/lobby/websocket", headers: {}, status: 400 },
    { method: "POST", path: "/api/room/lobby/websocket", headers: {}, status: 400 },
    { method: "GET", path: "/api/room/lobby/websocket", headers: { ...upgrade, ...foreign }, status: 403 },
    { method: "GET", path: "/api/room//websocket", headers: upgrade, status: 404 },
    { method: "GET", path: "/api/room/lobby", headers: {}, status: 404 },
    { method: "GET", path: "/api/room/lobby/websocket/more", headers: upgrade, status: 404 },
    { method: "GET", path: "/api", headers: {}, status: 404 },
    { method: "GET", path: "/api/rooms", headers: {}, status: 404 },
    // Without the operator's token nobody erases over the network, whatever is said.
    { method: "DELETE", path: "/api/room/lobby", headers: {}, status: 404 },
    { method: "DELETE", path: "/api/room/lobby", headers: { Authorization: "Bearer " }, status: 404 },
    { method: "DELETE", path: "/api/room/lobby", headers: { Authorization: "Bearer x" }, status: 404 },
  ])("[C13] [C11] $method $path with $headers is $status", async ({ method, path, headers, status }) => {
    const response = await request(path, { method, headers });
    expect(response.status).toBe(status);
    expect(response.headers.get("Content-Type")).toBe("text/plain; charset=utf-8");
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(response.headers.get("Allow")).toBe(status === 405 ? "POST" : null);
    const origin = new Headers(headers).get("Origin") ?? "*";
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe(status === 200 ? origin : null);
    expect(response.headers.get("Vary")).toBe(status === 200 ? "Origin" : null);
  });

  test("[C12] [P7] with the secret set, its bearer erases a room, and nobody else does", async () => {
    const room = freshRoom();
    const { client } = await join(room, "ann");
    const { ADMIN_TOKEN } = env;
    Object.assign(env, { ADMIN_TOKEN: "the secret of the operator" });
    const erase = async (token: string): Promise<number> => {
      const headers = { Authorization: `Bearer ${token}` };
      const response = await request(`/api/room/${room}`, { method: "DELETE", headers });
      return response.status;
    };
    try {
      expect([await erase("a secret"), await erase("")]).toEqual([404, 404]);
      expect(client.close).toBeNull();
      expect(await erase("the secret of the operator")).toBe(200);
      expect(await client.closed()).toMatchObject({ code: 4010 });
    } finally {
      Object.assign(env, { ADMIN_TOKEN });
    }
  });

  test.each(["Rose Garden!", "rose_garden", "ＲＯＳＥ  garden", "-rose--garden-"])(
    "[C10] the room '%s' is rose-garden",
    async (name) => {
      const { client: ann } = await join("rose-garden", "ann");
      const { frames } = await join(encodeURIComponent(name), "bob");
      expect(frames).toContainEqual({ joined: "ann" });
      ann.leave();
      await ann.closed();
    },
  );
});

describe("sockets", () => {
  test("[C19] ping is answered before the join too, and is no first frame", async () => {
    const lurker = await connect(freshRoom());
    lurker.send("ping");
    expect(await lurker.next()).toEqual({ pong: true });
    lurker.send({ name: "ann" });
    expect(await lurker.upTo("ready")).toEqual([{ joined: "ann" }, { ready: true }]);
  });

  test("[C16] half a surrogate pair is replaced before anybody sees it: live and history are the same", async () => {
    const room = freshRoom();
    const { client: ann } = await join(room, "a\ud800");
    ann.send({ message: "\udc00 🚆 \ud83d" });
    const live = await ann.next();
    expect(live).toMatchObject({ name: "a\ufffd", message: "\ufffd 🚆 \ufffd" });
    const { frames } = await join(room, "bob");
    expect(frames).toContainEqual(live);
  });

  test("[C15] a frame before the name is an error, and the name may follow", async () => {
    const client = await connect(freshRoom());
    client.send({ message: "hi" });
    expect(await client.next()).toEqual({ error: "Say your name first.", code: "bad-frame" });
    client.send({ name: "ann" });
    expect(await client.upTo("ready")).toContainEqual({ ready: true });
  });

  test("[C4] [C14] the room closes what is too large, with the sentence as its reason", async () => {
    const client = await connect(freshRoom());
    client.send({ name: "n".repeat(33) });
    expect(await client.closed()).toEqual({ code: 1009, reason: "Name too long." });
  });

  test("[P6] who sends messages and no pings is not heard, and closed with 4009", async () => {
    const room = freshRoom();
    const client = await connect(room, freshAddress());
    client.send({ name: "ann", protocol: 1, key: "k".repeat(16), client: "tab" });
    await client.upTo("welcome");
    client.send({ message: "hi", counter: 1 });
    await client.upTo("events");
    await runInDurableObject(roomOf(room), (instance) => {
      const now = Date.now();
      // The clock of the room, five minutes on.
      const real = Date.now;
      Date.now = () => now + 300_001;
      try {
        instance.alarm();
      } finally {
        Date.now = real;
      }
    });
    expect(await client.closed()).toMatchObject({ code: 4009 });
  });
});
