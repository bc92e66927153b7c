// How many different coarse states scenarios go through, against how many were played: whether more of the same finds anything new.
import fc from "fast-check";
import { waitOf } from "../../src/rate-limit/gcra.ts";
import type { RoomHost } from "./room-host.ts";
import type { Scenario } from "./scenario.ts";
import { Simulation } from "./simulation.ts";

/** How many states were seen after so many scenarios. */
interface Point {
  readonly runs: number;
  readonly states: number;
}

/** What a way to draw scenarios has seen: the states, and how many there were after so many scenarios. */
export interface Saturation {
  readonly seen: ReadonlySet<string>;
  readonly points: readonly Point[];
}

/** Plays scenarios; a point after each of 1, 2 and 5 times the powers of ten, and in the end. */
export function saturation(arbitrary: fc.Arbitrary<Scenario>, runs: number, seed: number): Saturation {
  const seen = new Set<string>();
  const points: Point[] = [];
  for (const [i, scenario] of fc.sample(arbitrary, { numRuns: runs, seed }).entries()) {
    const simulation = new Simulation(scenario);
    simulation.scheduler.observe = () => {
      for (const state of statesOf(simulation)) seen.add(state);
    };
    simulation.run();
    if (isRound(i + 1) || i + 1 === runs) points.push({ runs: i + 1, states: seen.size });
  }
  return { seen, points };
}

const isRound = (count: number): boolean =>
  [1, 2, 5].some((head) => Number.isInteger(Math.log10(count / head)));

const few = (count: number): string => (count > 2 ? "3+" : `${count}`);

/** A room beside the limiters and the network, coarsely: what matters to a race is there, how much of it is not. */
function statesOf(simulation: Simulation): string[] {
  const { rooms, limiters, calls, rates } = simulation;
  const holders = [...limiters.values()].map(({ account }) => account?.holder?.room ?? "nobody");
  return rooms.map((room, i) => {
    const people = simulation.peopleOf(i);
    const live = people.filter(({ isLive }) => isLive).length;
    const owed = room.memory?.store.ledger.all().map(({ state, debts }) => {
      const isSpent = waitOf(rates.message, debts.message) > 0;
      return `${state}${debts.message > 0 ? " owes" : ""}${isSpent ? " all" : ""}`;
    });
    return [
      tellRoom(room),
      `live ${few(live)} of ${few(people.filter(({ isHere }) => isHere).length)}`,
      `faults ${room.disk.fault} ${calls.fault?.leg} ${calls.fault?.fate}`,
      holders
        .map((holder) => (holder === room.name ? "mine" : holder === "nobody" ? holder : "other"))
        .join(),
      owed?.join() ?? "",
    ].join("; ");
  });
}

function tellRoom({ memory }: RoomHost): string {
  if (memory === null) return "asleep";
  const { members, store } = memory;
  return `members ${few(members.length)}, messages ${few(store.log.head - store.log.floor)}`;
}

const line = (runs: string, name: string, states: string, drawn: string): string =>
  `${runs.padStart(9)}  ${name.padEnd(5)}  ${states.padStart(6)}  ${drawn}`.trimEnd();

/** Both curves as a table for people, with a bar for each point, and what only one of them has seen. */
export function tellSaturation(swarm: Saturation, even: Saturation): string {
  const most = Math.max(swarm.seen.size, even.seen.size, 1);
  const bar = (states: number): string => "#".repeat(Math.round((states / most) * 40));
  const rows = swarm.points.flatMap(({ runs, states }, i) => {
    const other = even.points[i]?.states ?? 0;
    return [line(`${runs}`, "swarm", `${states}`, bar(states)), line("", "even", `${other}`, bar(other))];
  });
  const only = (one: Saturation, other: Saturation): number =>
    [...one.seen].filter((state) => !other.seen.has(state)).length;
  const alone = `Only swarm saw ${only(swarm, even)} states, only even weights ${only(even, swarm)}.`;
  return [line("scenarios", "", "states", ""), ...rows, alone].join("\n");
}
