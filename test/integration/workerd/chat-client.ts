// The client's pure machine on a WebSocket inside workerd: outbox, resume and backoff are the real ones. The test holds
// the clock, so timers ring when the test says so. What the app hears goes into a history for the checker.
import { Connection } from "../../../src/client/connection.ts";
import type { ClientEffect, ClientEvent, Status, Timer } from "../../../src/client/events.ts";
import type { OutboxItem } from "../../../src/client/outbox.ts";
import type { Member } from "../../../src/protocol/messages.ts";
import type { Frame } from "../../support/frames.ts";
import { ClientRecorder, type HistoryEvent } from "../../support/history.ts";
import type { TestClient } from "./client.ts";
import type { HeldRoom } from "./held-room.ts";

export class DeliveryClient {
  status: Status = "connecting";
  outbox: readonly OutboxItem[] = [];
  roster: readonly Member[] | null = null;
  /** How many messages went out once more than once. */
  resent = 0;
  private readonly connection: Connection;
  private readonly recorder: ClientRecorder;
  private readonly room: HeldRoom;
  private readonly address: string;
  private readonly timers = new Map<Timer, number>();
  /** Message frames. */
  private readonly transmitted = new Set<string>();
  private socket: TestClient | null = null;
  private opening: Promise<void> = Promise.resolve();
  private said = 0;
  private readonly name: string;

  constructor(room: HeldRoom, name: string, address: string, history: HistoryEvent[]) {
    this.room = room;
    this.name = name;
    this.address = address;
    this.connection = new Connection({ name, key: `a-secret-key-of-${name}`, client: "tab" });
    this.recorder = new ClientRecorder(history, name, name);
    this.handle({ type: "start" });
  }

  say(): void {
    const id = `${this.name}:${++this.said}`;
    this.recorder.sent(id, id);
    this.handle({ type: "send", id, message: id });
  }

  /** Says the last message once more, as a client does that does not believe what it was told. */
  repeat(): void {
    const last = [...this.transmitted].at(-1);
    if (this.status === "live" && last !== undefined) this.transmit(last);
  }

  /** The network drops this client's connection. */
  cut(): void {
    const { socket } = this;
    this.forget();
    if (socket !== null) this.handle({ type: "closed", code: 1006, random: 0 });
  }

  /** Rings what is due by the held clock, and waits for a connection that is being made. */
  async tick(): Promise<void> {
    for (const [timer, due] of this.timers) {
      if (due > Date.now()) continue;
      this.timers.delete(timer);
      this.handle({ type: "timer", timer, random: 0 });
    }
    await this.opening;
  }

  private handle(event: ClientEvent): void {
    for (const effect of this.connection.handle(event)) this.perform(effect);
  }

  private perform(effect: ClientEffect): void {
    switch (effect.type) {
      case "open":
        this.giveUp();
        this.opening = this.open();
        break;
      case "close":
        this.giveUp();
        break;
      case "transmit":
        this.transmit(effect.text);
        break;
      case "timer":
        if (effect.ms === null) this.timers.delete(effect.timer);
        else this.timers.set(effect.timer, Date.now() + effect.ms);
        break;
      default:
        this.recorder.observe(effect);
        if (effect.type === "status") this.status = effect.status;
        if (effect.type === "outbox") this.outbox = effect.items;
        if (effect.type === "roster") this.roster = effect.members;
    }
  }

  private transmit(text: string): void {
    if (this.socket?.isOpen !== true) return;
    if (text.startsWith('{"message"')) {
      if (this.transmitted.has(text)) this.resent += 1;
      this.transmitted.add(text);
    }
    this.socket.send(text);
  }

  private async open(): Promise<void> {
    const socket = await this.room.connect(this.address);
    this.socket = socket;
    // Events of a socket that was given up must not reach the machine.
    socket.onText = (frame) => {
      if (this.socket === socket) this.handle({ type: "frame", frame, random: 0 });
    };
    socket.onClose = (code) => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.handle({ type: "closed", code, random: 0 });
    };
    this.handle({ type: "opened" });
  }

  private giveUp(): void {
    this.timers.clear();
    this.forget();
  }

  private forget(): void {
    const { socket } = this;
    this.socket = null;
    if (socket?.isOpen === true) socket.leave();
  }
}

/** A client of the classic protocol. It cannot resume or send again: each connection is another client of the history. */
export class ClassicClient {
  private readonly room: HeldRoom;
  private readonly name: string;
  private readonly address: string;
  private readonly history: HistoryEvent[];
  private socket: TestClient | null = null;
  private client = "";
  private epoch = "";
  private isJoined = false;
  private unanswered: string[] = [];
  private said = 0;
  private connections = 0;

  constructor(room: HeldRoom, name: string, address: string, history: HistoryEvent[]) {
    this.room = room;
    this.name = name;
    this.address = address;
    this.history = history;
  }

  /** Connects if it is not here; says its name until it is let in. */
  async tick(): Promise<void> {
    if (this.socket?.isOpen !== true) await this.connect();
    if (!this.isJoined) this.socket?.send({ name: this.name });
  }

  say(): void {
    if (!this.isJoined || this.socket?.isOpen !== true) return;
    const message = `${this.client}:${++this.said}`;
    this.history.push({ type: "sent", client: this.client, name: this.name, message });
    this.unanswered.push(message);
    this.socket.send({ message });
  }

  /** Closes the connection; `tick` makes another. */
  cut(): void {
    if (this.socket?.isOpen !== true) return;
    this.socket.leave(1000);
    this.onClosed();
  }

  private async connect(): Promise<void> {
    // A classic client does not know the log's name; the history needs it.
    this.epoch = (await this.room.log()).epoch;
    const socket = await this.room.connect(this.address);
    this.client = `${this.name}#${++this.connections}`;
    this.socket = socket;
    socket.onText = (text) => {
      if (this.socket === socket) this.onFrame(JSON.parse(text) as Frame);
    };
    socket.onClose = () => {
      if (this.socket === socket) this.onClosed();
    };
  }

  private onFrame({ error, message, name, timestamp }: Frame): void {
    const { client, epoch, history } = this;
    if (error !== undefined) return this.answered("failed");
    if (!this.isJoined)
      history.push({ type: "joined", client, epoch, resumed: false, after: null, head: null });
    this.isJoined = true;
    if (name === undefined || message === undefined || timestamp === undefined) return;
    history.push({ type: "received", client, epoch, seen: { seq: null, name, message, timestamp } });
    if (message === this.unanswered[0]) this.answered("acknowledged");
  }

  /** The room answers a connection's messages in their order. */
  private answered(type: "acknowledged" | "failed"): void {
    const { client, epoch, history } = this;
    const message = this.unanswered.shift();
    if (message === undefined) return;
    history.push(type === "failed" ? { type, client, message } : { type, client, epoch, message });
  }

  private onClosed(): void {
    while (this.unanswered.length > 0) this.answered("failed");
    if (this.isJoined) this.history.push({ type: "left", client: this.client });
    this.isJoined = false;
    this.socket = null;
  }
}
