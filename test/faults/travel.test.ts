import { expect, test } from "vitest";
import type { Workerd } from "../../tools/workerd.ts";
import { CALL_MS } from "../../src/rate-limit/budget.ts";
import { brokenWorker, serve } from "../support/fault-server.ts";
import { momentsOf } from "../support/moments.ts";
import { Reached } from "../support/reached.ts";
import { readLog } from "../support/read-log.ts";
import { Traveller } from "../support/traveller.ts";
import { pause, until } from "../support/until.ts";

const KILLS = Number(process.env.FAULT_KILLS ?? 20);
interface Rate {
  readonly periodMs: number;
  readonly burst: number;
}

/** Longer than a round takes: what a kill would refill, the time between would not. */
const RATE: Rate = { periodMs: 4_000, burst: 40 };
/** So few that a round spends them on any machine, and so slow that only a kill refills them. */
const SCARCE: Rate = { periodMs: 60_000, burst: 5 };
/** How many rooms somebody talks in at once. */
const ROOMS = 3;
/** After a kill, rooms with books of their own, and one that knows nothing but what the limiter tells it. */
const someNew = (round: number): readonly string[] => ["travel-1", "travel-2", `travel-new-${round}`];
/** Rooms that know nothing: what a limiter forgets, nobody makes good. */
const allNew = (round: number): readonly string[] =>
  Array.from({ length: ROOMS }, (_, i) => `travel-${round}-${i}`);
/** Milliseconds: before, in and after the commits of a move. */
const SPREAD_MS = { from: 20, over: 201 };

/** How many of these came beyond B + floor(W / T) in some window: a leaky bucket runs over. */
function overflow(instants: readonly number[], { burst, periodMs }: Rate): number {
  let level = 0;
  let last = 0;
  let over = 0;
  for (const at of instants) {
    level = Math.max(0, level - (at - last)) + periodMs;
    last = at;
    // Clocks are read in whole milliseconds.
    if (level > burst * periodMs + 1) over += 1;
  }
  return over;
}

interface Journey {
  readonly traveller: Traveller;
  /** What the rooms stored, by time, and in which room. */
  readonly stored: readonly { readonly timestamp: number; readonly message: string; readonly room: string }[];
}

/** One identity talks in three rooms, after each kill of the server in those of its round. */
async function travel(
  server: Workerd,
  kills: number,
  roomsOf: (round: number) => readonly string[],
): Promise<Journey> {
  const { random } = momentsOf("SIGKILL of a move");
  const traveller = new Traveller(server.url, "10.9.1.1");
  for (let round = 0; round < kills; round++) {
    await traveller.arrive(roomsOf(round));
    const before = traveller.answers;
    let isOver = false;
    const talking = traveller.talk(() => isOver);
    await until(
      () => traveller.answers > before,
      () => `an answer after kill ${round}`,
    );
    await pause(SPREAD_MS.from + random(SPREAD_MS.over));
    await server.kill();
    isOver = true;
    await talking;
    await server.start();
  }
  await traveller.arrive(roomsOf(kills));
  const { size } = traveller.acknowledged;
  await traveller.talk(() => traveller.acknowledged.size > size);
  const rooms = new Set(Array.from({ length: kills + 1 }, (_, round) => roomsOf(round)).flat());
  const logs = await Promise.all(
    [...rooms].map(async (room) =>
      (await readLog(server.url, room)).messages.map((seen) => ({ ...seen, room })),
    ),
  );
  return { traveller, stored: logs.flat().toSorted((a, b) => a.timestamp - b.timestamp) };
}

/** Messages over the bound, where rooms may have gone on without their limiter if the machine stood still (L9). */
function overBound({ traveller, stored }: Journey, { burst, periodMs }: Rate): number {
  const rooms = traveller.slowest < CALL_MS ? 0 : ROOMS;
  return overflow(
    stored.map(({ timestamp }) => timestamp),
    { burst: burst + rooms, periodMs: periodMs / (1 + rooms) },
  );
}

const varsOf = ({ periodMs, burst }: Rate): Record<string, string> => ({
  RATE_PERIOD_MS: `${periodMs}`,
  RATE_BURST: `${burst}`,
  MAX_SOCKETS_PER_IDENTITY: "10000",
});

test("[L1] [L6] [D5] SIGKILL while a budget moves between rooms, again and again: nobody gets more than the rate, and nothing acknowledged is lost", async () => {
  const reached = new Reached("kills", "moves", "accepted", "refused", "acknowledged");
  const server = await serve("travel", { vars: varsOf(RATE) });
  const journey = await travel(server, KILLS, someNew);
  const { traveller, stored } = journey;
  const texts = new Set(stored.map(({ message }) => message));
  expect([...traveller.acknowledged].filter((text) => !texts.has(text))).toEqual([]);
  expect(overBound(journey, RATE), "messages over the bound").toBe(0);
  reached.add("kills", KILLS);
  reached.add("moves", stored.filter(({ room }, i) => i > 0 && stored[i - 1]?.room !== room).length);
  reached.add("accepted", stored.length);
  reached.add("acknowledged", traveller.acknowledged.size);
  reached.add("refused", traveller.refused);
  reached.report("[L1] SIGKILL while a budget moves: over the bound 0, lost 0;");
});

test("[L1] [L6] a limiter that stores nothing is caught: each kill is a refill", async () => {
  const worker = await brokenWorker("this.ctx.storage.kv.put(KEY, effect.account);", "");
  const server = await serve("no-storage", { vars: varsOf(SCARCE), worker });
  // So many that one message after each is over the bound, even where the machine stands still.
  const journey = await travel(server, 20, allNew);
  expect(overBound(journey, SCARCE), "messages over the bound").toBeGreaterThan(0);
});
