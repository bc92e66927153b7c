// Nothing is kept for ever: what the limit writes down of an identity is gone once it has left and owes nothing.
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { NO_DEBTS } from "../../../src/rate-limit/budget.ts";
import type { RoomEffect, RoomEvent } from "../../../src/room/effects.ts";
import type { Room } from "../../../src/room/room.ts";
import type { SqlLedger } from "../../../src/room/sql-ledger.ts";
import { freshAddress, limiterOf, roomOf } from "./client.ts";
import { HeldRoom, holdClock, passTime, releaseClock, rewindClock, settleLimiters } from "./held-room.ts";

const { RATE_PERIOD_MS: PERIOD, RATE_BURST: BURST } = env;
const LIMITERS = 100;
const IDENTITIES = 10_000;

beforeAll(holdClock);
beforeEach(rewindClock);
afterAll(releaseClock);

async function stored(address: string): Promise<{ keys: unknown[]; alarm: number | null }> {
  return runInDurableObject(limiterOf(address), async (_limiter, { storage }) => ({
    keys: [...(await storage.list())],
    alarm: await storage.getAlarm(),
  }));
}

test(`[D12] of ${LIMITERS} addresses that spoke and left nothing is stored, neither by their limiters nor by the room`, async () => {
  const room = new HeldRoom();
  const addresses = Array.from({ length: LIMITERS }, freshAddress);
  const visit = async (address: string): Promise<void> => {
    const client = await room.connect(address);
    client.send({ name: "ann", protocol: 1, key: `a-secret-key-of-${address}`, client: "tab" });
    client.send({ message: "hi", counter: 1 });
    await client.upTo("events");
    client.leave(1000);
    await client.closed();
  };
  // A few at a time: each hears of the others.
  for (let i = 0; i < LIMITERS; i += 10) await Promise.all(addresses.slice(i, i + 10).map(visit));
  await settleLimiters(room);
  expect(await room.budgets()).toHaveLength(LIMITERS);
  const [one = ""] = addresses;
  expect(await stored(one)).toEqual({ keys: [expect.anything()], alarm: expect.any(Number) });
  passTime(BURST * PERIOD);
  await room.alarm();
  await room.forgotten();
  const expectForgotten = async (address: string): Promise<void> => {
    await runDurableObjectAlarm(limiterOf(address));
    expect(await stored(address)).toEqual({ keys: [], alarm: null });
  };
  await Promise.all(addresses.map(expectForgotten));
});

test(`[D12] of ${IDENTITIES} identities in one room no row is left, and nothing in memory`, async () => {
  const held = new HeldRoom();
  await runInDurableObject(roomOf(held.name), (object, { storage }) => {
    const room = Reflect.get(object, "room") as Room;
    const ledger = Reflect.get(object, "ledger") as SqlLedger;
    let now = Date.now();
    /** Performs what touches the ledger, and answers for the limiters: real ones would take minutes. */
    const handle = (event: RoomEvent): void => {
      for (const effect of room.handle(event)) perform(effect);
    };
    const perform = (effect: RoomEffect): void => {
      if (effect.type === "budgets") ledger.write(effect.rows);
      if (effect.type === "drop-budgets") ledger.drop(effect.identities);
      if (effect.type === "take") {
        const grant = { term: `term of ${effect.identity}`, debts: NO_DEBTS, spent: null };
        handle({ type: "granted", now, identity: effect.identity, grant });
      }
      if (effect.type === "give-back") handle({ type: "returned", now, identity: effect.identity });
    };
    const rows = (): unknown => storage.sql.exec("SELECT count(*) AS n FROM budgets").one().n;
    for (let i = 0; i < IDENTITIES; i++) {
      const connection = `c${i}`;
      handle({ type: "accepted", now, connection, identity: `4:${i}` });
      handle({ type: "frame", now, connection, frame: '{"name":"ann"}' });
      handle({ type: "frame", now, connection, frame: '{"message":"hi"}' });
      handle({ type: "closed", now, connection });
    }
    expect(rows()).toBe(IDENTITIES);
    now += BURST * PERIOD;
    handle({ type: "alarm", now, heard: new Map() });
    expect(rows()).toBe(0);
    const admission: unknown = Reflect.get(room, "admission");
    expect(Reflect.get(admission as object, "holdings")).toEqual(new Map());
    expect(room.sessions.size).toBe(0);
  });
});

const missAlarm = (object: DurableObjectStub): Promise<void> =>
  runInDurableObject(object, (_object, { storage }) => storage.setAlarm(Date.now() - 1_000));
const alarmOf = (object: DurableObjectStub): Promise<number | null> =>
  runInDurableObject(object, (_object, { storage }) => storage.getAlarm());

test("[D12] an alarm that was missed is set again, by a room when somebody comes and by a limiter when somebody leaves", async () => {
  const room = new HeldRoom();
  const address = freshAddress();
  const limiter = limiterOf(address);
  await missAlarm(roomOf(room.name));
  await missAlarm(limiter);
  await room.hibernate();
  const client = await room.connect(address);
  expect(await alarmOf(roomOf(room.name))).toBe(Date.now());
  client.send({ name: "ann" });
  await client.upTo("ready");
  client.leave(1000);
  await client.closed();
  await settleLimiters(room);
  expect(await alarmOf(limiter)).toBeGreaterThanOrEqual(Date.now() + PERIOD);
});
