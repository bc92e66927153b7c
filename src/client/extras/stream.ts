// A client's messages as an async iterator with a bounded buffer. A reader that is too slow loses the oldest, and is told so.
import { type ChatClient, ChatError, type ChatMessage } from "../chat-client.ts";

export type StreamItem =
  | { readonly type: "message"; readonly message: ChatMessage }
  /** The room could not replay these; a page of history may still have them. */
  | { readonly type: "gap"; readonly first: number; readonly last: number }
  /** What came before has no link to what follows: seqs begin again. */
  | { readonly type: "reset" }
  /** The reader was too slow: so many messages are not told, and perhaps a gap or a reset among them. */
  | { readonly type: "lagged"; readonly dropped: number };

interface Reader {
  readonly resolve: (result: IteratorResult<StreamItem>) => void;
  readonly reject: (error: ChatError) => void;
}

export interface StreamOptions {
  /** Items that wait for the reader, at least 1; 1,000 where it is not said. */
  readonly limit?: number;
  /** Ends the stream, and not the client. */
  readonly signal?: AbortSignal;
}

/**
 * Messages from now on. It ends when the client is closed, when `signal` aborts, and when the loop is left. It throws a ChatError
 * where the room has thrown the client out: "superseded", or the code of a hello that it refused.
 */
export class MessageStream implements AsyncIterableIterator<StreamItem> {
  readonly #limit: number;
  readonly #signal: AbortSignal | undefined;
  readonly #off: readonly (() => void)[];
  #items: StreamItem[] = [];
  #dropped = 0;
  #hasLagged = false;
  #isOver = false;
  #error: ChatError | null = null;
  /** Those who wait for an item: more than one only where `next` is called by hand. */
  readonly #readers: Reader[] = [];

  constructor(client: ChatClient, { limit = 1_000, signal }: StreamOptions = {}) {
    this.#limit = Math.max(1, limit);
    this.#signal = signal;
    this.#off = [
      client.on("messages", ({ messages }) => {
        for (const message of messages) this.#push({ type: "message", message });
      }),
      client.on("gap", ({ gap: { first, last } }) => this.#push({ type: "gap", first, last })),
      client.on("reset", () => this.#push({ type: "reset" })),
      client.on("status", ({ status, code }) => {
        if (status === "superseded" || status === "refused")
          this.#finish(new ChatError(code ?? "superseded"));
      }),
      client.on("closed", () => this.#finish()),
    ];
    signal?.addEventListener("abort", this.#leave);
    if (signal?.aborted || client.isClosed) this.#finish();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<StreamItem>> {
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject });
      this.#serve();
    });
  }

  /** What still waits is forgotten. */
  return(): Promise<IteratorResult<StreamItem>> {
    this.#leave();
    return Promise.resolve({ done: true, value: undefined });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  readonly #leave = (): void => {
    this.#items = [];
    this.#hasLagged = false;
    this.#finish();
  };

  #push(item: StreamItem): void {
    this.#items.push(item);
    if (this.#items.length > this.#limit) {
      this.#hasLagged = true;
      if (this.#items.shift()?.type === "message") this.#dropped += 1;
    }
    this.#serve();
  }

  /** What came before the end is still told. */
  #finish(error: ChatError | null = null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#error = error;
    for (const off of this.#off) off();
    this.#signal?.removeEventListener("abort", this.#leave);
    this.#serve();
  }

  #serve(): void {
    while (this.#readers.length > 0 && (this.#isOver || this.#items.length > 0)) {
      const reader = this.#readers.shift();
      const value = this.#take();
      if (value !== undefined) reader?.resolve({ done: false, value });
      else if (this.#error === null) reader?.resolve({ done: true, value: undefined });
      else {
        reader?.reject(this.#error);
        this.#error = null;
      }
    }
  }

  #take(): StreamItem | undefined {
    if (!this.#hasLagged) return this.#items.shift();
    const dropped = this.#dropped;
    this.#hasLagged = false;
    this.#dropped = 0;
    return { type: "lagged", dropped };
  }
}
