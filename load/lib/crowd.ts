// Which virtual user holds which members, and how long a run may take. The first one holds all senders, so that one clock
// paces them; the others share the receivers.
import { QUIET_RATE } from "./climb.ts";
import { type Plan } from "./pacing.ts";
import { membersOf, type Parameters } from "./parameters.ts";

/** `idInTest` of the virtual user that sends. Receivers follow it, and then the abuser. */
export const SENDER = 1;

export interface Place {
  readonly room: number;
  /** Its number among all members of all rooms. */
  readonly index: number;
  /** Its number among all senders, or null. */
  readonly sender: number | null;
  /** Joins before the plan begins, so that every message is owed. */
  readonly fromStart: boolean;
  /** Members of the room that its virtual user holds. */
  readonly neighbours: number;
}

/** Members of a climb that speak: everybody hears the last words of each, and keeps them. Of 5,000 that would be 25,000,000. */
const MAX_CLIMB_SPEAKERS = 100;

/**
 * The plan of a run: `calibrate` climbs from a tenth of the rate, the others keep it. Of a `climb` only the quiet beginning is
 * planned, and how long its steps are: how they go decides the rest.
 */
export function planOf(parameters: Parameters): Plan {
  const { scenario, rooms, senders, rate, warmupS, durationS, stepS, arrivals: kind, seed } = parameters;
  const all = scenario === "climb" ? QUIET_RATE : rooms * rate;
  return {
    rooms,
    senders: scenario === "climb" ? Math.min(senders, MAX_CLIMB_SPEAKERS) : senders,
    rate: scenario === "calibrate" ? all / 10 : all,
    endRate: all,
    ...(scenario === "climb" && { stepS }),
    ...(kind !== "metronome" && { arrivals: { kind, seed } }),
    warmupMs: warmupS * 1_000,
    windowMs: durationS * 1_000,
  };
}

export const virtualUsersOf = ({ scenario, receivers }: Parameters): number =>
  1 + receivers + (scenario === "abuse" ? 1 : 0);

export type Role = "send" | "receive" | "abuse";

export function roleOf({ receivers }: Parameters, user: number): Role {
  if (user === SENDER) return "send";
  return user <= 1 + receivers ? "receive" : "abuse";
}

/** The members that a virtual user holds, in the order in which they connect. */
export function placesOf(parameters: Parameters, user: number): Place[] {
  const places: Omit<Place, "neighbours">[] = [];
  for (let room = 0; room < parameters.rooms; room += 1) places.push(...placesIn(parameters, user, room));
  const inRoom = new Map<number, number>();
  for (const { room } of places) inRoom.set(room, (inRoom.get(room) ?? 0) + 1);
  return places.map((place) => ({ ...place, neighbours: inRoom.get(place.room) ?? 0 }));
}

function placesIn(parameters: Parameters, user: number, room: number): Omit<Place, "neighbours">[] {
  const { scenario, senders, receivers } = parameters;
  const inRoom = membersOf(parameters);
  const places: Omit<Place, "neighbours">[] = [];
  for (let i = 0; i < inRoom; i += 1) {
    const index = room * inRoom + i;
    // They join first.
    const isSender = i < senders;
    // Counted over all rooms, so that many small rooms are shared evenly, too.
    const receiver = room * (inRoom - senders) + i - senders;
    const holder = isSender ? SENDER : SENDER + 1 + (receiver % receivers);
    if (holder !== user) continue;
    // In a storm of joins one receiver of each virtual user is there before, and sees it begin.
    const fromStart = scenario !== "join-storm" || isSender || receiver < receivers;
    places.push({ room, index, sender: isSender ? room * senders + i : null, fromStart });
  }
  return places;
}

/** The number among all members of a sender by its number; the inverse of `sender` of a place. */
export const indexOfSender = (parameters: Parameters, sender: number): number =>
  Math.floor(sender / parameters.senders) * membersOf(parameters) + (sender % parameters.senders);

/** How many members of a room are there before the plan begins. */
export function presentAtStart(parameters: Parameters, room: number): number {
  let present = 0;
  for (let user = SENDER; user <= SENDER + parameters.receivers; user += 1) {
    present += placesIn(parameters, user, room).filter(({ fromStart }) => fromStart).length;
  }
  return present;
}

/** Seconds within which the slowest run ends by itself; k6 cuts off what takes longer. */
export function longestRunOf(parameters: Parameters): number {
  const { joinTimeoutS, joinRate, warmupS, durationS, drainS, stormS, downS, members, rooms } = parameters;
  const joining = 2 * joinTimeoutS + Math.ceil((members * rooms) / joinRate);
  return joining + warmupS + durationS + 3 * drainS + stormS + downS + 30;
}
