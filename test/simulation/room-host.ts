// A room's Durable Object in memory: the same Room on a simulated platform, with output gate, eviction, reset and crash.
// The twin of src/room/chat-room.ts; what the platform does is as its documentation and our faults on workerd show it.
import { CALL_MS } from "../../src/rate-limit/charge.ts";
import { PING, PONG } from "../../src/protocol/limits.ts";
import type { RoomConfig } from "../../src/room/config.ts";
import type { RoomEffect, RoomEvent } from "../../src/room/effects.ts";
import { Room } from "../../src/room/room.ts";
import { type Attachment, fromAttachment, type Session, toAttachment } from "../../src/room/session.ts";
import { MemoryLog } from "../support/memory-log.ts";
import { Disk, type Write } from "./disk.ts";
import type { Limiters } from "./limiters.ts";
import type { Link, RoomEnd } from "./link.ts";
import type { Scheduler } from "./scheduler.ts";

export interface RoomHostPorts {
  readonly scheduler: Scheduler;
  readonly limiters: Limiters;
  readonly config: RoomConfig;
  /** The server's clock, which may jump; virtual time does not. */
  readonly clock: () => number;
  /** After everything that happened; a good moment to evict. */
  readonly onSettled: (host: RoomHost) => void;
}

/** What one instance of the object holds in memory. An eviction, a reset or a crash ends it. */
interface Instance {
  readonly room: Room;
  readonly log: MemoryLog;
  /** What waits for the commit of the transaction with this number: frames, closes, calls. */
  readonly held: { readonly behind: number; readonly run: () => void }[];
  /** Writes of this turn of the event loop, not yet a transaction. */
  writes: Write[];
  written: number;
  committed: number;
  commitsAt: number;
  isFlushing: boolean;
  /** Calls to limiters that are not answered or given up: the platform does not hibernate meanwhile. */
  calls: number;
  isDead: boolean;
}

export class RoomHost {
  readonly disk = new Disk();
  readonly counts = { evictions: 0, resets: 0, giveUps: 0, closeWakes: 0, alarms: 0, trims: 0 };
  /** How often a socket was closed with each code. */
  readonly closes = new Map<number, number>();
  private readonly ports: RoomHostPorts;
  private readonly name: string;
  private instance: Instance | null = null;
  private readonly links = new Map<string, Link>();
  /** Sockets that stand, also those whose close waits for a commit. */
  private readonly sockets = new Set<Link>();
  private readonly attachments = new Map<string, Attachment>();
  private readonly heard = new Map<string, number>();
  private cancelAlarm: (() => void) | null = null;
  private alarmAt = Infinity;
  private connections = 0;
  private epochs = 0;

  constructor(name: string, ports: RoomHostPorts) {
    this.name = name;
    this.ports = ports;
  }

  /** Accepts a WebSocket; what the handshake of `link` asks for. */
  accept(link: Link, identity: string): RoomEnd {
    const connection = `${this.name}.${++this.connections}`;
    this.links.set(connection, link);
    this.sockets.add(link);
    this.handle({ type: "accepted", now: this.ports.clock(), connection, identity });
    return {
      frame: (frame) => this.onFrame(connection, frame),
      closed: () => this.handle({ type: "closed", now: this.ports.clock(), connection }),
    };
  }

  /** Connections that are joined, in the room's own opinion. */
  get joined(): string[] {
    const sessions = [...this.awake().room.sessions.values()];
    return sessions.filter(({ joined }) => joined !== null).map(({ connection }) => connection);
  }

  get log(): MemoryLog {
    return this.awake().log;
  }

  erase(): void {
    this.handle({ type: "erase", now: this.ports.clock(), epoch: this.newEpoch() });
  }

  /** What the platform does with an idle object: memory is lost, sockets and attachments stay. False while it is busy. */
  hibernate(): boolean {
    const { instance } = this;
    if (instance === null || !instance.room.isQuiet || instance.isFlushing) return false;
    if (instance.calls > 0 || instance.committed < instance.written) return false;
    this.counts.evictions += 1;
    instance.isDead = true;
    this.instance = null;
    return true;
  }

  /** The object or its process dies: what is not committed is lost, and every socket breaks. */
  die(): void {
    if (this.instance !== null) this.instance.isDead = true;
    this.instance = null;
    for (const link of this.sockets) link.cut("client");
    this.sockets.clear();
    this.links.clear();
    this.attachments.clear();
    this.heard.clear();
  }

  private onFrame(connection: string, frame: unknown): void {
    if (!this.links.has(connection)) return;
    // The runtime answers by itself: past the room and its output gate.
    if (frame === PING) {
      this.heard.set(connection, this.ports.clock());
      this.links.get(connection)?.fromRoom(PONG);
    } else this.handle({ type: "frame", now: this.ports.clock(), connection, frame });
  }

  private awake(closing?: string): Instance {
    if (this.instance !== null) return this.instance;
    const stored = this.disk.read();
    const log = stored ?? new MemoryLog(this.newEpoch());
    const sessions = [...this.attachments].flatMap(([connection, attachment]) =>
      // A socket whose close wakes the object is not among those that the platform lists.
      connection === closing ? [] : revive(attachment),
    );
    const ports = { config: this.ports.config, log, authorOf: (key: string) => `author of ${key}` };
    const room = new Room(ports, sessions);
    const instance: Instance = {
      room,
      log,
      held: [],
      // A new log writes its name: nobody may hear of an epoch that a crash could take back.
      writes: stored === null ? [() => {}] : [],
      written: 0,
      committed: 0,
      commitsAt: 0,
      isFlushing: false,
      calls: 0,
      isDead: false,
    };
    if (closing !== undefined && this.attachments.has(closing)) {
      this.counts.closeWakes += 1;
      for (const session of revive(this.attachments.get(closing))) room.revive(session);
    }
    this.instance = instance;
    return instance;
  }

  private newEpoch(): string {
    return `${this.name} epoch ${++this.epochs}`;
  }

  private handle(event: RoomEvent): void {
    if (event.type === "closed" && !this.links.has(event.connection)) return;
    const instance = this.awake(event.type === "closed" ? event.connection : undefined);
    const events: RoomEvent[] = [event];
    try {
      for (let next = events.shift(); next !== undefined; next = events.shift()) {
        for (const effect of instance.room.handle(next)) this.perform(instance, effect);
      }
    } catch (error) {
      if (error !== REFUSED) throw error;
      return this.reset();
    }
    this.endTurn(instance);
    this.ports.onSettled(this);
  }

  /** All writes of the turn become one transaction, which commits later. */
  private endTurn(instance: Instance): void {
    if (instance.writes.length === 0) return;
    const { writes } = instance;
    instance.writes = [];
    const number = ++instance.written;
    const { epoch } = instance.log;
    const { scheduler } = this.ports;
    // Transactions commit in their order.
    instance.commitsAt = Math.max(instance.commitsAt, scheduler.now + this.disk.latency);
    scheduler.after(instance.commitsAt - scheduler.now, () => {
      if (instance.isDead) return;
      if (this.disk.strikes("commit")) return this.reset();
      this.disk.commit(writes, () => new MemoryLog(epoch));
      instance.committed = number;
      while (instance.held[0] !== undefined && instance.held[0].behind <= number)
        instance.held.shift()?.run();
      this.ports.onSettled(this);
    });
  }

  private reset(): void {
    this.counts.resets += 1;
    this.die();
  }

  private write(instance: Instance, write: Write): void {
    if (this.disk.strikes("write")) throw REFUSED;
    write(instance.log);
    instance.writes.push(write);
  }

  /** The output gate: what leaves the object waits for the writes made before it, and nothing overtakes. */
  private out(instance: Instance, run: () => void): void {
    const behind = instance.written + (instance.writes.length > 0 ? 1 : 0);
    if (behind <= instance.committed) run();
    else instance.held.push({ behind, run });
  }

  private perform(instance: Instance, effect: RoomEffect): void {
    switch (effect.type) {
      case "append":
        return this.write(instance, (log) => log.append(effect.messages));
      case "trim":
        if (effect.through > instance.log.floor) this.counts.trims += 1;
        return this.write(instance, (log) => log.trim(effect.through, effect.before));
      case "erase":
        return this.write(instance, (log) => log.erase(effect.epoch));
      case "send":
        for (const connection of effect.to) {
          const link = this.links.get(connection);
          this.out(instance, () => link?.fromRoom(effect.frame));
        }
        return;
      case "close": {
        const link = this.links.get(effect.connection);
        this.links.delete(effect.connection);
        this.attachments.delete(effect.connection);
        this.heard.delete(effect.connection);
        this.closes.set(effect.code, (this.closes.get(effect.code) ?? 0) + 1);
        if (link === undefined) return;
        return this.out(instance, () => {
          this.sockets.delete(link);
          link.closeFromRoom(effect.code);
        });
      }
      case "attach":
        this.attachments.set(effect.session.connection, toAttachment(effect.session));
        return;
      case "charge":
        return this.out(instance, () => this.charge(instance, effect));
      case "release":
        return this.out(instance, () => this.ports.limiters.release(effect.identity, effect.holder));
      case "flush-after":
        instance.isFlushing = true;
        this.ports.scheduler.after(effect.ms, () => {
          instance.isFlushing = false;
          if (!instance.isDead) this.handle({ type: "flush", now: this.ports.clock() });
        });
        return;
      case "alarm-by":
        return this.setAlarm(effect.at);
      default:
        effect satisfies never;
    }
  }

  /** The first of answer and deadline counts; what comes after is nobody's. */
  private charge(instance: Instance, call: Extract<RoomEffect, { type: "charge" }>): void {
    const { connection, identity, charge } = call;
    let isAnswered = false;
    instance.calls += 1;
    const answer = (reply: Parameters<Parameters<Limiters["charge"]>[2]>[0] | null): void => {
      if (isAnswered || instance.isDead) return;
      isAnswered = true;
      instance.calls -= 1;
      if (reply === null) this.counts.giveUps += 1;
      this.handle({ type: "charged", now: this.ports.clock(), connection, reply });
    };
    this.ports.limiters.charge(identity, charge, answer);
    this.ports.scheduler.after(CALL_MS, () => answer(null));
  }

  /** Alarms are durable, and ring on the server's clock. */
  private setAlarm(at: number): void {
    if (at >= this.alarmAt) return;
    this.cancelAlarm?.();
    this.alarmAt = at;
    this.cancelAlarm = this.ports.scheduler.after(Math.max(0, at - this.ports.clock()), () => {
      this.alarmAt = Infinity;
      this.counts.alarms += 1;
      this.handle({ type: "alarm", now: this.ports.clock(), heard: this.heard });
    });
  }
}

/** Thrown by a write that the disk does not take. */
const REFUSED = new Error("The disk is full.");

/** Through JSON, as the platform's structured clone would: nothing shared survives. */
function revive(attachment: Attachment | undefined): Session[] {
  const session = fromAttachment(JSON.parse(JSON.stringify(attachment ?? null)));
  return session === null ? [] : [session];
}
