// What this tab has said and the room has not confirmed, kept over a reload. One entry for each room and tab.
import { parseSavedOutbox, type SavedOutbox } from "../outbox.ts";

/** With the tab's tag: a duplicated tab copies the storage, and must not send what its original sends. */
const keyOf = (room: string, tag: string): string => `edge-chat-outbox ${tag} ${room}`;

export function keepOutbox(room: string, tag: string, { items, epoch, counter }: SavedOutbox): void {
  if (items.length === 0) sessionStorage.removeItem(keyOf(room, tag));
  else sessionStorage.setItem(keyOf(room, tag), JSON.stringify({ items, epoch, counter }));
}

/** An empty one where nothing sensible is kept. */
export const keptOutbox = (room: string, tag: string): SavedOutbox =>
  parseSavedOutbox(sessionStorage.getItem(keyOf(room, tag))) ?? { items: [], epoch: null, counter: 0 };
