// The connection machine on a real WebSocket: what the page draws from, and what chat-client.ts makes promises of.
import { type ClientOptions, Connection } from "./connection.ts";
import type { AppEvent, AppWish, ClientEffect, ClientEvent, Timer } from "./events.ts";

export interface ChatSocketOptions extends ClientOptions {
  /** The room's WebSocket address, e.g. `wss://chat.example/api/room/lobby/websocket`. */
  readonly url: string;
  readonly onEvent: (event: AppEvent) => void;
  /** What sockets are made of, where it is not the platform's own: a fake one in tests, or one that sets headers. */
  readonly WebSocket?: SocketClass;
}

/** As much of a WebSocket as is used. */
export type SocketLike = Pick<WebSocket, "readyState" | "addEventListener" | "send" | "close">;

export type SocketClass = new (url: string) => SocketLike;

/**
 * A name for a message, or for a client: 96 random bits in at most 32 characters, as many as a client's tag may have. Not
 * `randomUUID`: a page that came over plain http from another machine has none.
 */
export const newId = (): string => crypto.getRandomValues(new Uint32Array(3)).join("-");

export class ChatSocket {
  readonly #connection: Connection;
  readonly #options: ChatSocketOptions;
  readonly #timers = new Map<Timer, ReturnType<typeof setTimeout>>();
  #socket: SocketLike | null = null;
  /** What happened, and is not handled yet; the first of them is being handled. */
  readonly #events: ClientEvent[] = [];
  #isStopped = false;

  constructor(options: ChatSocketOptions) {
    this.#options = options;
    this.#connection = new Connection(options);
  }

  /** Connects, and stays connected until `stop`. Throws an Error where there is no WebSocket: it would try for ever. */
  start(): void {
    if (!(this.#options.WebSocket ?? globalThis.WebSocket)) throw new Error("No WebSocket.");
    this.#handle({ type: "start" });
  }

  /** Queues a message. Returns its local name: `outbox`, `confirmed` and `placed` events tell by it what becomes of it. */
  send(message: string, id = newId()): string {
    this.#handle({ type: "send", id, message });
    return id;
  }

  /** Does what else an app wants. */
  do(wish: AppWish): void {
    this.#handle(wish);
  }

  /** Leaves the room. The client cannot be used any more. */
  stop(): void {
    this.#isStopped = true;
    this.#forget();
  }

  /** What an app wants while it hears of one event comes after that event: otherwise the wire had another order than the machine. */
  #handle(event: ClientEvent): void {
    if (this.#events.push(event) > 1) return;
    for (const next of this.#events)
      for (const effect of this.#connection.handle(next)) tried(() => this.#perform(effect));
    this.#events.length = 0;
  }

  #perform(effect: ClientEffect): void {
    if (this.#isStopped) return;
    switch (effect.type) {
      case "open":
        this.#open();
        break;
      case "close":
        this.#forget();
        break;
      case "transmit":
        if (this.#socket?.readyState === 1) this.#socket.send(effect.text);
        break;
      case "timer":
        this.#arm(effect.timer, effect.ms);
        break;
      default:
        this.#options.onEvent(effect);
    }
  }

  #open(): void {
    this.#forget();
    const socket = new (this.#options.WebSocket ?? WebSocket)(this.#options.url);
    this.#socket = socket;
    // Events of a socket that was given up must not reach the machine.
    const tell = (event: ClientEvent): void => {
      if (this.#socket === socket) this.#handle(event);
    };
    socket.addEventListener("open", () => tell({ type: "opened" }));
    socket.addEventListener("message", ({ data }) =>
      tell({ type: "frame", frame: data, random: Math.random() }),
    );
    socket.addEventListener("close", ({ code }) => tell({ type: "closed", code, random: Math.random() }));
  }

  #forget(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    const socket = this.#socket;
    this.#socket = null;
    if (socket !== null && socket.readyState < 2) socket.close(1000);
  }

  #arm(timer: Timer, ms: number | null): void {
    clearTimeout(this.#timers.get(timer));
    if (ms === null) return;
    const ring = (): void => this.#handle({ type: "timer", timer, random: Math.random() });
    this.#timers.set(timer, setTimeout(ring, ms));
  }
}

/** What an app's own code returns; what it throws is reported, and goes no further. */
export function tried<T>(what: () => T): T | undefined {
  try {
    return what();
  } catch (error) {
    // As a browser reports what a listener throws; Node has no such way, short of ending the process.
    const { reportError = console.error } = globalThis as { reportError?: (error: unknown) => void };
    reportError(error);
    return undefined;
  }
}
