// One room in memory: the pure core, its storage and its limiters, with a clock and a network that the test moves by hand.
import type { Frame } from "./frames.ts";
import { Limiter, type LimiterEvent, NEW_ACCOUNT } from "../../src/rate-limit/limiter.ts";
import type { RoomConfig } from "../../src/room/config.ts";
import type { RoomEffect, RoomEvent } from "../../src/room/effects.ts";
import { windowMs } from "../../src/room/fan-out.ts";
import { MemoryLedger } from "./memory-ledger.ts";
import { MemoryLog } from "./memory-log.ts";
import { Room } from "../../src/room/room.ts";
import { type Attachment, fromAttachment, toAttachment } from "../../src/room/session.ts";

export const CONFIG: RoomConfig = {
  maxSockets: 50,
  maxSocketsPerIdentity: 20,
  joinDeadlineMs: 30_000,
  silenceMs: 300_000,
  historyMaxRows: 10_000,
  historyMaxAgeMs: 86_400_000,
  rosterMax: 4,
  slowReaderBytes: 1_048_576,
  maxMessageLength: 256,
  rates: { message: { periodMs: 5_000, burst: 5 }, join: { periodMs: 5_000, burst: 20 } },
};

/** The window of a small room. */
const FLUSH_MS = windowMs(0);

export interface Socket {
  readonly connection: string;
  readonly identity: string;
  readonly frames: Frame[];
  closed: number | null;
}

export class World {
  now = 1_000_000;
  readonly log = new MemoryLog("epoch-1");
  readonly sockets = new Map<string, Socket>();
  /** Identities whose budget is on its way here, oldest call first. */
  takes: string[] = [];
  flushAt: number | null = null;
  readonly counts = { takes: 0, gaveBack: 0, forgotten: 0 };
  readonly ledger = new MemoryLedger();
  private readonly limiters = new Map<string, Limiter>();
  private attachments = new Map<string, Attachment>();
  private room: Room;
  private connections = 0;
  private readonly config: RoomConfig;

  constructor(config: RoomConfig = CONFIG) {
    this.config = config;
    this.room = this.wake();
  }

  connect(identity: string): Socket {
    const connection = `c${++this.connections}`;
    const socket: Socket = { connection, identity, frames: [], closed: null };
    this.sockets.set(connection, socket);
    this.handle({ type: "accepted", now: this.now, connection, identity });
    return socket;
  }

  say(socket: Socket, frame: unknown): void {
    if (socket.closed !== null) return;
    const text = typeof frame === "string" || frame instanceof ArrayBuffer ? frame : JSON.stringify(frame);
    this.handle({ type: "frame", now: this.now, connection: socket.connection, frame: text });
  }

  leave(socket: Socket): void {
    if (socket.closed !== null) return;
    this.handle({ type: "closed", now: this.now, connection: socket.connection });
  }

  /** The shell found too many unsent bytes for this reader. */
  tooSlow(socket: Socket): void {
    this.handle({ type: "slow", now: this.now, connection: socket.connection });
  }

  erase(epoch: string): void {
    this.handle({ type: "erase", now: this.now, epoch });
  }

  advance(ms: number): void {
    this.now += ms;
    if (this.flushAt !== null && this.now >= this.flushAt) this.flush();
  }

  /** Presence leaves, if any waits. */
  flush(): void {
    const at = this.flushAt ?? this.now;
    this.flushAt = null;
    this.handle({ type: "flush", now: Math.max(this.now, at) });
  }

  /** The alarm rings; `heard` is when the runtime last heard each connection, by default all of them just now. */
  alarm(
    heard = new Map([...this.sockets.keys()].map((connection) => [connection, this.now] as const)),
  ): void {
    this.handle({ type: "alarm", now: this.now, heard });
  }

  /** The budget that was asked for first comes to the room. */
  answer(): void {
    const identity = this.takes.shift();
    if (identity === undefined) return;
    const term = `t${this.counts.takes}`;
    const take = { type: "take", now: this.now, call: 0, room: "room", identity, term } as const;
    const effects = this.limit(identity, take);
    for (const effect of effects) {
      if (effect.type !== "answer") continue;
      this.handle({ type: "granted", now: this.now, identity, grant: effect.grant });
    }
  }

  /** Everything under way arrives. */
  settle(): void {
    while (this.takes.length > 0) this.answer();
    if (this.flushAt !== null) this.flush();
  }

  /** What the platform does after ten idle seconds: memory is lost, sockets and attachments stay. */
  hibernate(): boolean {
    if (!this.room.isQuiet || this.flushAt !== null) return false;
    this.room = this.wake();
    return true;
  }

  private limit(identity: string, event: LimiterEvent): ReturnType<Limiter["handle"]> {
    const limiter = this.limiters.get(identity) ?? new Limiter(NEW_ACCOUNT);
    this.limiters.set(identity, limiter);
    return limiter.handle(event);
  }

  private wake(): Room {
    const sessions = [...this.attachments.values()].flatMap((attachment) => {
      // Through JSON, as the platform's structured clone would: nothing shared survives.
      const session = fromAttachment(JSON.parse(JSON.stringify(attachment)));
      return session === null ? [] : [session];
    });
    const { config, log, ledger } = this;
    return new Room({ config, log, ledger, authorOf: (key) => `author-of-${key}` }, sessions);
  }

  private handle(event: RoomEvent): void {
    for (const effect of this.room.handle(event)) this.perform(effect);
  }

  private perform(effect: RoomEffect): void {
    switch (effect.type) {
      case "append":
        this.log.append(effect.messages);
        break;
      case "send":
        this.deliver(effect.to, effect.frame);
        break;
      case "fan-out":
        for (const { to, frames } of effect.shares) {
          for (const connection of to) for (const frame of frames) this.deliver(connection, frame);
        }
        this.handle({ type: "drained", now: this.now });
        break;
      case "attach":
        this.attachments.set(effect.session.connection, toAttachment(effect.session));
        break;
      case "close": {
        this.attachments.delete(effect.connection);
        const socket = this.sockets.get(effect.connection);
        if (socket !== undefined) socket.closed = effect.code;
        break;
      }
      case "take":
        this.counts.takes += 1;
        this.takes.push(effect.identity);
        break;
      case "give-back": {
        this.counts.gaveBack += 1;
        const { identity, term, left } = effect;
        this.limit(identity, { type: "given-back", now: this.now, term, left });
        break;
      }
      case "budgets":
        this.ledger.write(effect.rows);
        break;
      case "drop-budgets":
        this.ledger.drop(effect.identities);
        break;
      case "flush-after":
        // Only presence is waited for.
        if (effect.ms > FLUSH_MS) this.flushAt = this.now + effect.ms;
        else this.handle({ type: "flush", now: this.now + effect.ms });
        break;
      case "trim":
        this.log.trim(effect.through, effect.before);
        break;
      case "erase":
        this.log.erase(effect.epoch);
        break;
      case "name-log":
        this.log.name();
        break;
      case "forget":
        this.counts.forgotten += 1;
        this.log.forget(`epoch-${this.counts.forgotten + 1}`);
        break;
      case "alarm-by":
      case "yielded":
        break;
      default:
        effect satisfies never;
    }
  }

  private deliver(connection: string, frame: string): void {
    const socket = this.sockets.get(connection);
    if (socket === undefined || socket.closed !== null) return;
    socket.frames.push(JSON.parse(frame) as Frame);
  }
}
