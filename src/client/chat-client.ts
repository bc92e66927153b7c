// The connection machine on a real WebSocket: for the page, for tests, and for programs on Node 22 or newer.
import { type ClientOptions, Connection } from "./connection.ts";
import type { AppEvent, ClientEffect, ClientEvent, DeviceHint, Timer } from "./events.ts";

export interface ChatClientOptions extends ClientOptions {
  /** The room's WebSocket address, e.g. `wss://chat.example/api/room/lobby/websocket`. */
  readonly url: string;
  readonly onEvent: (event: AppEvent) => void;
}

export class ChatClient {
  private readonly connection: Connection;
  private readonly options: ChatClientOptions;
  private readonly timers = new Map<Timer, ReturnType<typeof setTimeout>>();
  private socket: WebSocket | null = null;
  private isStopped = false;

  constructor(options: ChatClientOptions) {
    this.options = options;
    this.connection = new Connection(options);
  }

  /** Connects, and stays connected until `stop`. */
  start(): void {
    this.handle({ type: "start" });
  }

  /** Queues a message; `outbox` and `messages` events tell what becomes of it. Returns its local name. */
  send(message: string): string {
    const id = crypto.randomUUID();
    this.handle({ type: "send", id, message });
    return id;
  }

  /** Forgets a message that failed for good. */
  discard(id: string): void {
    this.handle({ type: "discard", id });
  }

  /** Asks for a page of messages before a seq; a `history` event answers. */
  history(before: number): void {
    this.handle({ type: "history", before });
  }

  /** Says what the device knows: its network came or went, or somebody looks again. Reconnects or probes at once. */
  hint(type: DeviceHint): void {
    this.handle({ type });
  }

  /** Leaves the room. The client cannot be used any more. */
  stop(): void {
    this.isStopped = true;
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.socket?.close(1000);
    this.socket = null;
  }

  private handle(event: ClientEvent): void {
    if (this.isStopped) return;
    for (const effect of this.connection.handle(event)) this.perform(effect);
  }

  private perform(effect: ClientEffect): void {
    switch (effect.type) {
      case "open":
        this.open();
        break;
      case "close":
        this.forget();
        break;
      case "transmit":
        if (this.socket?.readyState === 1) this.socket.send(effect.text);
        break;
      case "timer":
        this.arm(effect.timer, effect.ms);
        break;
      default:
        this.options.onEvent(effect);
    }
  }

  private open(): void {
    this.forget();
    const socket = new WebSocket(this.options.url);
    this.socket = socket;
    // Events of a socket that was given up must not reach the machine.
    const ifCurrent = (event: () => ClientEvent) => (): void => {
      if (this.socket === socket) this.handle(event());
    };
    socket.addEventListener(
      "open",
      ifCurrent(() => ({ type: "opened" })),
    );
    socket.addEventListener("message", ({ data }) => {
      if (this.socket === socket) this.handle({ type: "frame", frame: data, random: Math.random() });
    });
    socket.addEventListener("close", ({ code }) => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.handle({ type: "closed", code, random: Math.random() });
    });
  }

  private forget(): void {
    const socket = this.socket;
    this.socket = null;
    if (socket !== null && socket.readyState < 2) socket.close(1000);
  }

  private arm(timer: Timer, ms: number | null): void {
    clearTimeout(this.timers.get(timer));
    if (ms === null) return;
    this.timers.set(
      timer,
      setTimeout(() => this.handle({ type: "timer", timer, random: Math.random() }), ms),
    );
  }
}
