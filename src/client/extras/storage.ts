// Where what was said outlives its client: the browser's storage, or memory. And who a browser is, kept in the same way.
import type { OutboxStorage } from "../chat-client.ts";
import { newId } from "../chat-socket.ts";
import { parseSavedOutbox, type SavedOutbox } from "../outbox.ts";

/** As much of `localStorage` and `sessionStorage` as is used. Its methods may throw: full, or not allowed. */
export type TextStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/**
 * An outbox in a browser's storage, one entry for each room and `client`. Two clients at once must not share an entry: both
 * would send what is in it. What cannot be read is an empty outbox; what cannot be written throws, and the client reports it.
 */
export class WebStorage implements OutboxStorage {
  readonly #storage: TextStorage;
  readonly #key: string;

  constructor(storage: TextStorage, room: string, client: string) {
    this.#storage = storage;
    this.#key = `edge-chat-outbox ${client} ${room}`;
  }

  load(): SavedOutbox | null {
    return parseSavedOutbox(this.#storage.getItem(this.#key));
  }

  save(outbox: SavedOutbox): void {
    if (outbox.items.length === 0) this.#storage.removeItem(this.#key);
    else this.#storage.setItem(this.#key, JSON.stringify(outbox));
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

function kept(storage: TextStorage, name: string): string {
  const known = storage.getItem(name);
  if (known !== null) return known;
  const made = newId();
  storage.setItem(name, made);
  return made;
}

/**
 * The secret key of this browser, and the tag of this tab: made once and kept. `identity(localStorage, sessionStorage)` is one
 * author in all tabs, and in each tab a client of its own that survives a reload.
 */
export const identity = (
  forAuthor: TextStorage,
  forClient: TextStorage,
): { readonly key: string; readonly client: string } => ({
  key: kept(forAuthor, "edge-chat-key"),
  client: kept(forClient, "edge-chat-client"),
});
