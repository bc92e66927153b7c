// What an operator is told who watches the log: secrets that are too short, who was turned away, and what goes wrong in a room.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LOAD_REFUSED } from "../../../src/http/load-token.ts";
import { LOAD_USER_HEADER } from "../../../src/protocol/load.ts";
import { LINE_MS } from "../../../src/room/incidents.ts";
import { connect, freshRoom, join, request, roomOf, type TestClient } from "./client.ts";
import { holdClock, passTime, releaseClock } from "./held-room.ts";

const log = vi.spyOn(console, "warn");

beforeEach(() => {
  holdClock();
  log.mockReset().mockImplementation(() => {});
});
afterEach(releaseClock);

type Ask = (path: string, init?: RequestInit, overrides?: object) => Promise<Response>;

let isolates = 0;

/** The Worker as an isolate has it that has told nothing yet. The rooms are those of the other tests. */
async function freshWorker(): Promise<Ask> {
  const path = `../../../src/worker.ts?isolate=${isolates++}`;
  const { default: worker } = (await import(path)) as typeof import("../../../src/worker.ts");
  return (path, init = {}, overrides = {}) =>
    worker.fetch(
      new Request(`https://chat.example/api/room${path}`, init) as Parameters<typeof worker.fetch>[0],
      { ...env, ...overrides },
    );
}

const lines = (): unknown[] => log.mock.calls.map(([line]) => line as unknown);

describe("a secret that is set and too short is told once, and its text never", () => {
  test("[C12] [C24] ADMIN_TOKEN of 19 units", async () => {
    const ask = await freshWorker();
    const token = "s".repeat(19);
    const headers = { Authorization: `Bearer ${token}` };
    for (const path of ["/lobby/stats", "/garden/stats"]) {
      expect((await ask(path, { headers }, { ADMIN_TOKEN: token })).status).toBe(404);
    }
    expect((await ask("/lobby", { method: "DELETE", headers }, { ADMIN_TOKEN: token })).status).toBe(404);
    expect(lines()).toEqual([{ event: "secret-short", secret: "ADMIN_TOKEN", least: 20 }]);
  });

  test("[C22] LOAD_TOKEN_SECRET of 31 units, beside the sentence for the tester; and the other secret has a line of its own", async () => {
    const ask = await freshWorker();
    const short = { LOAD_TOKEN_SECRET: "s".repeat(31), ADMIN_TOKEN: "s" };
    const headers = { Upgrade: "websocket", [LOAD_USER_HEADER]: "0" };
    for (let i = 0; i < 2; i++) {
      const answer = await ask("/load-a/websocket", { headers }, short);
      expect([answer.status, await answer.text()]).toEqual([403, LOAD_REFUSED.off]);
    }
    await ask("/lobby/stats", {}, short);
    expect(lines().filter((line) => (line as { event: string }).event === "secret-short")).toEqual([
      { event: "secret-short", secret: "LOAD_TOKEN_SECRET", least: 32 },
      { event: "secret-short", secret: "ADMIN_TOKEN", least: 20 },
    ]);
  });

  test.each([undefined, "", "s".repeat(32)])(
    "[C12] [C22] not where it is unset, or long enough: %s",
    async (secret) => {
      const ask = await freshWorker();
      const set = { ADMIN_TOKEN: secret, LOAD_TOKEN_SECRET: secret };
      await ask("/lobby/stats", {}, set);
      await ask("/load-a/websocket", { headers: { [LOAD_USER_HEADER]: "0" } }, set);
      expect(lines()).not.toContainEqual(expect.objectContaining({ event: "secret-short" }));
    },
  );
});

/** Rooms in which too many sockets of an address did not answer their close. */
const ROOMS = {
  idFromName: (name: string) => name,
  get: (id: string) => ({ id, fetch: async () => new Response("Try again later.", { status: 429 }) }),
};

test("[C11] [C17] [C27] requests that are turned away are counted by status: a line a minute at most, from whatever address", async () => {
  const ask = await freshWorker();
  const foreign = { headers: { Origin: "https://elsewhere.example" } };
  const connecting = { headers: { Upgrade: "websocket" } };
  expect((await ask("/lobby/websocket", foreign)).status).toBe(403);
  expect(lines()).toEqual([{ event: "turned-away", seconds: 0, counts: { 403: 1 } }]);
  // Not turned away: there is nothing, and this is a new room.
  expect((await ask("/lobby/nothing")).status).toBe(404);
  expect((await ask("", { method: "POST" })).status).toBe(200);
  for (let i = 0; i < 20; i++) await ask("/lobby/websocket", foreign);
  for (let i = 0; i < 3; i++) expect((await ask("/lobby/websocket", connecting, { ROOMS })).status).toBe(429);
  passTime(LINE_MS - 1);
  await ask("/lobby/websocket", foreign);
  expect(lines().length).toBe(1);
  passTime(1);
  await ask("/lobby/nothing");
  expect(lines().length).toBe(1);
  await ask("/lobby/websocket", connecting, { ROOMS });
  expect(lines()[1]).toEqual({ event: "turned-away", seconds: 60, counts: { 403: 21, 429: 4 } });
});

async function refused(client: TestClient, times: number): Promise<void> {
  for (let i = 0; i < times; i++) client.send({ message: 1, secret: "a secret text" });
  await client.fence();
}

describe("what goes wrong in a room", () => {
  test("[C23] [C27] refusals and closes by code are in one line a minute, with the tag of the room and nothing of whom", async () => {
    const room = freshRoom();
    const { client } = await join(room, "ann of the secret name");
    await refused(client, 5);
    const late = await connect(room);
    late.send({ name: "x".repeat(33) });
    expect((await late.closed()).code).toBe(1009);
    passTime(LINE_MS - 1);
    await refused(client, 1);
    expect(lines()).toEqual([]);
    passTime(1);
    // Who leaves by itself is no incident.
    const guest = (await join(room, "bob")).client;
    guest.leave(1000);
    await guest.closed();
    expect(lines()).toEqual([]);
    await refused(client, 2);
    const tag: unknown = expect.stringMatching(/^[\w-]{12}$/);
    expect(lines()).toEqual([
      { event: "incidents", room: tag, seconds: 60, counts: { refusals: 7, 1009: 1 } },
    ]);
    await refused(client, 3);
    expect(lines().length).toBe(1);
    const headers = { Authorization: `Bearer ${env.ADMIN_TOKEN}` };
    const { tag: told } = await (
      await request(`/api/room/${room}/stats`, { headers })
    ).json<{ tag: string }>();
    expect(lines()).toMatchObject([{ room: told }]);
    expect(JSON.stringify(lines())).not.toMatch(/secret|room-/);
    expect(roomOf(room).id.toString()).not.toContain(told);
  });

  test("[C23] a room that is refused much tells a line a minute, and another room its own", async () => {
    const rooms = [await join(freshRoom(), "ann"), await join(freshRoom(), "ann")];
    for (let minute = 0; minute < 3; minute++) {
      passTime(LINE_MS);
      for (const { client } of rooms) await refused(client, 30);
    }
    expect(lines()).toHaveLength(6);
    expect(new Set(lines().map((line) => (line as { room: string }).room)).size).toBe(2);
  });
});
