// What the limit laws say of a simulation, seen from outside: what was accepted and when, how long anybody waited, what is left.
import { CALL_MS, type Kind } from "../../src/rate-limit/budget.ts";
import type { Policy } from "../../src/rate-limit/gcra.ts";
import { PEOPLE, ROOMS } from "./scenario.ts";
import type { RoomHost } from "./room-host.ts";
import type { Simulation } from "./simulation.ts";

export const LIMIT_STATES = [
  "moves",
  "yields",
  "checks",
  "answers overtaken by a yield",
  "lost requests",
  "lost answers",
  "late calls",
  "doubled calls",
  "crashes while a budget moves",
  "limiter silent",
  "L9 admissions",
  "clock jumps",
] as const;
type LimitState = (typeof LIMIT_STATES)[number];

const KINDS: readonly Kind[] = ["message", "join"];
/** Clocks are read in whole milliseconds. What moves add besides needs a debt that ends in the very millisecond of each. */
const READING_MS = 1;

/** What the limits are judged by. */
export type Limited = Readonly<Pick<Simulation, "accepted" | "rates" | "clocks">> & {
  readonly rooms: readonly RoomHost[];
};

/** A sentence a complaint. */
export function judgeLimits(simulation: Limited): string[] {
  return [...judgeRates(simulation), ...judgeWaits(simulation)];
}

/** [L1] of all that was accepted under a budget, and [L9] of what each room accepted without. */
function judgeRates({ accepted, rates, clocks }: Limited): string[] {
  const addresses = new Set<string>(PEOPLE.map(({ address }) => address));
  return [...addresses].flatMap((address) =>
    KINDS.flatMap((kind) => {
      const all = accepted.filter((one) => one.address === address && one.kind === kind);
      const what = `${kind}s of ${address}`;
      const held = all.filter(({ isAlone }) => !isAlone).map(({ at }) => at);
      const jumps = clocks.flatMap((clock) => clock.jumps);
      const complaints = overrun(held, jumps, rates[kind]).map((found) => `[L1] ${what}: ${found}`);
      const alone = { ...rates[kind], burst: 1 };
      for (let room = 0; room < ROOMS; room++) {
        const instants = all.filter((one) => one.isAlone && one.room === room).map(({ at }) => at);
        const own = clocks[room]?.jumps ?? [];
        complaints.push(
          ...overrun(instants, own, alone).map((found) => `[L9] ${what} in room ${room} alone: ${found}`),
        );
      }
      return complaints;
    }),
  );
}

/**
 * The first instant at which more was accepted than B + floor(W / T), for some W that ends there: a leaky bucket of B
 * actions ran over. A clock that jumps ahead drains it by as much, one that jumps back not at all (L5).
 */
function overrun(
  instants: readonly number[],
  jumps: readonly { readonly at: number; readonly ms: number }[],
  { periodMs, burst }: Policy,
): string[] {
  const events = [
    ...instants.map((at) => ({ at, drains: 0, adds: periodMs })),
    ...jumps.map(({ at, ms }) => ({ at, drains: Math.max(0, ms), adds: 0 })),
  ].toSorted((a, b) => a.at - b.at || b.adds - a.adds);
  let level = 0;
  let last = 0;
  for (const [i, { at, drains, adds }] of events.entries()) {
    level = Math.max(0, Math.max(0, level - (at - last)) + adds - drains);
    last = at;
    // Of one instant nobody knows the order: it is judged when all of it is counted.
    if (events[i + 1]?.at !== at && level > burst * periodMs + READING_MS)
      return [`at ${at} there were ${(level / periodMs).toFixed(4)} of ${burst} at once`];
  }
  return [];
}

/** [L9] Nobody waits for a limiter for longer than two calls. */
function judgeWaits({ rooms }: Limited): string[] {
  return rooms
    .filter(({ longestWait }) => longestWait > 2 * CALL_MS)
    .map(({ name, longestWait }) => `[L9] in ${name} somebody waited ${longestWait} ms for a budget`);
}

/** Everybody has left, and nothing is owed: neither room nor limiter keeps anything of an address. */
export function judgeDeserted({ rooms, limiters }: Simulation): string[] {
  return [
    ...rooms.flatMap(({ name, ledger }) =>
      ledger.all().map((row) => `[D12] ${name} keeps for ever: ${JSON.stringify(row)}`),
    ),
    ...[...limiters].flatMap(([address, { account }]) =>
      account === null ? [] : [`[D12] the limiter of ${address} keeps for ever: ${JSON.stringify(account)}`],
    ),
  ];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** How far the limits were tried, by the names of states. */
export function limitCounts({
  rooms,
  limiters,
  calls,
  accepted,
  clocks,
}: Simulation): Record<LimitState, number> {
  const hosts = [...limiters.values()];
  return {
    moves: sum(hosts.map(({ counts }) => counts.moves)),
    checks: sum(hosts.map(({ counts }) => counts.checks)),
    yields: sum(rooms.map(({ counts }) => counts.yields)),
    "answers overtaken by a yield": sum(rooms.map(({ counts }) => counts.voided)),
    "lost answers": calls.counts.lostAnswers,
    "lost requests": calls.counts.lostRequests,
    "late calls": calls.counts.late,
    "doubled calls": calls.counts.doubled,
    "crashes while a budget moves": sum([...rooms, ...hosts].map(({ counts }) => counts.crashesInMove)),
    "limiter silent": sum(rooms.map(({ counts }) => counts.giveUps)),
    "L9 admissions": accepted.filter(({ isAlone }) => isAlone).length,
    "clock jumps": sum(clocks.map(({ jumps }) => jumps.length)),
  };
}
