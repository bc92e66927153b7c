// A room and a limiter that an older version left behind: people in it talk on, and nothing of it is in the way.
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { fromAttachment } from "../../../src/room/session.ts";
import { freshAddress, limiterOf, roomOf, type TestClient } from "./client.ts";
import { HeldRoom, holdClock, passTime, releaseClock, rewindClock, settleLimiters } from "./held-room.ts";

const { RATE_PERIOD_MS: PERIOD, RATE_BURST: BURST, JOIN_DEADLINE_MS: DEADLINE } = env;

beforeAll(holdClock);
beforeEach(rewindClock);
afterAll(releaseClock);

/** What 0.2.0 kept: attachments of version 1, a database of one migration, and an account that has spent something. */
async function becomeOld(room: HeldRoom, address: string): Promise<void> {
  await runInDurableObject(roomOf(room.name), (_room, state) => {
    for (const socket of state.getWebSockets()) {
      const session = fromAttachment(socket.deserializeAttachment());
      if (session === null) continue;
      const { connection, identity, order, since: accepted, joined, counter } = session;
      const now = Date.now();
      const limit = {
        pass: { from: now, until: now + 60_000 },
        refused: { from: now, sure: now + 9_000, until: now + 9_000 },
        local: { tat: now + 5_000, at: now },
      };
      socket.serializeAttachment({ v: 1, connection, identity, order, accepted, joined, ...limit, counter });
    }
    state.storage.sql.exec("DROP TABLE budgets; DELETE FROM migrations WHERE version > 1;");
  });
  await runInDurableObject(limiterOf(address), async (_limiter, { storage }) => {
    await storage.deleteAll();
    storage.kv.put("account", {
      budget: { tat: Date.now() + 60_000, at: Date.now() },
      passes: [["someone", 1]],
    });
  });
  await room.evictLimiters();
  await room.hibernate();
}

async function classic(room: HeldRoom, address: string): Promise<TestClient> {
  const client = await room.connect(address);
  client.send({ name: "old" });
  await client.upTo("ready");
  return client;
}

test("[D9] people of the version before talk on: nobody joins again, no frame is lost, and a whole burst is accepted", async () => {
  const room = new HeldRoom();
  const address = freshAddress();
  const old = await classic(room, address);
  const ann = await room.connect(address);
  ann.send({ name: "ann", protocol: 1, key: "a-secret-key-of-ann", client: "tab" });
  const lurker = await room.connect(address);
  await room.settle();
  ann.send({ message: "before", counter: 1 });
  await room.settle();
  const seen = ann.frames.length;
  await becomeOld(room, address);
  ann.send({ message: "before", counter: 1 });
  for (let i = 1; i < BURST; i++) ann.send({ message: `${i}`, counter: i + 1 });
  await room.received();
  old.send({ message: "the last of the burst" });
  old.send({ message: "one too many" });
  await room.settle();
  const [stored, ...frames] = ann.frames.slice(seen);
  expect(stored).toEqual({ stored: 1 });
  expect(
    frames.flatMap(({ events }) => ((events ?? []) as { message: string }[]).map(({ message }) => message)),
  ).toEqual([...Array.from({ length: BURST - 1 }, (_, i) => `${i + 1}`), "the last of the burst"]);
  expect(old.frames.at(-1)).toMatchObject({ code: "rate-limited", retryAfter: PERIOD });
  // The nameless one still has what was left of its time, and no more.
  passTime(DEADLINE - 1_000);
  await room.alarm();
  lurker.send({ name: "late" });
  await lurker.upTo("ready");
  await room.settle();
});

test("[D12] an old limiter's account does no harm, and is gone with the rest", async () => {
  const room = new HeldRoom();
  const address = freshAddress();
  const old = await classic(room, address);
  await becomeOld(room, address);
  old.send({ message: "hi" });
  await old.upTo("message");
  old.leave();
  await room.settle();
  await settleLimiters(room);
  passTime(BURST * PERIOD);
  expect(await runDurableObjectAlarm(limiterOf(address))).toBe(true);
  const left = await runInDurableObject(limiterOf(address), (_limiter, { storage }) => storage.list());
  expect(left).toEqual(new Map());
});
