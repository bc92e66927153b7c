// One room in memory: the pure core, its log and its limiters, with a clock and a network that the test moves by hand.
import type { Frame } from "./frames.ts";
import {
  type Account,
  charge,
  type Charge,
  type ChargeReply,
  NEW_ACCOUNT,
  release,
} from "../../src/rate-limit/charge.ts";
import type { RoomConfig } from "../../src/room/config.ts";
import type { RoomEffect, RoomEvent } from "../../src/room/effects.ts";
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
  rate: { periodMs: 5_000, burst: 5 },
};

/** A call to a limiter that is on its way: asked, then answered, then back in the room. */
interface Call {
  readonly connection: string;
  readonly identity: string;
  readonly charge: Charge;
  reply: ChargeReply | null;
}

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
  readonly accounts = new Map<string, Account>();
  /** Calls not yet at the limiter, and replies not yet in the room; each list in order of sending. */
  asked: Call[] = [];
  answered: Call[] = [];
  flushAt: number | null = null;
  readonly counts = {
    evictions: 0,
    refusals: 0,
    charges: 0,
    lostReplies: 0,
    crashes: 0,
    accepted: 0,
    closes: 0,
  };
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

  flush(): void {
    this.flushAt = null;
    this.handle({ type: "flush", now: this.now });
  }

  /** The alarm rings; `heard` is when the runtime last heard each connection, by default all of them just now. */
  alarm(
    heard = new Map([...this.sockets.keys()].map((connection) => [connection, this.now] as const)),
  ): void {
    this.handle({ type: "alarm", now: this.now, heard });
  }

  /** The oldest call under way reaches its limiter. */
  ask(): void {
    const call = this.asked.shift();
    if (call === undefined) return;
    const account = this.accounts.get(call.identity) ?? NEW_ACCOUNT;
    const result = charge(this.config.rate, account, call.charge, this.now);
    this.accounts.set(call.identity, result.account);
    call.reply = result.reply;
    this.answered.push(call);
  }

  /** One of the replies under way comes to the room; `lost` instead of it, after the room gave up waiting. */
  answer(which: number, lost = false): void {
    const call = this.answered.splice(which % Math.max(1, this.answered.length), 1)[0];
    if (call === undefined) return;
    if (lost) this.counts.lostReplies += 1;
    this.handle({
      type: "charged",
      now: this.now,
      connection: call.connection,
      reply: lost ? null : call.reply,
    });
  }

  /** Everything under way arrives. */
  settle(): void {
    for (let calls = 0; this.asked.length > 0 || this.answered.length > 0; calls++) {
      if (calls > 10_000) throw new Error(`Calls never end: ${JSON.stringify(this.asked)}`);
      this.ask();
      this.answer(0);
    }
    if (this.flushAt !== null) this.flush();
  }

  /** What the platform does after ten idle seconds: memory is lost, sockets and attachments stay. */
  hibernate(): boolean {
    if (!this.room.isQuiet || this.flushAt !== null) return false;
    this.counts.evictions += 1;
    this.room = this.wake();
    return true;
  }

  /** The process dies: sockets and attachments are lost, what was committed stays. */
  crash(): void {
    this.counts.crashes += 1;
    for (const socket of this.sockets.values()) socket.closed ??= 1006;
    this.attachments = new Map();
    this.asked = [];
    this.answered = [];
    this.flushAt = null;
    this.room = this.wake();
  }

  private wake(): Room {
    const sessions = [...this.attachments.values()].flatMap((attachment) => {
      // Through JSON, as the platform's structured clone would: nothing shared survives.
      const session = fromAttachment(JSON.parse(JSON.stringify(attachment)));
      return session === null ? [] : [session];
    });
    const ports = { config: this.config, log: this.log, authorOf: (key: string) => `author-of-${key}` };
    return new Room(ports, sessions);
  }

  private handle(event: RoomEvent): void {
    for (const effect of this.room.handle(event)) this.perform(effect);
  }

  private perform(effect: RoomEffect): void {
    switch (effect.type) {
      case "append":
        this.counts.accepted += effect.messages.length;
        this.log.append(effect.messages);
        break;
      case "send":
        for (const connection of effect.to) this.deliver(connection, effect.frame);
        break;
      case "attach":
        this.attachments.set(effect.session.connection, toAttachment(effect.session));
        break;
      case "close": {
        this.attachments.delete(effect.connection);
        const socket = this.sockets.get(effect.connection);
        if (socket !== undefined) socket.closed = effect.code;
        this.counts.closes += 1;
        break;
      }
      case "charge":
        this.counts.charges += 1;
        this.asked.push({ ...effect, reply: null });
        break;
      case "release":
        this.accounts.set(
          effect.identity,
          release(this.accounts.get(effect.identity) ?? NEW_ACCOUNT, effect.holder),
        );
        break;
      case "flush-after":
        this.flushAt = this.now + effect.ms;
        break;
      case "trim":
        this.log.trim(effect.through, effect.before);
        break;
      case "erase":
        this.log.erase(effect.epoch);
        break;
      case "alarm-by":
        break;
      default:
        effect satisfies never;
    }
  }

  private deliver(connection: string, frame: string): void {
    const socket = this.sockets.get(connection);
    if (socket === undefined || socket.closed !== null) return;
    const parsed = JSON.parse(frame) as Frame;
    if (parsed.code === "rate-limited" || parsed.refused?.code === "rate-limited") this.counts.refusals += 1;
    socket.frames.push(parsed);
  }
}
