// What is wrong with a simulation that has come to rest, in sentences; and which interesting states it went through.
import { CLOSE } from "../../src/protocol/messages.ts";
import { check } from "../support/checker.ts";
import { tellAnomaly } from "../support/verdict.ts";
import type { Reached } from "../support/reached.ts";
import { ClassicPerson } from "./classic-person.ts";
import { DeliveryPerson } from "./delivery-person.ts";
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
  "limiter silent",
  "superseded",
  "swept",
  "trims",
  "erasures",
  "clock jumps",
  "counts only",
] as const;

/** Judges histories, people and rosters: a sentence a complaint, which begins with its law. Empty: every law held. */
export function judge(simulation: Simulation, reached: Reached): string[] {
  countStates(simulation, reached);
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
  return [
    ...anomalies,
    ...restless.map(({ name }) => `[D2] ${name} did not come to rest`),
    ...simulation.rooms.flatMap((room, i) => judgePresence(room, simulation.peopleOf(i), reached)),
  ];
}

/** [D8] Everybody is back, so what each believes of who is here is all of them, and no ghost. */
function judgePresence(room: RoomHost, people: readonly Person[], reached: Reached): string[] {
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

function countStates({ scheduler, counts, people, rooms }: Simulation, reached: Reached): void {
  reached.add("steps", scheduler.steps);
  reached.add("crashes", counts.crashes);
  reached.add("half-open", counts.halfOpen);
  reached.add("offline", counts.offline);
  reached.add("erasures", counts.erasures);
  reached.add("clock jumps", counts.clockJumps);
  for (const person of people) {
    reached.add("repeats", person.counts.repeats);
    reached.add("refusals", person.counts.refusals);
  }
  for (const room of rooms) {
    reached.add("failed writes", room.counts.resets);
    reached.add("evictions", room.counts.evictions);
    reached.add("wakes by a close", room.counts.closeWakes);
    reached.add("limiter silent", room.counts.giveUps);
    reached.add("trims", room.counts.trims);
    reached.add("superseded", room.closes.get(CLOSE.superseded) ?? 0);
    reached.add("swept", room.closes.get(CLOSE.silent) ?? 0);
  }
}
