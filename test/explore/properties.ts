// What is judged of every state: with the checker and the judges of the simulation, against what is durable at that moment.
import { check } from "../support/checker.ts";
import { seenOf } from "../support/history.ts";
import { Reached } from "../support/reached.ts";
import { tellAnomaly } from "../support/verdict.ts";
import { ClassicPerson } from "../simulation/classic-person.ts";
import { judgePresence } from "../simulation/judge.ts";
import { judgeLimits } from "../simulation/limit-judge.ts";
import type { Person } from "../simulation/person.ts";
import { DeliveryPerson } from "../simulation/delivery-person.ts";
import { judgeRefusals } from "./waits.ts";
import type { World } from "./world.ts";

/**
 * A sentence a complaint, which begins with its law; empty where every law holds. A state at rest is judged as an end, too: all
 * that was said is stored, all have heard it, and rosters are right. May wake rooms: judge a world last.
 */
export function complaintsOf(world: World): string[] {
  const { isQuiet } = world;
  const complaints = [
    ...world.histories.flatMap((_, i) => judgeHistory(world, i, isQuiet)),
    ...world.histories.flatMap((_, i) => judgeGaps(world, i)),
    ...world.people.flatMap((person) => (person instanceof ClassicPerson ? person.complaints : [])),
    ...judgeLimits(world),
    ...judgeHolders(world),
    ...judgeRefusals(world),
  ];
  return isQuiet ? [...complaints, ...judgeRest(world)] : complaints;
}

/** Against the disk: what somebody was shown, or told to be stored, and is not on it, a crash would take back (D5, D6). */
function judgeHistory({ histories, rooms }: World, i: number, isQuiet: boolean): string[] {
  const log = rooms[i]?.disk.read()?.log;
  const messages = log?.after(log.floor, Number.MAX_SAFE_INTEGER).map(seenOf) ?? [];
  const { epoch, floor } = log ?? { epoch: "none yet", floor: 0 };
  const history = histories[i] ?? [];
  return check([...history, { type: "log", epoch, floor, messages, isQuiet }]).anomalies.map(tellAnomaly);
}

/** A gap names what is not to be had any more; of these few messages nothing was dropped. */
function judgeGaps({ histories, rooms }: World, i: number): string[] {
  const floor = rooms[i]?.disk.read()?.log.floor ?? 0;
  return (histories[i] ?? []).flatMap((event) =>
    event.type === "gap" && event.last > floor
      ? [`[P3] ${event.client} was told that ${event.last} is missing`]
      : [],
  );
}

/** Of the budget of an identity one room at most may say that it holds it, in memory or on its disk. */
function judgeHolders({ rooms, limiters }: World): string[] {
  return [...limiters.keys()].flatMap((identity) => {
    const holders = rooms.filter(({ disk }) => disk.read()?.ledger.read(identity)?.state === "held");
    const names = holders.map(({ name }) => name).join(" and ");
    return holders.length > 1 ? [`[L1] ${names} hold the budget of ${identity}`] : [];
  });
}

function judgeRest(world: World): string[] {
  const here = world.people.filter(({ isHere }) => isHere);
  const restless = here.filter(({ isAtRest }) => !isAtRest);
  const reached = new Reached("counts only");
  return [
    ...restless.map(({ name }) => `[D2] ${name} did not come to rest`),
    ...world.rooms.flatMap((room, i) =>
      judgePresence(
        room,
        world.peopleOf(i).filter(({ isHere }) => isHere),
        reached,
      ),
    ),
    ...here.flatMap((person) => judgeRoster(world, person)),
  ];
}

/** Where rosters have room for all, nobody knows only how many are here (P9). */
function judgeRoster({ scope, people, rooms }: World, person: Person): string[] {
  const room = rooms[scope.people[people.indexOf(person)]?.room ?? 0];
  const isLittle = room !== undefined && room.joined.length <= scope.rosterMax;
  return isLittle && person instanceof DeliveryPerson && person.roster === null
    ? [`[D8] ${person.name} knows how many are here, and not who`]
    : [];
}
