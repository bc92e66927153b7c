// The rate limit as people meet it, in one room and over several, with real limiters. The clock is held, so that every instant is exact.
import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { connect, freshAddress, freshRoom, join, limiterOf, roomOf, type TestClient } from "./client.ts";
import {
  accountOf,
  HeldRoom,
  holdClock,
  passTime,
  releaseClock,
  rewindClock,
  settleLimiters,
  withoutWindows,
} from "./held-room.ts";

const LIMITED = "Your IP is being rate-limited, please try again later.";
const { RATE_PERIOD_MS: PERIOD, RATE_BURST: BURST, MAX_SOCKETS_PER_IDENTITY: JOINS } = env;
/** A debt that came over two objects is so much longer: their clocks are read in whole milliseconds. */
const TRAVELLED = 2;

beforeAll(holdClock);
beforeAll(withoutWindows);
beforeEach(rewindClock);
afterAll(releaseClock);

const burst = Array.from({ length: BURST }, (_, i) => `${i}`);

async function enter(room: HeldRoom, address: string): Promise<TestClient> {
  const client = await room.connect(address);
  client.send({ name: "ann" });
  await client.upTo("ready");
  return client;
}

/** Says these things at once, and returns what was answered to each: what was said, or how long to wait. */
async function say(client: TestClient, messages: readonly string[]): Promise<unknown[]> {
  for (const message of messages) client.send({ message });
  const answers: unknown[] = [];
  while (answers.length < messages.length) {
    const { message, retryAfter } = await client.next();
    // Others who come and go are no answers.
    if (message !== undefined || retryAfter !== undefined) answers.push(message ?? retryAfter);
  }
  return answers;
}

describe("the rate limit", () => {
  test("[L3] [D4] a full burst is accepted in order, also when it comes with the name; the next is refused for T", async () => {
    const client = await connect(freshRoom());
    client.send({ name: "ann" });
    for (const message of [...burst, "one more"]) client.send({ message });
    const frames = await client.upTo("error");
    const messages = frames.flatMap((frame) => ("message" in frame ? [frame.message] : []));
    expect(messages).toEqual(burst);
    expect(frames.at(-1)).toMatchObject({ error: LIMITED, code: "rate-limited", retryAfter: PERIOD });
  });

  test("[L1] [L2] [L8] a burst in one room is refused in the next two, and another address has its own", async () => {
    const address = freshAddress();
    const [here, there, elsewhere] = [new HeldRoom(), new HeldRoom(), new HeldRoom()];
    const others = [await enter(there, address), await enter(elsewhere, address)] as const;
    const ann = await enter(here, address);
    expect(await say(ann, burst)).toEqual(burst);
    for (const other of others) {
      const [wait] = await say(other, ["here too?"]);
      expect(wait).toBeGreaterThan(PERIOD);
      expect(wait).toBeLessThanOrEqual(PERIOD + 2 * TRAVELLED);
    }
    expect(await say(await enter(new HeldRoom(), freshAddress()), ["free"])).toEqual(["free"]);
    // The room that was spent in goes by its own books, to the millisecond.
    passTime(PERIOD - 1);
    expect(await say(ann, ["too soon"])).toEqual([1]);
    passTime(1);
    expect(await say(ann, ["now"])).toEqual(["now"]);
    for (const other of others) expect(await say(other, ["and now?"])).toEqual([expect.any(Number)]);
  });

  test("[L1] [L3] a budget that goes round three rooms allows a burst over all of them, and not one message more", async () => {
    const address = freshAddress();
    const rooms = [new HeldRoom(), new HeldRoom(), new HeldRoom()];
    const clients = await Promise.all(rooms.map((room) => enter(room, address)));
    const accepted: number[] = [];
    for (let i = 0; i < 3 * BURST; i++) {
      const client = clients[i % 3];
      if (client !== undefined && (await say(client, ["hi"]))[0] === "hi") accepted.push(i);
      // What it owes has grown by the milliseconds of the way: after them the last of the burst is accepted too.
      if (accepted.length === BURST - 1) passTime(1);
    }
    expect(accepted).toHaveLength(BURST);
  });

  test("[L6] evicting the limiter or the room is no refill, and reconnecting costs a join", async () => {
    const address = freshAddress();
    const room = freshRoom();
    for (let i = 0; i < JOINS; i++) {
      const { client } = await join(room, "ann", address);
      client.leave();
      await client.closed();
    }
    await evictDurableObject(limiterOf(address), {});
    await evictDurableObject(roomOf(room), { webSockets: "hibernate" });
    for (const name of [room, freshRoom()]) {
      const client = await connect(name, address);
      client.send({ name: "ann" });
      expect(await client.next()).toMatchObject({ error: LIMITED });
    }
  });

  test("[L7] all addresses of one IPv6 /64 share a budget", async () => {
    const room = new HeldRoom();
    expect(await say(await enter(room, "2001:db8:77:1::1"), burst)).toEqual(burst);
    const other = await connect(room.name, "2001:DB8:77:1:ffff::9");
    other.send({ name: "bob" });
    await other.upTo("ready");
    expect(await say(other, ["more"])).toEqual([PERIOD]);
  });
});

describe("a budget that goes back", () => {
  test("[L6] when the last connection leaves, with its debt: the next room refuses what this one would have", async () => {
    const address = freshAddress();
    const [here, there] = [new HeldRoom(), new HeldRoom()];
    const [one, two] = [await enter(here, address), await enter(here, address)];
    expect(await say(one, burst)).toEqual(burst);
    one.leave(1000);
    await here.answered();
    expect((await accountOf(address)).holder?.room).toBe(roomOf(here.name).id.toString());
    two.leave(1000);
    await here.answered();
    await settleLimiters(here);
    expect(await accountOf(address)).toMatchObject({ holder: null });
    expect(await here.budgets()).toMatchObject([{ state: "returned" }]);
    const [wait] = await say(await enter(there, address), ["here too?"]);
    expect(wait).toBeGreaterThanOrEqual(PERIOD);
    expect(wait).toBeLessThanOrEqual(PERIOD + TRAVELLED);
  });

  test("[L6] when the alarm of a room rings that crashed with it; until then another room is told what is owed", async () => {
    const address = freshAddress();
    const [here, there] = [new HeldRoom(), new HeldRoom()];
    const ann = await enter(here, address);
    expect(await say(ann, burst)).toEqual(burst);
    await crash(here);
    expect((await accountOf(address)).holder?.room).toBe(roomOf(here.name).id.toString());
    expect(await here.budgets()).toMatchObject([{ state: "held" }]);
    const other = await enter(there, address);
    expect(await say(other, ["here too?"])).toEqual([PERIOD + TRAVELLED]);
    expect(await here.budgets()).toMatchObject([{ state: "yielded" }]);
    await crash(there);
    // Its own row is as it was left: joins and nothing else.
    expect(await there.alarm()).toBe(true);
    await settleLimiters(here, there);
    expect(await accountOf(address)).toMatchObject({ holder: null });
    passTime(2 * BURST * PERIOD);
    for (const room of [here, there]) {
      await room.alarm();
      await room.forgotten();
    }
    await runDurableObjectAlarm(limiterOf(address));
    expect(await say(await enter(here, address), burst)).toEqual(burst);
  });
});

/** As a failed commit does, or a bug: memory and sockets are gone, and no code of the room runs. */
async function crash(room: HeldRoom): Promise<void> {
  const aborted = runInDurableObject(roomOf(room.name), (_room, state) => state.abort("a test's crash"));
  await expect(aborted).rejects.toThrow();
  await room.allClosed();
}

describe("bounds of a room", () => {
  test("[D12] who says no name is dropped at the deadline, also from a room that slept", async () => {
    const room = freshRoom();
    const lurker = await connect(room);
    await evictDurableObject(roomOf(room), { webSockets: "hibernate" });
    passTime(env.JOIN_DEADLINE_MS - 1);
    await runDurableObjectAlarm(roomOf(room));
    expect(lurker.isOpen).toBe(true);
    passTime(1);
    await evictDurableObject(roomOf(room), { webSockets: "hibernate" });
    expect(await runDurableObjectAlarm(roomOf(room))).toBe(true);
    expect(await lurker.closed()).toMatchObject({ code: 4002 });
  });

  test("[C15] who is told to wait before it may join has its whole deadline after that", async () => {
    const address = freshAddress();
    const [room, elsewhere] = [new HeldRoom(), new HeldRoom()];
    const spend = async (joins: number): Promise<void> => {
      for (let i = 0; i < joins; i++) {
        const client = await enter(elsewhere, address);
        client.leave();
        await client.closed();
      }
    };
    await spend(JOINS);
    const late = await room.connect(address);
    passTime(env.JOIN_DEADLINE_MS - 1);
    // All that has come back meanwhile.
    await spend(Math.floor((env.JOIN_DEADLINE_MS - 1) / PERIOD));
    late.send({ name: "ann" });
    const wait = Number((await late.upTo("error")).at(-1)?.retryAfter);
    expect(wait).toBeGreaterThanOrEqual(1);
    passTime(wait);
    await room.alarm();
    await room.received();
    expect(late.isOpen).toBe(true);
    late.send({ name: "ann" });
    await late.upTo("ready");
  });

  test("[D12] the 51st socket of one address is turned away with a sentence and a code", async () => {
    const room = freshRoom();
    const address = freshAddress();
    for (let i = 0; i < JOINS; i++) await connect(room, address);
    const one = await connect(room, address);
    expect(await one.next()).toMatchObject({ code: "too-many-sockets" });
    expect(await one.closed()).toMatchObject({ code: 4003 });
  });
});
