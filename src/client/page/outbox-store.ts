// What was said and is not confirmed, kept beyond the tab, and drafts, kept with it. One entry for each room and tab.
import { OUTBOX, WebStorage } from "../extras/storage.ts";
import type { SavedOutbox } from "../outbox.ts";
import { lasting, ofTab } from "./store.ts";

const DRAFT = "edge-chat-draft";

/** With the tab's tag: another tab must not send what this one sends. */
const storageOf = (room: string, tag: string): WebStorage => new WebStorage(lasting, room, tag);

export const keepOutbox = (room: string, tag: string, outbox: SavedOutbox): void =>
  storageOf(room, tag).save(outbox);

/** An empty one where nothing sensible is kept. */
export const keptOutbox = (room: string, tag: string): SavedOutbox =>
  storageOf(room, tag).load() ?? { items: [], epoch: null, counter: 0 };

/** The tags under which something waits, with its rooms. */
export function waiting(): { readonly tag: string; readonly room: string }[] {
  return lasting.keys().flatMap((key) => {
    const [kind, tag = "", room = ""] = key.split(" ");
    return kind === OUTBOX ? [{ tag, room }] : [];
  });
}

export function keepDraft(room: string, text: string): void {
  if (text === "") ofTab.removeItem(`${DRAFT} ${room}`);
  else ofTab.setItem(`${DRAFT} ${room}`, text);
}

export const keptDraft = (room: string): string => ofTab.getItem(`${DRAFT} ${room}`) ?? "";
