// What an operator may ask and see, and what nobody can read out of storage or logs.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { connect, freshAddress, freshRoom, join, limiterOf, request, roomOf } from "./client.ts";

const AS_OPERATOR = { Authorization: `Bearer ${env.ADMIN_TOKEN}` };
const stats = (room: string, headers = AS_OPERATOR): Promise<Response> =>
  request(`/api/room/${room}/stats`, { headers });

describe("stats", () => {
  test("[C24] say how many are here and what was done, and nothing of whom", async () => {
    const room = freshRoom();
    const { client } = await join(room, "ann of the secret name");
    client.send({ message: "a secret text" });
    await client.upTo("message");
    client.send({ message: 1 });
    await client.upTo("error");
    await connect(room);
    const late = await connect(room);
    late.send({ name: "x".repeat(33) });
    await late.closed();
    const response = await stats(room);
    expect([response.status, response.headers.get("Content-Type")]).toEqual([200, "application/json"]);
    const text = await response.text();
    expect(JSON.parse(text)).toEqual({
      tag: expect.stringMatching(/^[\w-]{12}$/),
      members: 1,
      sockets: 2,
      open: 2,
      messages: 1,
      head: 1,
      windowMs: 5,
      flushes: expect.any(Number),
      units: expect.any(Number),
      refusals: 1,
      closes: { 1009: 1 },
      awakeSince: expect.any(Number),
    });
    const { flushes, units, awakeSince } = JSON.parse(text) as Record<string, number>;
    expect(flushes).toBeGreaterThanOrEqual(1);
    expect(units).toBeGreaterThan(60);
    expect(Math.abs((awakeSince ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(text).not.toContain("secret");
  });

  test.each([
    { what: "without the token", init: {} },
    { what: "with another", init: { headers: { Authorization: "Bearer another-token-of-tests" } } },
    { what: "as a POST", init: { method: "POST", headers: AS_OPERATOR } },
    { what: "with the token alone", init: { headers: { Authorization: env.ADMIN_TOKEN } } },
  ])("[C24] are not there $what", async ({ init }) => {
    const response = await request(`/api/room/${freshRoom()}/stats`, init);
    expect([response.status, await response.text()]).toEqual([404, "Not found"]);
  });

  test("[C12] [C24] a token of under 20 units is as good as none, one of 20 is one", async () => {
    const { ADMIN_TOKEN } = env;
    try {
      for (const [length, status] of [
        [0, 404],
        [19, 404],
        [20, 200],
      ] as const) {
        const token = "x".repeat(length);
        Object.assign(env, { ADMIN_TOKEN: token });
        expect((await stats(freshRoom(), { Authorization: `Bearer ${token}` })).status).toBe(status);
      }
    } finally {
      Object.assign(env, { ADMIN_TOKEN });
    }
  });
});

test("[C27] [L7] no address stands in a room's storage, its attachments or its limiter's, nor in what a room is asked", async () => {
  const address = freshAddress();
  const room = freshRoom();
  const client = await connect(room, address);
  client.send({ name: "ann", protocol: 1, key: "a-secret-key-of-ann", client: "tab" });
  client.send({ message: "hi", counter: 1 });
  await client.upTo("events");
  const kept = await runInDurableObject(roomOf(room), (_room, state) => ({
    tables: ["meta", "messages", "senders", "budgets"].map((table) =>
      state.storage.sql.exec(`SELECT * FROM ${table}`).toArray(),
    ),
    attachments: state.getWebSockets().map((socket) => socket.deserializeAttachment() as unknown),
  }));
  const account = await runInDurableObject(limiterOf(address), async (_limiter, { storage }) => [
    ...(await storage.list()),
  ]);
  const text = JSON.stringify([kept, account]);
  expect(text).toContain(limiterOf(address).id.toString());
  expect(text).not.toContain(address);
});

describe("what is logged", () => {
  test("[C23] [C27] a flood is one line, with the tag of the room that its stats have: no id, no address, no text", async () => {
    const log = vi.spyOn(console, "warn").mockImplementation(() => {});
    const address = freshAddress();
    const room = freshRoom();
    const client = await connect(room, address);
    for (let i = 0; i < 300; i++) client.send({ message: "a secret text" });
    expect(await client.closed()).toEqual({ code: 4011, reason: "You went on after you were refused." });
    expect(client.frames.length).toBeLessThanOrEqual(130);
    expect(log.mock.calls).toEqual([[{ event: "flood", room: expect.stringMatching(/^[\w-]{12}$/) }]]);
    const [[line]] = log.mock.calls as [[{ room: string }]];
    expect(roomOf(room).id.toString()).not.toContain(line.room);
    expect(await (await stats(room)).json()).toMatchObject({ tag: line.room });
    log.mockRestore();
  });
});
