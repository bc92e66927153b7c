// Where what was said outlives its client: the browser's storage, or memory. And who a browser is, kept in the same way.
import { MAX_CLIENT_TAG_LENGTH, MAX_KEY_LENGTH, MIN_KEY_LENGTH } from "../../protocol/limits.ts";
import type { OutboxStorage } from "../chat-client.ts";
import { newId } from "../chat-socket.ts";
import { parseSavedOutbox, type SavedOutbox } from "../outbox.ts";

/** As much of `localStorage` and `sessionStorage` as is used. Its methods may throw: full, or not allowed. */
export type TextStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** What the names of all outboxes begin with; the client and the room follow, each after a space. */
export const OUTBOX = "edge-chat-outbox";

/**
 * An outbox in a browser's storage, one entry for each room and `client`. Two clients at once must not share an entry: both
 * would send what is in it. What cannot be read is an empty outbox; what cannot be written throws, and the client reports it.
 */
export class WebStorage implements OutboxStorage {
  readonly #storage: TextStorage;
  readonly #key: string;

  constructor(storage: TextStorage, room: string, client: string) {
    this.#storage = storage;
    this.#key = `${OUTBOX} ${client} ${room}`;
  }

  load(): SavedOutbox | null {
    return parseSavedOutbox(this.#storage.getItem(this.#key));
  }

  save({ items, epoch, counter }: SavedOutbox): void {
    if (items.length === 0) this.#storage.removeItem(this.#key);
    else this.#storage.setItem(this.#key, JSON.stringify({ items, epoch, counter }));
  }
}

/** An outbox that outlives a client and not the program: for tests, and for one client after another. */
export class MemoryStorage implements OutboxStorage {
  #outbox: SavedOutbox | null = null;

  load(): SavedOutbox | null {
    return this.#outbox;
  }

  save(outbox: SavedOutbox): void {
    this.#outbox = outbox;
  }
}

/** Made once; and anew where what is kept has a length that a room refuses. */
function kept(storage: TextStorage, name: string, make: () => string, least: number, most: number): string {
  const known = storage.getItem(name);
  if (known !== null && known.length >= least && known.length <= most) return known;
  const made = make();
  storage.setItem(name, made);
  return made;
}

/** A secret, not only a name: 288 random bits, in at most 98 characters. */
const newKey = (): string => [newId(), newId(), newId()].join("-");

/** The secret key of an author: made once and kept. */
export const keyIn = (storage: TextStorage): string =>
  kept(storage, "edge-chat-key", newKey, MIN_KEY_LENGTH, MAX_KEY_LENGTH);

/**
 * The secret key of this browser, and the tag of this tab: made once and kept. `identity(localStorage, sessionStorage)` is one
 * author in all tabs, and in each tab a client of its own that survives a reload.
 */
export const identity = (
  forAuthor: TextStorage,
  forClient: TextStorage,
): { readonly key: string; readonly client: string } => ({
  key: keyIn(forAuthor),
  client: kept(forClient, "edge-chat-client", newId, 1, MAX_CLIENT_TAG_LENGTH),
});
