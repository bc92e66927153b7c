// What attacks may cost, in counts: they hold on a machine of any speed, since time alone allows more. How long people wait is
// measured by `npm run attacks`.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { attack, ATTACKS, type Spent } from "../../../load/attacks/attacks.ts";
import { between, type Bill, billOf, objectRequests } from "../../../load/attacks/bill.ts";
import { HonestPeople, PEOPLE } from "../../../load/attacks/honest.ts";
import type { Policy } from "../../../src/rate-limit/gcra.ts";
import { ROOMS_AT_ONCE, upgradePolicy } from "../../../src/rate-limit/upgrades.ts";
import { readConfig } from "../../../src/room/config.ts";
import { MAX_REFUSALS, REFUSALS } from "../../../src/room/patience.ts";
import { bundleWorker } from "../../../tools/worker-bundle.ts";
import { startWorkerd } from "../../../tools/workerd.ts";

const ROOM = "honest";
const METERED = await bundleWorker("wrangler.toml", "load/attacks/metered-object.ts");
const { rates } = readConfig(METERED.vars);
const UPGRADES = upgradePolicy(rates);
/** Of the honest room: alarms that ring, and that are set. */
const ALARMS = 10;

/** Of a member of the delivery protocol: itself, its sender's counter, and what the address owes. */
const ROWS_A_MESSAGE = 3;
/** Its tables, a budget that comes, goes on to the next room and is given back, and its alarm. */
const ROWS_A_NEW_ROOM = 20;
/** Its upgrade, the call that brings the budget, the one that takes it from the room before, and the one that gives it back. */
const REQUESTS_A_NEW_ROOM = 4;
/** A short deadline, so that all are closed while the test waits. */
const JOIN_DEADLINE_MS = 600;

interface Outcome {
  readonly spent: Spent;
  /** Without what the honest people's messages write. */
  readonly bill: Bill;
  /** From before the attack until its bill was read. */
  readonly ms: number;
}

/** How many of something may have happened by now: so many at once, and then one a period. */
const most = ({ periodMs, burst }: Policy, ms: number): number => burst + Math.ceil(ms / periodMs);

/** Plays the one attack that has these words in its name beside honest people, all of whom have to be served. */
async function play(words: string, ms: number): Promise<Outcome> {
  const [name = "", ...others] = Object.keys(ATTACKS).filter((one) => one.includes(words));
  expect(others).toEqual([]);
  const state = await mkdtemp(join(tmpdir(), "edge-chat-attack-"));
  const vars = { JOIN_DEADLINE_MS: `${JOIN_DEADLINE_MS}` };
  const server = await startWorkerd({ worker: METERED, state, vars });
  try {
    const people = await HonestPeople.gather(server.url, ROOM);
    const before = await billOf(server.url);
    const began = performance.now();
    const [answered, spent] = await Promise.all([
      people.talk(ms),
      attack({ attack: name, url: server.url, room: ROOM, ms }),
    ]);
    const all = between(before, await billOf(server.url));
    const messages = (PEOPLE * ms) / 1_000;
    expect(answered.length, "honest messages that were answered").toBe(messages);
    people.leave();
    const bill = { ...all, rows: all.rows - ROWS_A_MESSAGE * messages };
    return { spent, bill, ms: performance.now() - began };
  } finally {
    await server.kill();
    await rm(state, { recursive: true, force: true });
  }
}

test.concurrent("[C23] a flood of messages: each socket is told no a bounded number of times, and what is refused writes no row", async () => {
  const { spent, bill, ms } = await play("5,000 messages a second over the limit", 3_000);
  // All at once until half of its patience is spent, and then once a period.
  const refusals = MAX_REFUSALS / 2 + (2 * ms) / REFUSALS.periodMs;
  expect(spent.mostRefusals, "refusals that were told a socket").toBeLessThanOrEqual(refusals);
  expect(spent.mostRefusals, "refusals that were told a socket").toBeGreaterThan(MAX_REFUSALS / 4);
  const rows = 4 * most(rates.message, ms) + 2 * most(rates.join, ms) + ALARMS;
  expect(bill.rows, "rows written").toBeLessThanOrEqual(rows);
  expect(spent.frames, "messages").toBeGreaterThan(10 * rows);
});

test.concurrent("[L10] a flood of joins: the Worker lets in as many as it may, and joins that are refused write no row", async () => {
  const { bill, ms } = await play("join flood", 3_000);
  const upgrades = most(UPGRADES, ms);
  expect(bill.worker, "connections that the Worker was asked for").toBeGreaterThan(upgrades);
  expect(bill.upgrades, "connections that reach the room").toBeLessThanOrEqual(upgrades);
  expect(bill.rows, "rows written").toBeLessThanOrEqual(2 * most(rates.join, ms) + ALARMS);
});

test.concurrent("[L10] a flood of new names makes five rooms at once, and ten a second after that", async () => {
  const { spent, bill, ms } = await play("room flood", 3_000);
  const rooms = most({ ...UPGRADES, burst: ROOMS_AT_ONCE }, ms);
  expect(spent.connections, "names").toBeGreaterThan(2 * rooms);
  expect(bill.rooms, "rooms that were made").toBeLessThanOrEqual(rooms);
  expect(bill.rooms, "rooms that were made").toBeGreaterThan(ROOMS_AT_ONCE);
  const requests = REQUESTS_A_NEW_ROOM * rooms + spent.frames / 20 + ALARMS;
  expect(objectRequests(bill, spent.frames), "object requests").toBeLessThanOrEqual(requests);
  expect(bill.rows, "rows written").toBeLessThanOrEqual(ROWS_A_NEW_ROOM * rooms + ALARMS);
});

test.concurrent("[C15] 500 silent sockets are all let in, and all closed, by few alarms", async () => {
  const { spent, bill, ms } = await play("500 silent sockets", 5_000);
  expect(spent).toEqual({ connections: 500, frames: 0, refusals: 0, mostRefusals: 0, heard: 0 });
  expect(bill).toMatchObject({ worker: 500, upgrades: 500, closed: 500 });
  const alarms = Math.ceil(ms / (JOIN_DEADLINE_MS / 3)) + ALARMS;
  expect(bill.calls, "alarms that ring").toBeLessThanOrEqual(alarms);
  expect(bill.rows, "alarms that are set").toBeLessThanOrEqual(alarms);
});
