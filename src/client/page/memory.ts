// What this person has told the page: rooms they were in, with names of their own, people they mute, whether to be called, and
// whether to say that they type.
import { isFields } from "../../protocol/fields.ts";
import { lasting } from "./store.ts";

export interface KnownRoom {
  readonly room: string;
  readonly isPrivate: boolean;
  /** A name of one's own; "" for none. */
  readonly label: string;
}

const ROOMS = "edge-chat-rooms";
const MUTED = "edge-chat-muted";
const ALERTS = "edge-chat-alerts";
const SOUND = "edge-chat-sound";
const TYPING = "edge-chat-typing";
const MOST_ROOMS = 30;

const isRoom = (value: unknown): value is KnownRoom =>
  isFields(value) &&
  typeof value.room === "string" &&
  typeof value.isPrivate === "boolean" &&
  typeof value.label === "string";

/** The room that was entered last comes first. */
export function knownRooms(): readonly KnownRoom[] {
  const kept = lasting.json(ROOMS);
  return Array.isArray(kept) ? kept.filter(isRoom) : [];
}

const keep = (rooms: readonly KnownRoom[]): void =>
  lasting.setItem(ROOMS, JSON.stringify(rooms.slice(0, MOST_ROOMS)));

export const labelOf = (room: string): string =>
  knownRooms().find((known) => known.room === room)?.label ?? "";

/** What a room is called on this screen. */
export const titleOf = (room: string, isPrivate: boolean): string =>
  labelOf(room) || (isPrivate ? "Private room" : room);

export function rememberRoom(room: string, isPrivate: boolean, label = labelOf(room)): void {
  keep([{ room, isPrivate, label }, ...knownRooms().filter((known) => known.room !== room)]);
}

export const forgetRoom = (room: string): void => keep(knownRooms().filter((known) => known.room !== room));

/** Authors who are muted, each with the name they had. */
export function mutedAuthors(): ReadonlyMap<string, string> {
  const kept = lasting.json(MUTED);
  return new Map(isFields(kept) ? Object.entries(kept).map(([author, name]) => [author, String(name)]) : []);
}

export function mute(author: string, name: string | null): void {
  const muted = new Map(mutedAuthors());
  if (name === null) muted.delete(author);
  else muted.set(author, name);
  lasting.setItem(MUTED, JSON.stringify(Object.fromEntries(muted)));
}

export const wantsAlerts = (): boolean => lasting.getItem(ALERTS) === "yes";
export const wantAlerts = (isWanted: boolean): void => lasting.setItem(ALERTS, isWanted ? "yes" : "no");

export const wantsSound = (): boolean => lasting.getItem(SOUND) === "yes";
export const wantSound = (isWanted: boolean): void => lasting.setItem(SOUND, isWanted ? "yes" : "no");

/** Others hear of it unless it is turned off. */
export const tellsTyping = (): boolean => lasting.getItem(TYPING) !== "no";
export const tellTyping = (isTold: boolean): void => lasting.setItem(TYPING, isTold ? "yes" : "no");
