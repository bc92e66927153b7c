// What the bench runs, in which order, and how long that takes: every server with every number of members, round after round. Pure.

import { MANY_PER_ADDRESS } from "../lib/addresses.ts";
import { Failure } from "../../tools/command.ts";
import type { TargetKind } from "./result.ts";

export interface Server {
  readonly id: string;
  readonly words: string;
  readonly target: TargetKind;
  readonly protocol: "classic" | "delivery";
}

/** In the order in which tables show them. */
export const SERVERS = [
  { id: "room", words: "Edge Chat, delivery", target: "local", protocol: "delivery" },
  { id: "room-classic", words: "Edge Chat, classic", target: "local", protocol: "classic" },
  { id: "demo", words: "demo-like object", target: "demo", protocol: "classic" },
  { id: "relay", words: "bare relay object", target: "relay", protocol: "classic" },
  { id: "node-ws", words: "Node ws server", target: "node-ws", protocol: "classic" },
  { id: "null", words: "generator's limit, delivery", target: "null", protocol: "delivery" },
  { id: "null-classic", words: "generator's limit, classic", target: "null", protocol: "classic" },
] as const satisfies readonly Server[];
export type ServerId = (typeof SERVERS)[number]["id"];

/** A server that does nothing: what is reached there is the generator's limit. */
export const isNull = (id: ServerId): boolean => id === "null" || id === "null-classic";
export const wordsOf = (id: ServerId): string => SERVERS.find((server) => server.id === id)?.words ?? id;

export const MEMBERS = [10, 100, 1_000, 5_000] as const;

export interface BenchPlan {
  readonly servers: readonly ServerId[];
  readonly members: readonly number[];
  readonly rounds: number;
  /** A shorter look: coarser steps. */
  readonly isQuick: boolean;
  /** Seconds that joins may take. */
  readonly joinLimitS: number;
}

/** One server with so many members, once. */
export interface CellPlan {
  readonly server: ServerId;
  readonly members: number;
  /** From 1. */
  readonly round: number;
}

/** The servers named in a list such as "room,demo". Throws a Failure (exit code 2) where one is unknown. */
export function serversIn(list: string): ServerId[] {
  const ids = SERVERS.map(({ id }) => id);
  return list.split(",").map((name) => {
    const found = ids.find((id) => id === name);
    if (found === undefined) throw new Failure(`--servers takes ${ids.join(", ")}.`, 2);
    return found;
  });
}

/** Servers take turns, forth in one round and back in the next; what the generator can do is measured once. */
export function cellsOf({ servers, members, rounds }: BenchPlan): CellPlan[] {
  const cells: CellPlan[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const order = round % 2 === 1 ? servers : servers.toReversed();
    for (const count of members) {
      for (const server of order)
        if (round === 1 || !isNull(server)) cells.push({ server, members: count, round });
    }
  }
  return cells;
}

/** The 99th percentile (ms) within which a rate counts as sustained: a room of thousands takes longer to write to all. */
export const boundOf = (members: number): number => (members >= 5_000 ? 250 : members >= 1_000 ? 150 : 100);

/** The rate of the first step is that of so many deliveries a second: less than any of the servers holds on any machine of today. */
const FIRST_DELIVERIES = 20_000;
/** Rounds after the first begin so far below what was found, and climb more slowly. */
const AGAIN = { below: 0.75, factor: 1.25 } as const;
const JOINS_PER_SECOND = 1_000;
/** A delivery is timed for one member in so many, and at least for ten. */
const TIMED = 20;

/** The script's variables for one cell; `found` is the highest rate of the round before, null where there is none. */
export function envOf(cell: CellPlan, plan: BenchPlan, found: number | null): Record<string, string> {
  const { server, members } = cell;
  const protocol = SERVERS.find(({ id }) => id === server)?.protocol ?? "classic";
  const first = Math.max(2, FIRST_DELIVERIES / members);
  const values = {
    CHAT_PROTOCOL: protocol,
    CHAT_MEMBERS: members,
    CHAT_RATE: round(found === null ? first : found * AGAIN.below),
    CHAT_FACTOR: found === null ? 2 : AGAIN.factor,
    CHAT_PRECISION: plan.isQuick ? 1.3 : 1.15,
    CHAT_P99_MS: boundOf(members),
    CHAT_SAMPLE: Math.max(1, Math.min(TIMED, Math.floor(members / 10))),
    CHAT_STEP_S: stepOf(plan, members),
    CHAT_DURATION_S: climbOf(plan, members).most,
    CHAT_DRAIN_S: 15,
    CHAT_JOIN_RATE: JOINS_PER_SECOND,
    CHAT_PER_ADDRESS: MANY_PER_ADDRESS,
    CHAT_JOIN_TIMEOUT_S: plan.joinLimitS,
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, `${value}`]));
}

const round = (rate: number): number => Number(rate.toPrecision(3));
const stepOf = ({ isQuick }: BenchPlan, members: number): number => (members >= 5_000 ? 5 : isQuick ? 2 : 3);

/** Seconds that a climb takes: so many steps as a rule, and at most. */
function climbOf(plan: BenchPlan, members: number): { readonly usual: number; readonly most: number } {
  const step = stepOf(plan, members);
  return { usual: step * (plan.isQuick ? 12 : 15), most: step * 36 };
}

/** Processes start and end. */
const AROUND_S = 6;
/** In the classic protocol each member hears of each. */
const JOIN_FRAME_S = 15e-6;

/** How long it all takes, in seconds: usually, and at most. */
export function durationOf(plan: BenchPlan): { readonly usual: number; readonly most: number } {
  let [usual, most] = [0, 0];
  for (const { server, members } of cellsOf(plan)) {
    const protocol = SERVERS.find(({ id }) => id === server)?.protocol;
    const frames = protocol === "classic" ? members * members : 0;
    const joins = members / JOINS_PER_SECOND + frames * JOIN_FRAME_S;
    const climb = climbOf(plan, members);
    const fills = joins < plan.joinLimitS;
    usual += AROUND_S + (fills ? joins + climb.usual : 2 * plan.joinLimitS);
    most += AROUND_S + 2 * plan.joinLimitS + climb.most;
  }
  return { usual, most };
}
