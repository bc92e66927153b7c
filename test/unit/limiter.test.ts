import { expect, test } from "vitest";
import {
  type Account,
  CALL_MS,
  charge,
  MAX_PASSES,
  NEW_ACCOUNT,
  PASS_HELD_MS,
  SLACK_MS,
} from "../../src/rate-limit/charge.ts";
import type { Member } from "../support/limited-members.ts";
import { type Action, LimitedRooms } from "../support/limited-rooms.ts";
import { InOrder, settle } from "../support/network.ts";

const RATE = { periodMs: 5_000, burst: 5 };

const within = (actions: readonly Action[], from: number, to: number): number =>
  actions.filter(({ at }) => at >= from && at <= to).length;

/** Three connections in three rooms that hold the passes of one identity, five that hold none, and a full budget. */
async function threePasses(): Promise<{
  rooms: LimitedRooms;
  network: InOrder;
  holders: Member[];
  others: Member[];
}> {
  const network = new InOrder();
  const rooms = new LimitedRooms(network, RATE, [0, 1_000_000, -1_000_000]);
  const members: Member[] = [];
  for (const [i, wait] of [0, 0, 0, 0, 0, 5_000, 5_000, 5_000].entries()) {
    await rooms.advance(wait, true);
    members.push(rooms.connect(i % 3, "i0", i % 2 === 0));
    await settle(network);
  }
  await rooms.advance(30_000, true);
  return { rooms, network, holders: members.slice(0, MAX_PASSES), others: members.slice(MAX_PASSES) };
}

test("[L1] the bound is reached, slack and passes together, by the limiter's clock and by the rooms'", async () => {
  const { rooms, network, holders, others } = await threePasses();
  const start = rooms.now;
  for (const member of others) rooms.say(member);
  for (const _ of others) await network.step();
  // All are charged; the answers come as late as they may.
  await rooms.advance(CALL_MS, true);
  await rooms.advance(SLACK_MS - 1, true);
  const [ann, bob] = others;
  if (ann === undefined || bob === undefined) throw new Error("Nobody is there.");
  const early = rooms.say(ann);
  await settle(network);
  expect(early.isAccepted).toBe(false);
  await rooms.advance(1, true);
  rooms.say(bob);
  await settle(network);
  for (const holder of holders) expect(rooms.say(holder).isAccepted).toBe(true);
  await settle(network);
  const byLimiter = RATE.burst + Math.floor((3_000 + SLACK_MS) / RATE.periodMs) + MAX_PASSES;
  expect(within(rooms.charged, start, start + 3_000)).toBe(byLimiter);
  const byRooms = RATE.burst + Math.floor((2_000 + SLACK_MS + CALL_MS) / RATE.periodMs) + MAX_PASSES;
  expect(within(rooms.accepted, start + CALL_MS, start + 3_000)).toBe(byRooms);
  expect([byLimiter, byRooms]).toEqual([9, 9]);
});

test("[L1] [L9] the bound with lost calls is reached: one a lost pass use, one a period in each room", async () => {
  const { rooms, network, holders, others } = await threePasses();
  const start = rooms.now;
  const [holder] = holders;
  if (holder === undefined) throw new Error("Nobody is there.");
  network.isDown = true;
  expect(rooms.say(holder).isAccepted).toBe(true);
  for (const member of others) rooms.say(member);
  await rooms.advance(CALL_MS, false);
  // One of the others in each of the three rooms.
  expect(within(rooms.accepted, start, rooms.now)).toBe(1 + 3);
  network.isDown = false;
  for (const member of [holder, ...others.slice(0, 4)]) {
    rooms.say(member);
    await settle(network);
  }
  for (const one of holders) rooms.say(one);
  await settle(network);
  const answered = RATE.burst + Math.floor((CALL_MS + SLACK_MS + CALL_MS) / RATE.periodMs) + MAX_PASSES;
  expect(within(rooms.accepted, start, rooms.now)).toBe(answered + 1 + 3);
});

test("[L1] a pass goes back only after the last charge of a connection that is gone", async () => {
  const { rooms, network, holders, others } = await threePasses();
  const [holder] = holders;
  const [ann] = others;
  if (holder === undefined || ann === undefined) throw new Error("Nobody is there.");
  rooms.say(holder);
  rooms.leave(holder);
  expect(rooms.counts.releases).toBe(0);
  await settle(network);
  expect(rooms.counts.releases).toBe(1);
  rooms.say(ann);
  await settle(network);
  const said = rooms.say(ann);
  expect(said).toMatchObject({ isAccepted: true, answered: rooms.now });
});

test("[L3] passes that a crashed room held block others for a minute, not for ever", async () => {
  const { rooms, network, others } = await threePasses();
  for (const room of [0, 1, 2]) rooms.crash(room);
  const ann = rooms.connect(0, "i0", true);
  await settle(network);
  expect(others.length).toBe(5);
  expect(rooms.say(ann).isAccepted).toBe(false);
  await settle(network);
  await rooms.advance(PASS_HELD_MS, true);
  rooms.say(ann);
  await settle(network);
  expect(rooms.say(ann).isAccepted).toBe(true);
});

test("[L6] neither reconnecting nor a crash or sleep of the room is a refill, with the limiter or without", async () => {
  const network = new InOrder();
  const rooms = new LimitedRooms(network, RATE, [0]);
  const join = async (wait = 0): Promise<boolean> => {
    const member = rooms.connect(0, "i0", true);
    await settle(network);
    await rooms.advance(wait, false);
    return member.join.isAccepted;
  };
  for (let i = 0; i < 5; i++) expect(await join()).toBe(true);
  expect(await join()).toBe(false);
  rooms.crash(0);
  expect(await join()).toBe(false);
  rooms.hibernate(0);
  expect(await join()).toBe(false);
  network.isDown = true;
  expect(await join(CALL_MS)).toBe(true);
  expect(rooms.hibernate(0)).toBe(true);
  expect(await join(CALL_MS)).toBe(false);
});

test("[L9] while the limiter is down: the passes that are held, and one action a period in each room", async () => {
  const { rooms, network, holders, others } = await threePasses();
  network.isDown = true;
  const start = rooms.now;
  for (let tick = 0; tick < 300; tick++) {
    for (const member of [...holders, ...others]) if (member.open.length === 0) rooms.say(member);
    await rooms.advance(100, false);
  }
  const local = 1 + Math.floor((rooms.now - start - CALL_MS + SLACK_MS) / RATE.periodMs);
  expect(within(rooms.accepted, start, rooms.now)).toBe(MAX_PASSES + 3 * local);
});

const give = (account: Account, holder: string, now: number) =>
  charge(RATE, account, { holder, spent: 0, asked: 1 }, now);

test("[L5] a limiter's clock that goes back keeps no pass for longer", () => {
  let account = NEW_ACCOUNT;
  for (const holder of ["a", "b", "c"]) account = give(account, holder, 1_000_000).account;
  account = give(account, "d", 0).account;
  expect(give(account, "d", PASS_HELD_MS - 1).reply.pass).toBe(false);
  expect(give(account, "d", PASS_HELD_MS).reply.pass).toBe(true);
});

/** Limiter calls an accepted action, in ten minutes of ticks of 100 ms; each call takes one tick. */
async function callsPerAction(
  connections: number,
  act: (tick: number) => readonly number[],
  isNew = false,
): Promise<number> {
  const network = new InOrder();
  const rooms = new LimitedRooms(network, RATE, [0]);
  const members: Member[] = [];
  for (let i = 0; i < connections; i++) {
    members.push(rooms.connect(0, "i0", true));
    await settle(network);
    await rooms.advance(RATE.periodMs, true);
  }
  await rooms.advance(RATE.periodMs * RATE.burst, true);
  const before = { calls: rooms.counts.calls, accepted: rooms.accepted.length };
  for (let tick = 0; tick < 6_000; tick++) {
    await settle(network);
    for (const who of act(tick)) {
      const member = members[who];
      if (isNew) rooms.leave(rooms.connect(0, "i0", true));
      else if (member !== undefined) rooms.say(member);
    }
    await rooms.advance(100, true);
  }
  return (rooms.counts.calls - before.calls) / (rooms.accepted.length - before.accepted);
}

const every = (ticks: number, whom: readonly number[]) => (tick: number) => (tick % ticks === 0 ? whom : []);

test("[L3] [L4] limiter calls an accepted message: never more than the demo's one while people keep to the rate", async () => {
  const ten = Array.from({ length: 10 }, (_, i) => i);
  const table = {
    "a paced sender": await callsPerAction(1, every(50, [0])),
    "bursts of 5 at once, every 25 s": await callsPerAction(1, every(250, [0, 0, 0, 0, 0])),
    "bursts of 5 within 1 s, every 25 s": await callsPerAction(1, (tick) =>
      tick % 250 < 10 && tick % 2 === 0 ? [0] : [],
    ),
    "ten senders of one address, 5 s apart": await callsPerAction(10, (tick) =>
      tick % 50 === 0 ? [(tick / 50) % 10] : [],
    ),
    "one that hammers, 10 a second": await callsPerAction(1, every(1, [0])),
    "ten of one address that hammer": await callsPerAction(10, every(1, ten)),
  };
  for (const [who, calls] of Object.entries(table))
    console.log(`${calls.toFixed(2)} calls a message: ${who}`);
  expect(table["a paced sender"]).toBe(1);
  expect(table["bursts of 5 at once, every 25 s"]).toBeCloseTo(0.4, 5);
  expect(table["bursts of 5 within 1 s, every 25 s"]).toBeLessThanOrEqual(1);
  expect(table["ten senders of one address, 5 s apart"]).toBeLessThanOrEqual(1);
  expect(table["one that hammers, 10 a second"]).toBeLessThanOrEqual(1.01);
  expect(table["ten of one address that hammer"]).toBeLessThanOrEqual(10);
});
