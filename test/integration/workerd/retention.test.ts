// What a room forgets, when, and on whose word. The clock is held, so that a month passes in no time.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Frame } from "../../support/frames.ts";
import { freshAddress, request, roomOf, type TestClient } from "./client.ts";
import { HeldRoom, holdClock, passTime, releaseClock, rewindClock } from "./held-room.ts";

const HOUR = 3_600_000;
const { HISTORY_MAX_ROWS: MAX_ROWS, HISTORY_MAX_AGE_MS: MAX_AGE } = env;

const alarmOf = (room: HeldRoom): Promise<number | null> =>
  runInDurableObject(roomOf(room.name), (_room, { storage }) => storage.getAlarm());

/** Gives a room without messages so many, a millisecond apart, the last one just before now. */
async function fill(room: HeldRoom, rows: number): Promise<void> {
  await runInDurableObject(roomOf(room.name), (_room, { storage }) => {
    storage.sql.exec(
      `WITH RECURSIVE n (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < ?1)
       INSERT INTO messages SELECT seq, 'ann', 'm' || seq, ?2 - ?1 + seq, '', '', 0 FROM n`,
      rows,
      Date.now() - 1,
    );
  });
  // The room reads its head when it wakes.
  await room.hibernate();
}

/** A client of the classic protocol that joined: rooms of such clients alone are trimmed too. */
async function classic(room: HeldRoom): Promise<TestClient> {
  const client = await room.connect(freshAddress());
  client.send({ name: "ann" });
  await room.settle();
  return client;
}

async function delivery(room: HeldRoom, name: string, since: object | null): Promise<TestClient> {
  const client = await room.connect(freshAddress());
  client.send({ name, protocol: 1, key: `a-secret-key-of-${name}`, client: "tab", since });
  await room.settle();
  return client;
}

const welcomeOf = ({ frames }: TestClient) => (frames as Frame[]).find(({ welcome }) => welcome)?.welcome;

async function say(room: HeldRoom, client: TestClient, frame: object): Promise<void> {
  client.send(frame);
  await room.settle();
}

beforeAll(holdClock);
beforeEach(rewindClock);
afterAll(releaseClock);

describe("retention", () => {
  test("[D12] over a tenth too many rows, a trim comes within 10 s and keeps exactly HISTORY_MAX_ROWS", async () => {
    const room = new HeldRoom();
    const ann = await classic(room);
    const most = Math.floor(MAX_ROWS * 1.1);
    await fill(room, most - 1);
    await say(room, ann, { message: "a tenth too many" });
    expect(Number(await alarmOf(room)) - Date.now()).toBeGreaterThan(10_000);
    await say(room, ann, { message: "one more" });
    expect(Number(await alarmOf(room)) - Date.now()).toBeLessThanOrEqual(10_000);
    expect(await room.alarm()).toBe(true);
    const { floor, messages } = await room.log();
    expect(messages).toHaveLength(MAX_ROWS);
    expect(messages[0]?.seq).toBe(floor + 1);
    expect(messages.at(-1)).toMatchObject({ seq: most + 1, message: "one more" });
    expect(Number(await alarmOf(room)) - Date.now()).toBeGreaterThanOrEqual(HOUR - 1_000);
    await say(room, ann, { message: "after" });
    expect((await room.log()).messages.at(-1)).toMatchObject({ seq: most + 2, message: "after" });
  });

  test("[D12] [P3] what is older than HISTORY_MAX_AGE_MS goes, with its senders; who missed it is told of a gap", async () => {
    const room = new HeldRoom();
    const ann = await delivery(room, "ann", null);
    const epoch = welcomeOf(ann)?.epoch ?? "";
    await say(room, ann, { message: "old", counter: 1 });
    passTime(MAX_AGE / 2);
    const bob = await delivery(room, "bob", null);
    await say(room, bob, { message: "young", counter: 1 });
    for (const client of [ann, bob]) client.leave();
    await room.settle();
    passTime(MAX_AGE / 2);
    expect(await alarmOf(room)).toBeLessThanOrEqual(Date.now());
    await room.alarm();
    expect((await room.log()).messages).toMatchObject([{ seq: 2, message: "young" }]);
    const back = await delivery(room, "ann", { epoch, seq: 0 });
    expect(welcomeOf(back)).toMatchObject({ resumed: true, head: 2, counter: 0, gap: { first: 1, last: 1 } });
    expect(welcomeOf(await delivery(room, "bob", null))).toMatchObject({ counter: 1 });
  });

  test("[D12] [C5] head and timestamps never fall, when all is forgotten, the room sleeps, and the clock goes back", async () => {
    const room = new HeldRoom();
    const ann = await classic(room);
    await say(room, ann, { message: "old" });
    const [old] = (await room.log()).messages;
    passTime(MAX_AGE + HOUR);
    await room.alarm();
    expect(await room.log()).toMatchObject({ floor: 1, messages: [] });
    await room.hibernate();
    rewindClock();
    await say(room, ann, { message: "new" });
    const [fresh] = (await room.log()).messages;
    expect(fresh).toMatchObject({ seq: 2, message: "new" });
    expect(fresh?.timestamp).toBeGreaterThan(old?.timestamp ?? Infinity);
  });

  test("[D12] an idle room rings once more at most, then never again, until somebody comes", async () => {
    const room = new HeldRoom();
    const ann = await classic(room);
    await say(room, ann, { message: "the only one" });
    ann.leave();
    await room.settle();
    passTime(MAX_AGE + HOUR);
    await room.alarm();
    await room.forgotten();
    passTime(2 * HOUR);
    await room.alarm();
    expect(await alarmOf(room)).toBeNull();
  });

  test("[D12] a room that lost its alarm sets one when somebody comes, and when somebody speaks", async () => {
    const room = new HeldRoom();
    const ann = await classic(room);
    const lose = async (): Promise<void> => {
      await runInDurableObject(roomOf(room.name), (_room, { storage }) => storage.deleteAlarm());
      await room.hibernate();
      expect(await alarmOf(room)).toBeNull();
    };
    await lose();
    await say(room, ann, { message: "hi" });
    expect(await alarmOf(room)).toBeLessThanOrEqual(Date.now() + MAX_AGE);
    await lose();
    await room.connect(freshAddress());
    await room.settle();
    expect(await alarmOf(room)).toBeLessThanOrEqual(Date.now() + 30_000);
  });

  test("[D12] a room that is awake, and whose alarm did not ring, sets one when somebody speaks", async () => {
    const room = new HeldRoom();
    const ann = await classic(room);
    await runInDurableObject(roomOf(room.name), async (instance, { storage }) => {
      await storage.deleteAlarm();
      (instance as unknown as { wakeAt: number }).wakeAt = Date.now() - 1;
    });
    await say(room, ann, { message: "hi" });
    expect(await alarmOf(room)).toBeLessThanOrEqual(Date.now() + MAX_AGE);
  });
});

const erase = (room: HeldRoom, headers: Record<string, string>, method = "DELETE"): Promise<Response> =>
  request(`/api/room/${room.name}`, { method, headers });

describe("erasing a room over the network", () => {
  test.each([
    { method: "DELETE", headers: {} },
    { method: "DELETE", headers: { Authorization: "Bearer " } },
    { method: "DELETE", headers: { Authorization: `Bearer ${env.ADMIN_TOKEN}x` } },
    { method: "POST", headers: { Authorization: `Bearer ${env.ADMIN_TOKEN}` } },
  ])("[P7] $method with $headers is 404 and changes nothing", async ({ method, headers }) => {
    const room = new HeldRoom();
    const ann = await classic(room);
    await say(room, ann, { message: "stays" });
    expect((await erase(room, headers, method)).status).toBe(404);
    await room.settle();
    expect((await room.log()).messages).toMatchObject([{ message: "stays" }]);
    expect(ann.isOpen).toBe(true);
  });

  test("[P7] [D13] with the token it closes everybody with 4010; a new epoch begins at seq 0, and survives a crash", async () => {
    const room = new HeldRoom();
    const ann = await delivery(room, "ann", null);
    const nameless = await room.connect(freshAddress());
    await say(room, ann, { message: "gone", counter: 1 });
    const before = await room.log();
    expect((await erase(room, { Authorization: `Bearer ${env.ADMIN_TOKEN}` })).status).toBe(200);
    for (const client of [ann, nameless]) expect(await client.closed()).toMatchObject({ code: 4010 });
    await room.settle();
    const after = await room.log();
    expect(after).toMatchObject({ floor: 0, messages: [] });
    expect(after.epoch).not.toBe(before.epoch);
    await room.reset();
    expect(await room.log()).toEqual(after);
    const back = await delivery(room, "ann", { epoch: before.epoch, seq: 1 });
    expect(welcomeOf(back)).toMatchObject({ resumed: false, head: 0, counter: 0, epoch: after.epoch });
    await say(room, back, { message: "first", counter: 1 });
    expect((await room.log()).messages).toMatchObject([{ seq: 1, message: "first" }]);
  });
});
