// Those who chat in a simulation: the real client machine on simulated links, and classic clients written for the demo.
import { backoff } from "../../src/client/backoff.ts";
import { Connection } from "../../src/client/connection.ts";
import type { AppEvent, ClientEffect, ClientEvent, Timer } from "../../src/client/events.ts";
import { parseSavedOutbox, type SavedOutbox } from "../../src/client/outbox.ts";
import type { Member } from "../../src/protocol/messages.ts";
import type { Frame } from "../support/frames.ts";
import { ClientRecorder, type HistoryEvent } from "../support/history.ts";
import { type ClientEnd, Link, type Notice, type RoomEnd } from "./link.ts";
import type { Scheduler } from "./scheduler.ts";

export interface Surroundings {
  readonly scheduler: Scheduler;
  readonly history: HistoryEvent[];
  /** Uniform in [0, 1), from the simulation's seed. */
  readonly random: () => number;
  /** The room's end for a request that arrives now; null while the server is down. */
  readonly accept: (link: Link, identity: string) => RoomEnd | null;
}

/** What both kinds of client have: a name, an address, and a network that may fail. */
export abstract class Person implements ClientEnd {
  latency = 5;
  isOnline = true;
  isHere = false;
  /** Joined, as far as it knows. */
  isLive = false;
  readonly counts = { connects: 0, refusals: 0, repeats: 0 };
  /** Every frame and close code that came, in order, over all connections. */
  readonly transcript: string[] = [];
  readonly name: string;
  protected readonly world: Surroundings;
  protected link: Link | null = null;
  private readonly identity: string;
  private said = 0;

  constructor(name: string, identity: string, world: Surroundings) {
    this.name = name;
    this.identity = identity;
    this.world = world;
  }

  /** Sends its newest message frame again, as a network may that delivers at least once. */
  abstract repeat(): void;
  abstract start(): void;
  abstract stop(): void;
  abstract hint(type: "online" | "offline"): void;
  protected abstract send(message: string): void;
  abstract opened(): void;
  abstract frame(text: string): void;
  abstract closed(code: number): void;

  /** Whether it is connected, and nothing that it said is open. */
  abstract get isAtRest(): boolean;

  /** Says something that nobody has said before. */
  say(more = ""): void {
    if (this.isHere) this.send(`${this.name}:${++this.said}${more}`);
  }

  /** A frame that this client would never send; not in place of its hello. */
  junk(frame: unknown): void {
    if (this.isLive) this.link?.fromClient(frame);
  }

  cut(notice: Notice): void {
    this.link?.cut(notice);
  }

  /** The network of this device comes or goes; the device says so. */
  setOnline(isOnline: boolean): void {
    if (this.isOnline === isOnline) return;
    this.isOnline = isOnline;
    if (!isOnline) this.cut("nobody");
    if (this.isHere) this.hint(isOnline ? "online" : "offline");
  }

  protected connect(): void {
    this.counts.connects += 1;
    // Events of a socket that was given up must not reach the client.
    const ifCurrent = (act: () => void): void => {
      if (this.link === link) act();
    };
    const link: Link = new Link(
      this.world.scheduler,
      {
        opened: () => ifCurrent(() => this.opened()),
        frame: (text) =>
          ifCurrent(() => {
            this.transcript.push(text);
            this.frame(text);
          }),
        closed: (code) =>
          ifCurrent(() => {
            this.transcript.push(`closed ${code}`);
            this.link = null;
            this.closed(code);
          }),
      },
      () => this.latency,
    );
    this.link = link;
    if (this.isOnline) link.open(() => this.world.accept(link, this.identity));
    else this.world.scheduler.after(this.latency, () => ifCurrent(() => this.fail()));
  }

  private fail(): void {
    this.link = null;
    this.closed(1006);
  }

  protected disconnect(): void {
    this.link?.closeFromClient();
    this.link = null;
  }
}

/** The delivery protocol, by the machine that the page uses. Leaving and coming back is a reload of the page. */
export class DeliveryPerson extends Person {
  /** Who is here, as the machine reports it. */
  roster: readonly Member[] | null = null;
  count = 0;
  private machine: Connection | null = null;
  private readonly recorder: ClientRecorder;
  private lastMessage = "";
  private readonly timers = new Map<Timer, () => void>();
  private outbox: SavedOutbox = { items: [], epoch: null, counter: 0 };

  constructor(name: string, identity: string, world: Surroundings) {
    super(name, identity, world);
    this.recorder = new ClientRecorder(world.history, name, name);
  }

  get isAtRest(): boolean {
    return this.isLive && this.outbox.items.every(({ state }) => state === "failed");
  }

  start(): void {
    if (this.isHere) return;
    this.isHere = true;
    this.world.history.push({ type: "restarted", client: this.name });
    this.machine = new Connection({
      name: this.name,
      key: `the secret key of ${this.name}`,
      client: "tab",
      // Through text, as the page keeps it.
      outbox: parseSavedOutbox(JSON.stringify(this.outbox)) ?? this.outbox,
    });
    this.handle({ type: "start" });
  }

  stop(): void {
    if (!this.isHere) return;
    this.isHere = false;
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
    this.disconnect();
    this.machine = null;
    this.isLive = false;
    this.world.history.push({ type: "left", client: this.name });
  }

  hint(type: "online" | "offline"): void {
    this.handle({ type });
  }

  repeat(): void {
    if (this.lastMessage !== "") this.link?.fromClient(this.lastMessage);
  }

  history(): void {
    this.handle({ type: "history", before: 10 });
  }

  protected send(message: string): void {
    this.recorder.sent(message, message);
    this.handle({ type: "send", id: message, message });
  }

  opened(): void {
    this.handle({ type: "opened" });
  }

  frame(text: string): void {
    if (text.includes('"refused"')) this.counts.refusals += 1;
    if (text.startsWith('{"stored"')) this.counts.repeats += 1;
    this.handle({ type: "frame", frame: text, random: this.world.random() });
  }

  closed(code: number): void {
    this.handle({ type: "closed", code, random: this.world.random() });
  }

  private handle(event: ClientEvent): void {
    for (const effect of this.machine?.handle(event) ?? []) this.perform(effect);
  }

  private perform(effect: ClientEffect): void {
    switch (effect.type) {
      case "open":
        this.disconnect();
        this.lastMessage = "";
        this.connect();
        break;
      case "close":
        this.disconnect();
        break;
      case "transmit":
        if (effect.text.startsWith('{"message"')) this.lastMessage = effect.text;
        this.link?.fromClient(effect.text);
        break;
      case "timer":
        this.arm(effect.timer, effect.ms);
        break;
      default:
        this.observe(effect);
    }
  }

  private observe(event: AppEvent): void {
    this.recorder.observe(event);
    if (event.type === "outbox") this.outbox = event;
    if (event.type === "roster") {
      this.roster = event.members;
      this.count = event.count;
    }
    if (event.type !== "status") return;
    this.isLive = event.status === "live";
  }

  private arm(timer: Timer, ms: number | null): void {
    this.timers.get(timer)?.();
    this.timers.delete(timer);
    if (ms === null) return;
    const cancel = this.world.scheduler.after(ms, () => {
      this.timers.delete(timer);
      this.handle({ type: "timer", timer, random: this.world.random() });
    });
    this.timers.set(timer, cancel);
  }
}

/** The demo's protocol: no resumption, no counters. Each connection is a client of its own in the history. */
export class ClassicPerson extends Person {
  /** Who is here, by name, as the frames of this connection tell it. */
  readonly names = new Map<string, number>();
  private connection = "";
  private hasHeard = false;
  private unanswered = new Set<string>();
  private retry: (() => void) | null = null;
  private attempts = 0;

  get isAtRest(): boolean {
    return this.isLive;
  }

  start(): void {
    if (this.isHere) return;
    this.isHere = true;
    this.open();
  }

  stop(): void {
    if (!this.isHere) return;
    this.isHere = false;
    this.retry?.();
    this.disconnect();
    this.end();
  }

  hint(): void {}

  /** The classic protocol cannot tell a repeated frame from a new one. */
  repeat(): void {}

  protected send(message: string): void {
    if (!this.isLive) return;
    const { connection: client, name } = this;
    this.world.history.push({ type: "sent", client, name, message });
    this.unanswered.add(message);
    this.link?.fromClient(JSON.stringify({ message }));
  }

  opened(): void {
    this.link?.fromClient(JSON.stringify({ name: this.name }));
  }

  frame(text: string): void {
    const { joined, quit, ready, name, message, timestamp, error, retryAfter } = JSON.parse(text) as Frame;
    const { connection: client } = this;
    if (error === undefined) this.noteJoin();
    if (joined !== undefined) this.names.set(joined, (this.names.get(joined) ?? 0) + 1);
    if (quit !== undefined) this.names.set(quit, (this.names.get(quit) ?? 0) - 1);
    if (ready === true) this.isLive = true;
    if (name !== undefined && message !== undefined && timestamp !== undefined) {
      const seen = { seq: null, name, message, timestamp };
      this.world.history.push({ type: "received", client, epoch: "", seen });
      if (this.unanswered.delete(message)) {
        this.world.history.push({ type: "acknowledged", client, epoch: "", message });
      }
    }
    if (error === undefined) return;
    this.counts.refusals += 1;
    this.doubtUnanswered();
    if (!this.isLive) this.later(retryAfter ?? 1_000, () => this.opened());
  }

  closed(code: number): void {
    this.end();
    if (code === 1009 || !this.isHere) return;
    this.later(backoff(this.attempts++, this.world.random()) + 100, () => this.open());
  }

  private open(): void {
    this.connection = `${this.name}/${this.counts.connects + 1}`;
    this.names.clear();
    this.hasHeard = false;
    this.connect();
  }

  /** The first frame that is no error: the room lets this connection in. */
  private noteJoin(): void {
    if (this.hasHeard) return;
    this.hasHeard = true;
    const { connection: client } = this;
    const unknown = { epoch: "", resumed: false, after: null, head: null };
    this.world.history.push({ type: "joined", client, ...unknown });
  }

  private later(ms: number, act: () => void): void {
    this.retry?.();
    this.retry = this.world.scheduler.after(ms, act);
  }

  private end(): void {
    this.doubtUnanswered();
    this.unanswered.clear();
    this.isLive = false;
    this.world.history.push({ type: "left", client: this.connection });
  }

  /** An error does not say which message it is about, nor a close which were stored: any of them may be missing. */
  private doubtUnanswered(): void {
    const { connection: client } = this;
    for (const message of this.unanswered) this.world.history.push({ type: "failed", client, message });
  }
}
