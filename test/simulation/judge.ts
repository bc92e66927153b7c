// What is wrong with a simulation that has come to rest, in sentences; and which interesting states it went through.
import { CLOSE } from "../../src/protocol/messages.ts";
import { check } from "../support/checker.ts";
import { tellAnomaly } from "../support/verdict.ts";
import type { Reached } from "../support/reached.ts";
import { ClassicPerson } from "./classic-person.ts";
import { DeliveryPerson } from "./delivery-person.ts";
import { judgeDeserted, judgeLimits, LIMIT_STATES, limitCounts } from "./limit-judge.ts";
import type { Person } from "./person.ts";
import type { RoomHost } from "./room-host.ts";
import type { Simulation } from "./simulation.ts";

export const STATES = [
  "steps",
  "sent",
  "acknowledged",
  "received",
  "resumed",
  "told missing",
  "repeats",
  "refusals",
  "crashes",
  "failed writes",
  "evictions",
  "wakes by a close",
  "half-open",
  "offline",
  "superseded",
  "swept",
  "trims",
  "erasures",
  "counts only",
  "flushes with several messages",
  "messages during a flush",
  "joins between slices",
  "closes between slices",
  "slow readers",
  "several closes asleep",
  "presence with messages",
  "pending, lost and said again",
  ...LIMIT_STATES,
] as const;

/**
 * Judges histories, people, rosters and limits: a sentence a complaint, which begins with its law. Empty: every law held.
 * In the end everybody leaves.
 */
export function judge(simulation: Simulation, reached: Reached): string[] {
  const anomalies = simulation.histories.flatMap((history) => {
    const verdict = check(history);
    reached.add("sent", verdict.counts.sent);
    reached.add("acknowledged", verdict.counts.acknowledged);
    reached.add("received", verdict.counts.received);
    reached.add("resumed", verdict.counts.resumed);
    reached.add("told missing", verdict.counts.toldMissing);
    return verdict.anomalies.map(tellAnomaly);
  });
  const restless = simulation.people.filter(({ isAtRest }) => !isAtRest);
  const complaints = [
    ...anomalies,
    ...restless.map(({ name }) => `[D2] ${name} did not come to rest`),
    ...simulation.rooms.flatMap((room, i) => judgePresence(room, simulation.peopleOf(i), reached)),
    ...simulation.people.flatMap((person) => (person instanceof ClassicPerson ? person.complaints : [])),
    ...judgeLimits(simulation),
  ];
  simulation.desert();
  countStates(simulation, reached);
  return [...complaints, ...judgeDeserted(simulation)];
}

/** [D8] Everybody is back, so what each believes of who is here is all of them, and no ghost. */
export function judgePresence(room: RoomHost, people: readonly Person[], reached: Reached): string[] {
  const here = room.joined.toSorted();
  const names = people.map(({ name }) => name).toSorted();
  const ghosts =
    here.length === people.length
      ? []
      : [`[D8] the room has ${here.length} members for ${people.length} people`];
  const wrong = people.flatMap((person) => {
    if (person instanceof ClassicPerson) {
      const told = [...person.names].flatMap(([name, times]) => Array.from({ length: times }, () => name));
      return told.toSorted().join() === names.join()
        ? []
        : [`[D8] ${person.name} believes in ${told.join()}`];
    }
    if (!(person instanceof DeliveryPerson)) return [];
    const roster = person.roster?.map(({ connection }) => connection).toSorted();
    if (roster === undefined) reached.add("counts only");
    const isRight = person.count === here.length && (roster === undefined || roster.join() === here.join());
    return isRight
      ? []
      : [`[D8] ${person.name} believes in ${person.count}: ${roster?.join() ?? "no roster"}`];
  });
  return [...ghosts, ...wrong];
}

function countStates(simulation: Simulation, reached: Reached): void {
  const { scheduler, counts, people, rooms } = simulation;
  for (const [state, times] of Object.entries(limitCounts(simulation))) reached.add(state, times);
  reached.add("steps", scheduler.steps);
  reached.add("crashes", counts.crashes);
  reached.add("half-open", counts.halfOpen);
  reached.add("offline", counts.offline);
  reached.add("erasures", counts.erasures);
  for (const person of people) {
    reached.add("repeats", person.counts.repeats);
    reached.add("refusals", person.counts.refusals);
    const shared = person.transcript.filter(
      (frame) => frame.includes('"events":') && frame.includes('"presence":'),
    );
    reached.add("presence with messages", shared.length);
  }
  for (const room of rooms) {
    reached.add("failed writes", room.counts.resets);
    reached.add("evictions", room.counts.evictions);
    reached.add("wakes by a close", room.counts.closeWakes);
    reached.add("trims", room.counts.trims);
    reached.add("flushes with several messages", room.counts.fullAppends);
    reached.add("messages during a flush", room.counts.saidInFlush);
    reached.add("joins between slices", room.counts.joinsInFlush);
    reached.add("closes between slices", room.counts.closesInFlush);
    reached.add("several closes asleep", room.counts.closesAsleep);
    reached.add("pending, lost and said again", room.counts.lostAndSaidAgain);
    reached.add("slow readers", room.sockets.closes.get(CLOSE.slowReader) ?? 0);
    reached.add("superseded", room.sockets.closes.get(CLOSE.superseded) ?? 0);
    reached.add("swept", room.sockets.closes.get(CLOSE.silent) ?? 0);
  }
}
