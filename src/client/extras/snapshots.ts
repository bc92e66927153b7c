// A client's state to draw, as one object: for React's useSyncExternalStore, and for whoever draws anew at each change.
import type { AppEvent, ChatClient, ChatMessage, Member, OutboxItem, Status } from "../chat-client.ts";
import { tried } from "../chat-socket.ts";

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

export interface SnapshotOptions {
  /** How many of the newest messages a snapshot has; 200 where it is not said. */
  readonly keep?: number;
}

/** Make it before the client is started: it knows what is told from then on. */
export class Snapshots {
  readonly #keep: number;
  readonly #listeners = new Set<() => void>();
  #state: Snapshot = {
    status: "connecting",
    author: "",
    messages: [],
    members: [],
    count: 0,
    outbox: [],
  };

  constructor(client: ChatClient, { keep = 200 }: SnapshotOptions = {}) {
    this.#keep = keep;
    for (const type of ["status", "joined", "reset", "roster", "outbox", "messages"] as const)
      client.on(type, (event) => this.#show(event));
    const close = (): void => this.#change({ status: "closed", retryMs: undefined, reason: undefined });
    client.on("closed", close);
    if (client.isClosed) close();
  }

  readonly snapshot = (): Snapshot => this.#state;

  /** Hears of every change. Returns what ends it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const hear = (): void => listener();
    this.#listeners.add(hear);
    return () => this.#listeners.delete(hear);
  };

  #show(event: AppEvent): void {
    if (event.type === "status") {
      const { status, retryMs, reason } = event;
      this.#change({ status, retryMs, reason });
    } else if (event.type === "joined") this.#change({ author: event.author });
    else if (event.type === "reset") this.#change({ messages: [] });
    else if (event.type === "roster") this.#change({ members: event.members, count: event.count });
    else if (event.type === "outbox") this.#change({ outbox: event.items });
    else if (event.type === "messages" && this.#keep > 0)
      this.#change({ messages: [...this.#state.messages, ...event.messages].slice(-this.#keep) });
  }

  /** One listener that throws takes nothing from the others. */
  #change(fields: Partial<Snapshot>): void {
    this.#state = { ...this.#state, ...fields };
    for (const listener of [...this.#listeners]) tried(listener);
  }
}
