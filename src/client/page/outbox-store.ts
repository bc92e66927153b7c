// What was said and is not confirmed, kept beyond the tab, and drafts, kept with it. One entry for each room and tab.
import { parseSavedOutbox, type SavedOutbox } from "../outbox.ts";
import { lasting, ofTab } from "./store.ts";

const OUTBOX = "edge-chat-outbox";
const DRAFT = "edge-chat-draft";

/** With the tab's tag: another tab must not send what this one sends. */
const keyOf = (room: string, tag: string): string => `${OUTBOX} ${tag} ${room}`;

export function keepOutbox(room: string, tag: string, { items, epoch, counter }: SavedOutbox): void {
  if (items.length === 0) lasting.remove(keyOf(room, tag));
  else lasting.set(keyOf(room, tag), JSON.stringify({ items, epoch, counter }));
}

/** An empty one where nothing sensible is kept. */
export const keptOutbox = (room: string, tag: string): SavedOutbox =>
  parseSavedOutbox(lasting.get(keyOf(room, tag))) ?? { items: [], epoch: null, counter: 0 };

/** The tags under which something waits, with its rooms. */
export function waiting(): { readonly tag: string; readonly room: string }[] {
  return lasting.keys().flatMap((key) => {
    const [kind, tag = "", room = ""] = key.split(" ");
    return kind === OUTBOX ? [{ tag, room }] : [];
  });
}

export function keepDraft(room: string, text: string): void {
  if (text === "") ofTab.remove(`${DRAFT} ${room}`);
  else ofTab.set(`${DRAFT} ${room}`, text);
}

export const keptDraft = (room: string): string => ofTab.get(`${DRAFT} ${room}`) ?? "";
