// Somebody who chats in a simulation: a name, an address, and a network that may fail. What they speak is delivery-person.ts and
// classic-person.ts.
import { type ClientEnd, Wire, type Notice, type RoomEnd } from "./wire.ts";
import type { HistoryEvent } from "../support/history.ts";
import type { Scheduler } from "./scheduler.ts";

export interface Surroundings {
  readonly scheduler: Scheduler;
  readonly history: HistoryEvent[];
  /** The room's name, for pictures. */
  readonly room?: string;
  /** Uniform in [0, 1), from the simulation's seed. */
  readonly random: () => number;
  /** The room's end for a request that arrives now; null while the server is down. */
  readonly accept: (wire: Wire, identity: string) => RoomEnd | null;
}

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
  protected wire: Wire | null = null;
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

  /** What it holds, by name: for pictures. */
  abstract get holdings(): Readonly<Record<string, readonly string[]>>;

  /** Says something that nobody has said before. */
  say(more = ""): void {
    if (this.isHere) this.send(`${this.name}:${++this.said}${more}`);
  }

  /** A frame that this client would never send; not in place of its hello. */
  junk(frame: unknown): void {
    if (this.isLive) this.wire?.fromClient(frame);
  }

  /** Whether a socket of this client stands, or is being opened. */
  get isConnected(): boolean {
    return this.wire?.isWhole === true;
  }

  cut(notice: Notice): void {
    this.wire?.cut(notice);
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
      if (this.wire === wire) act();
    };
    const wire: Wire = new Wire(
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
            this.wire = null;
            this.closed(code);
          }),
      },
      () => this.latency,
      `${this.name}#${this.counts.connects}`,
      { client: this.name, room: this.world.room ?? "room" },
    );
    this.wire = wire;
    if (this.isOnline) wire.open(() => this.world.accept(wire, this.identity));
    else {
      const what = { channel: null, text: `${this.name} has no network` };
      this.world.scheduler.after(this.latency, () => ifCurrent(() => this.fail()), what);
    }
  }

  private fail(): void {
    this.wire = null;
    this.closed(1006);
  }

  protected disconnect(): void {
    this.wire?.closeFromClient();
    this.wire = null;
  }
}
