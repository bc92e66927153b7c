// What an operator hears of a room and when, and what the room does after calls that fail and after it was forgotten.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RateLimiter } from "../../../src/rate-limit/rate-limiter.ts";
import { Sockets } from "../../../src/room/sockets.ts";
import type { Frame } from "../../support/frames.ts";
import { connect, freshAddress, freshRoom, join, request, roomOf, type TestClient } from "./client.ts";
import { HeldRoom, holdClock, passTime, releaseClock, rewindClock, settleLimiters } from "./held-room.ts";

const HASH = expect.stringMatching(/^[\w-]{12}$/);

const listen = () => vi.spyOn(console, "warn").mockImplementation(() => {});

/** Somebody comes with the delivery protocol. */
async function visit(room: HeldRoom, address = freshAddress()): Promise<TestClient> {
  const client = await room.connect(address);
  client.send({ name: "ann", protocol: 1, key: "a-secret-key-of-ann", client: "tab" });
  await room.settle();
  return client;
}
const epochOf = ({ frames }: TestClient) =>
  (frames as Frame[]).find(({ welcome }) => welcome)?.welcome?.epoch ?? "";

const tablesOf = (room: HeldRoom): Promise<unknown[]> =>
  runInDurableObject(roomOf(room.name), (_room, { storage: { sql } }) =>
    sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf\\_%' ESCAPE '\\'").toArray(),
  );

afterEach(() => {
  releaseClock();
  vi.restoreAllMocks();
});

describe("what is logged", () => {
  test("[C23] a visit, and a close that is no flood, are no lines", async () => {
    const warn = listen();
    const room = freshRoom();
    await join(room, "ann");
    const late = await connect(room);
    late.send({ name: "x".repeat(33) });
    expect(await late.closed()).toMatchObject({ code: 1009 });
    expect(warn.mock.calls).toEqual([]);
  });

  test("[D10] a slow reader is one line", async () => {
    const { client } = await join(freshRoom(), "ann");
    const warn = listen();
    vi.spyOn(Sockets.prototype, "send").mockImplementationOnce(([connection = ""], _frames, now) => [
      { type: "slow", now, connection },
    ]);
    client.send({ message: "hi" });
    expect(await client.closed()).toMatchObject({ code: 4008 });
    expect(warn.mock.calls).toEqual([[{ event: "slow-reader", room: HASH }]]);
  });

  test("[L9] a limiter that does not answer is one line", async () => {
    const warn = listen();
    vi.spyOn(RateLimiter.prototype, "take").mockRejectedValueOnce(new Error("down"));
    await join(freshRoom(), "ann");
    expect(warn.mock.calls).toEqual([[{ event: "limiter-silent", room: HASH }]]);
  });
});

describe("with a clock that is held", () => {
  beforeEach(() => {
    holdClock();
    rewindClock();
  });

  test("[C24] [D12] stats count the messages that are kept, not those that were trimmed", async () => {
    const room = new HeldRoom();
    const ann = await room.connect(freshAddress());
    ann.send({ name: "ann" });
    ann.send({ message: "old" });
    await room.settle();
    passTime(env.HISTORY_MAX_AGE_MS / 2);
    ann.send({ message: "young" });
    await room.settle();
    passTime(env.HISTORY_MAX_AGE_MS / 2);
    await room.alarm();
    const headers = { Authorization: `Bearer ${env.ADMIN_TOKEN}` };
    const stats: unknown = await (await request(`/api/room/${room.name}/stats`, { headers })).json();
    expect(stats).toMatchObject({ messages: 1, head: 2 });
  });

  test("[C25] [P3] a room that was forgotten, and did not sleep, has another epoch, and writes it", async () => {
    const room = new HeldRoom();
    const first = await visit(room);
    first.leave(1000);
    await room.settle();
    await settleLimiters(room);
    passTime(60_000);
    await room.alarm();
    await room.forgotten();
    expect((await room.log()).epoch).toBe(epochOf(first));
    passTime(60_000);
    await room.alarm();
    expect(await tablesOf(room)).toEqual([]);
    const second = await visit(room);
    expect(epochOf(second)).not.toBe(epochOf(first));
    expect((await room.log()).epoch).toBe(epochOf(second));
  });

  test("[L1] what was given back and not heard stays in the ledger until it is", async () => {
    const deaf = vi.spyOn(RateLimiter.prototype, "giveBack").mockRejectedValue(new Error("down"));
    const room = new HeldRoom();
    (await visit(room)).leave(1000);
    await room.settle();
    for (let i = 0; i < 3; i++) {
      passTime(60_000);
      await room.alarm();
      await vi.waitFor(() => expect(deaf.mock.results).toHaveLength(i + 2));
      await room.settle();
      expect(await room.budgets()).toMatchObject([{ state: "returned" }]);
    }
    deaf.mockRestore();
    passTime(60_000);
    await room.alarm();
    await room.forgotten();
  });
});
