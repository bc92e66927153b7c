// The client to take home: promises and typed events over chat-socket.ts. What it costs more stands in extras/.
import type { ErrorCode } from "../protocol/messages.ts";
import { ChatSocket, newId, tried, type SocketClass } from "./chat-socket.ts";
import type { AppEvent, DeviceHint } from "./events.ts";
import type { SavedOutbox } from "./outbox.ts";

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

/** What a listener can hear: all that a connection tells, and the end. */
export type ClientEvents = { readonly [Event in AppEvent as Event["type"]]: Event } & {
  readonly closed: ChatError;
};

interface Waiting {
  readonly resolve: (seq: number | null) => void;
  readonly fail: (code: ChatError["code"], mayBeStored?: boolean) => void;
}

export class ChatClient {
  readonly #options: ChatClientOptions;
  readonly #socket: ChatSocket;
  readonly #waiting = new Map<string, Waiting>();
  readonly #listeners = new Set<(type: string, event: never) => void>();
  /** Why there is no connection, nor an attempt to have one; "" where it was not started, null where there is. */
  #end: ChatError["code"] | "" | null = "";

  constructor(options: ChatClientOptions) {
    this.#options = options;
    const outbox = tried(() => options.storage?.load());
    this.#socket = new ChatSocket({
      ...options,
      ...(outbox && { outbox }),
      onEvent: (event) => this.#observe(event),
    });
    if (options.signal?.aborted) this.close();
    options.signal?.addEventListener("abort", this.close);
  }

  /** Whether it was closed, by `close` or by the signal. */
  get isClosed(): boolean {
    return this.#end === "closed";
  }

  /**
   * Connects, and stays connected until it is closed. Again it does something only after "superseded" or "refused". Returns the
   * client.
   */
  start(): this {
    if (this.#end !== null && !this.isClosed) {
      this.#end = null;
      this.#socket.start();
    }
    return this;
  }

  /**
   * Queues a message, and resolves when it is stored: with its seq, or with null where its event was in a gap that the client
   * missed. Rejects with a ChatError: with the room's code where it is refused for good, and when the client's life ends.
   * `signal` takes back what never was on a wire; otherwise it only ends the waiting, and `mayBeStored` is true.
   */
  async send(text: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<number | null> {
    if (this.#end) throw new ChatError(this.#end);
    if (signal?.aborted) throw new ChatError("aborted", false, { cause: signal.reason });
    const id = newId();
    const withdraw = (): void => this.#socket.do({ type: "withdraw", id });
    signal?.addEventListener("abort", withdraw);
    try {
      return await new Promise((resolve, reject) => {
        const fail: Waiting["fail"] = (code, mayBeStored) =>
          reject(new ChatError(code, mayBeStored, signal?.aborted ? { cause: signal.reason } : {}));
        this.#waiting.set(id, { resolve, fail });
        this.#socket.send(text, id);
      });
    } finally {
      this.#waiting.delete(id);
      signal?.removeEventListener("abort", withdraw);
    }
  }

  /** Hears of one kind of event from now on. Returns what ends it. */
  on<Type extends keyof ClientEvents>(type: Type, listener: (event: ClientEvents[Type]) => void): () => void {
    const hear = (told: string, event: never): void => {
      if (told === type) listener(event);
    };
    this.#listeners.add(hear);
    return () => this.#listeners.delete(hear);
  }

  /** Asks for up to 100 messages before a seq; a `history` event answers. */
  history(before: number): void {
    this.#socket.do({ type: "history", before });
  }

  /** Somebody types; call it at each stroke. */
  typed(): void {
    this.#socket.do({ type: "typed" });
  }

  /** Says what the device knows: its network came or went, or somebody looks again. Reconnects or probes at once. */
  hint(type: DeviceHint): void {
    this.#socket.do({ type });
  }

  /** Leaves the room for good. What waits is rejected; a storage keeps it for the next run. */
  readonly close = (): void => {
    if (this.isClosed) return;
    this.#options.signal?.removeEventListener("abort", this.close);
    this.#socket.stop();
    this.#finish("closed");
    this.#emit("closed", new ChatError("closed"));
  };

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #observe(event: AppEvent): void {
    switch (event.type) {
      case "outbox":
        this.#keep(event);
        break;
      case "placed":
        this.#waiting.get(event.id)?.resolve(event.seq);
        break;
      case "withdrawn":
        this.#waiting.get(event.id)?.fail("aborted", !event.isGone);
        break;
      case "status":
        if (event.status === "superseded") this.#finish("superseded");
        // Of "refused" alone.
        if (event.code) this.#finish(event.code);
        break;
      default:
    }
    this.#emit(event.type, event);
  }

  /** What failed is told to whoever waits for it, and forgotten; for what an earlier run left nobody waits. */
  #keep({ items, epoch, counter }: SavedOutbox): void {
    tried(() => this.#options.storage?.save({ items, epoch, counter }));
    for (const { id, state, code = "bad-frame" } of items) {
      if (state !== "failed") continue;
      this.#waiting.get(id)?.fail(code);
      this.#socket.do({ type: "discard", id });
    }
  }

  #finish(code: ChatError["code"]): void {
    this.#end = code;
    for (const { fail } of this.#waiting.values()) fail(code, true);
  }

  /** One listener that throws takes nothing from the others. */
  #emit<Type extends keyof ClientEvents>(type: Type, event: ClientEvents[Type]): void {
    for (const listener of [...this.#listeners]) tried(() => listener(type, event as never));
  }
}
