// The client to take home: promises, typed events and snapshots over chat-socket.ts. What it costs more stands in extras/.
import type { ChatMessage, ErrorCode, Member } from "../protocol/messages.ts";
import { ChatSocket, newId, report, type SocketClass } from "./chat-socket.ts";
import type { AppEvent, DeviceHint, Status } from "./events.ts";
import type { OutboxItem, SavedOutbox } from "./outbox.ts";
import { type Receipt, Receipts } from "./receipts.ts";

export type { ChatMessage, ErrorCode, Member } from "../protocol/messages.ts";
export type { SocketClass, SocketLike } from "./chat-socket.ts";
export type { AppEvent, DeviceHint, Status } from "./events.ts";
export type { OutboxItem, SavedOutbox } from "./outbox.ts";

/** Where an outbox outlives its client: extras/storage.ts has one for browsers and one for memory. */
export interface OutboxStorage {
  load(): SavedOutbox | null;
  /** Called at every change. What either throws is reported, and stops nothing. */
  save(outbox: SavedOutbox): void;
}

export interface ChatClientOptions {
  /** The room's WebSocket address, e.g. `wss://chat.example/api/room/lobby/websocket`. */
  readonly url: string;
  readonly name: string;
  /** Secret, 16 to 128 units; the same key is the same author, in every room. */
  readonly key: string;
  /** Tells apart tabs and devices with one key, at most 32 units. Two at once with one tag throw each other out. */
  readonly client: string;
  readonly storage?: OutboxStorage;
  /** Closes the client. */
  readonly signal?: AbortSignal;
  /** How many of the newest messages a snapshot has; 200 where it is not said. */
  readonly keep?: number;
  readonly WebSocket?: SocketClass;
}

/** Why a message has no place in the room, or why nobody will tell. */
export class ChatError extends Error {
  override readonly name = "ChatError";
  /** The protocol's code where the room refused; "aborted" by a signal; "superseded" or "closed" with the client. */
  readonly code: ErrorCode | "aborted" | "superseded" | "closed";
  /** Whether the message may be stored all the same, now or later. */
  readonly mayBeStored: boolean;

  constructor(code: ChatError["code"], mayBeStored = false, options?: ErrorOptions) {
    super(`${mayBeStored ? "Perhaps" : "Not"} stored: ${code}.`, options);
    this.code = code;
    this.mayBeStored = mayBeStored;
  }
}

/** What an app draws. A new object at each change, and the same one between changes. */
export interface Snapshot {
  /** "closed": by `close` or by the signal, for good. */
  readonly status: Status | "closed";
  /** When the next attempt is made, in ms from the change on, and why it is necessary, where that is known. */
  readonly retryMs?: number | undefined;
  readonly reason?: string | undefined;
  /** Who we are to others; "" before the first join. */
  readonly author: string;
  /** The newest messages, oldest first; a seq that is not one above the last stands behind a gap. */
  readonly messages: readonly ChatMessage[];
  /** null where the room is too large for a roster. */
  readonly members: readonly Member[] | null;
  readonly count: number;
  /** What is said and not stored yet, in order. */
  readonly outbox: readonly OutboxItem[];
}

/** What a listener can hear: all that a connection tells, a change of the snapshot, and the end. */
export type ClientEvents = { readonly [Event in AppEvent as Event["type"]]: Event } & {
  readonly change: Snapshot;
  readonly closed: ChatError;
};

interface Waiting {
  readonly resolve: (seq: number | null) => void;
  readonly reject: (error: ChatError) => void;
  readonly signal: AbortSignal | undefined;
  readonly onAbort: () => void;
}

export class ChatClient {
  readonly #options: ChatClientOptions;
  readonly #socket: ChatSocket;
  readonly #receipts: Receipts;
  readonly #waiting = new Map<string, Waiting>();
  readonly #listeners = new Map<string, Set<(event: never) => void>>();
  /** Why there is no connection, nor an attempt to have one; "" where it was not started, null where there is. */
  #end: ChatError["code"] | "" | null = "";
  #state: Snapshot = {
    status: "connecting",
    author: "",
    messages: [],
    members: [],
    count: 0,
    outbox: [],
  };

  constructor(options: ChatClientOptions) {
    this.#options = options;
    this.#receipts = new Receipts(options.client);
    const outbox = tried(() => options.storage?.load());
    this.#socket = new ChatSocket({
      ...options,
      ...(outbox && { outbox }),
      onEvent: (event) => this.#observe(event),
    });
    if (options.signal?.aborted) this.close();
    options.signal?.addEventListener("abort", this.close);
  }

  /**
   * Connects, and stays connected until it is closed. Again it does something only after "superseded" or "refused". Returns the
   * client.
   */
  start(): this {
    if (this.#end === null || this.#end === "closed") return this;
    this.#end = null;
    this.#socket.start();
    return this;
  }

  /**
   * Queues a message, and resolves when it is stored: with its seq, or with null where its event was in a gap that the client
   * missed. Rejects with a ChatError: with the room's code where it is refused for good, and when the client's life ends.
   * `signal` takes back what never was on a wire; otherwise it only ends the waiting, and `mayBeStored` is true.
   */
  send(text: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<number | null> {
    return new Promise((resolve, reject) => {
      if (this.#end) return reject(new ChatError(this.#end));
      if (signal?.aborted) return reject(new ChatError("aborted", false, { cause: signal.reason }));
      const id = newId();
      const onAbort = (): void => this.#socket.withdraw(id);
      signal?.addEventListener("abort", onAbort);
      this.#waiting.set(id, { resolve, reject, signal, onAbort });
      this.#socket.send(text, id);
    });
  }

  /** Hears of one kind of event from now on. Returns what ends it. */
  on<Type extends keyof ClientEvents>(type: Type, listener: (event: ClientEvents[Type]) => void): () => void {
    const all = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, all.add(listener));
    return () => all.delete(listener);
  }

  /** Hears of every change of the snapshot; with `snapshot` what React's useSyncExternalStore takes. */
  readonly subscribe = (listener: () => void): (() => void) => this.on("change", listener);

  readonly snapshot = (): Snapshot => this.#state;

  /** Asks for up to 100 messages before a seq; a `history` event answers. */
  history(before: number): void {
    this.#socket.history(before);
  }

  /** Somebody types; call it at each stroke. */
  typed(): void {
    this.#socket.typed();
  }

  /** Says what the device knows: its network came or went, or somebody looks again. Reconnects or probes at once. */
  hint(type: DeviceHint): void {
    this.#socket.hint(type);
  }

  /** Leaves the room for good. What waits is rejected; a storage keeps it for the next run. */
  readonly close = (): void => {
    if (this.#end === "closed") return;
    this.#options.signal?.removeEventListener("abort", this.close);
    this.#socket.stop();
    this.#finish("closed");
    this.#change({ status: "closed", retryMs: undefined, reason: undefined });
    this.#emit("closed", new ChatError("closed"));
  };

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #observe(event: AppEvent): void {
    if (event.type === "outbox") this.#keep(event);
    for (const receipt of this.#receipts.read(event)) this.#settle(receipt);
    this.#show(event);
    this.#emit(event.type, event);
    if (event.type === "status" && (event.status === "superseded" || event.status === "refused"))
      this.#finish(event.code ?? "superseded");
  }

  #keep({ items, epoch, counter }: SavedOutbox): void {
    tried(() => this.#options.storage?.save({ items, epoch, counter }));
    for (const [id, { signal }] of this.#waiting) {
      if (!signal?.aborted) continue;
      const mayBeStored = this.#receipts.isStored(id) || items.some((item) => item.id === id);
      this.#reject(id, new ChatError("aborted", mayBeStored, { cause: signal.reason }));
    }
  }

  #settle(receipt: Receipt): void {
    if ("seq" in receipt) return this.#take(receipt.id)?.resolve(receipt.seq);
    this.#reject(receipt.id, new ChatError(receipt.code));
    this.#socket.discard(receipt.id);
  }

  /** Nobody waits for what an earlier run left. */
  #reject(id: string, error: ChatError): void {
    this.#take(id)?.reject(error);
  }

  /** Nobody waits for this message any more; returns who did. */
  #take(id: string): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.signal?.removeEventListener("abort", waiting.onAbort);
    return waiting;
  }

  #finish(code: ChatError["code"]): void {
    this.#end = code;
    for (const id of this.#waiting.keys()) this.#reject(id, new ChatError(code, true));
  }

  #show(event: AppEvent): void {
    const { keep = 200 } = this.#options;
    if (event.type === "status") {
      const { status, retryMs, reason } = event;
      this.#change({ status, retryMs, reason });
    } else if (event.type === "joined") this.#change({ author: event.author });
    else if (event.type === "reset") this.#change({ messages: [] });
    else if (event.type === "roster") this.#change({ members: event.members, count: event.count });
    else if (event.type === "outbox") this.#change({ outbox: event.items });
    else if (event.type === "messages" && keep > 0)
      this.#change({ messages: [...this.#state.messages, ...event.messages].slice(-keep) });
  }

  #change(fields: Partial<Snapshot>): void {
    this.#state = { ...this.#state, ...fields };
    this.#emit("change", this.#state);
  }

  /** One listener that throws takes nothing from the others. */
  #emit<Type extends keyof ClientEvents>(type: Type, event: ClientEvents[Type]): void {
    for (const listener of [...(this.#listeners.get(type) ?? [])]) tried(() => listener(event as never));
  }
}

/** What an app's own code returns; what it throws is reported, and goes no further. */
function tried<T>(what: () => T): T | undefined {
  try {
    return what();
  } catch (error) {
    report(error);
    return undefined;
  }
}
