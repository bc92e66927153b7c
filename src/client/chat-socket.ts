// The connection machine on a real WebSocket: what the page draws from, and what chat-client.ts makes promises of.
import { type ClientOptions, Connection } from "./connection.ts";
import { type AppEvent, type ClientEffect, type ClientEvent, type DeviceHint, type Timer } from "./events.ts";

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

/** A name for a message. Not `randomUUID`: a page that came over plain http from another machine has none. */
export const newId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export class ChatSocket {
  readonly #connection: Connection;
  readonly #options: ChatSocketOptions;
  readonly #timers = new Map<Timer, ReturnType<typeof setTimeout>>();
  #socket: SocketLike | null = null;
  readonly #events: ClientEvent[] = [];
  #isHandling = false;
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

  /** Queues a message; `outbox` and `messages` events tell what becomes of it. Returns its local name. */
  send(message: string, id = newId()): string {
    this.#handle({ type: "send", id, message });
    return id;
  }

  /** Forgets a message that failed for good. */
  discard(id: string): void {
    this.#handle({ type: "discard", id });
  }

  /** Takes back a message that never was on a wire; the next `outbox` event tells whether that was so. */
  withdraw(id: string): void {
    this.#handle({ type: "withdraw", id });
  }

  /** Asks for a page of messages before a seq; a `history` event answers. */
  history(before: number): void {
    this.#handle({ type: "history", before });
  }

  /** Somebody types; call it at each stroke. The others hear of it where the room tells it, and not too often. */
  typed(): void {
    this.#handle({ type: "typed" });
  }

  /** Says what the device knows: its network came or went, or somebody looks again. Reconnects or probes at once. */
  hint(type: DeviceHint): void {
    this.#handle({ type });
  }

  /** Leaves the room. The client cannot be used any more. */
  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#socket?.close(1000);
    this.#socket = null;
  }

  /** What an app does while it hears of one event comes after it: otherwise the wire had another order than the machine. */
  #handle(event: ClientEvent): void {
    this.#events.push(event);
    if (this.#isHandling) return;
    this.#isHandling = true;
    for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) this.#step(next);
    this.#isHandling = false;
  }

  #step(event: ClientEvent): void {
    for (const effect of this.#connection.handle(event)) this.#attempt(effect);
  }

  /** The connection lives on, whatever the app makes of what it hears; stopped, it does nothing more. */
  #attempt(effect: ClientEffect): void {
    if (this.#isStopped) return;
    try {
      this.#perform(effect);
    } catch (error) {
      report(error);
    }
  }

  #perform(effect: ClientEffect): void {
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
    const ifCurrent = (event: () => ClientEvent) => (): void => {
      if (this.#socket === socket) this.#handle(event());
    };
    socket.addEventListener(
      "open",
      ifCurrent(() => ({ type: "opened" })),
    );
    socket.addEventListener("message", ({ data }) => {
      if (this.#socket === socket) this.#handle({ type: "frame", frame: data, random: Math.random() });
    });
    socket.addEventListener("close", ({ code }) => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.#handle({ type: "closed", code, random: Math.random() });
    });
  }

  #forget(): void {
    const socket = this.#socket;
    this.#socket = null;
    if (socket !== null && socket.readyState < 2) socket.close(1000);
  }

  #arm(timer: Timer, ms: number | null): void {
    clearTimeout(this.#timers.get(timer));
    if (ms === null) return;
    this.#timers.set(
      timer,
      setTimeout(() => this.#handle({ type: "timer", timer, random: Math.random() }), ms),
    );
  }
}

/** As a browser reports what a listener throws; Node has no such way, short of ending the process. */
export function report(error: unknown): void {
  const { reportError } = globalThis as { reportError?: (error: unknown) => void };
  if (reportError !== undefined) reportError(error);
  else console.error(error);
}
