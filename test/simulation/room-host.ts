// A room's Durable Object in memory: the same Room on a simulated platform, with output gate, eviction, reset and crash.
// The twin of src/room/chat-room.ts; what the platform does is as its documentation and our faults on workerd show it.
import { PING } from "../../src/protocol/limits.ts";
import type { Yielded } from "../../src/rate-limit/budget.ts";
import type { Holder } from "../../src/rate-limit/limiter.ts";
import type { RoomConfig } from "../../src/room/config.ts";
import type { RoomEffect, RoomEvent } from "../../src/room/effects.ts";
import { Room } from "../../src/room/room.ts";
import type { MemoryLedger } from "../support/memory-ledger.ts";
import type { MemoryLog } from "../support/memory-log.ts";
import { type Accepted, Decisions } from "./accepted.ts";
import { Alarm } from "./alarm.ts";
import type { Calls } from "./calls.ts";
import { Disk } from "./disk.ts";
import { FanOut } from "./fan-out.ts";
import type { LimiterHost } from "./limiters.ts";
import type { Wire, RoomEnd } from "./wire.ts";
import { OutputGate, REFUSED } from "./output-gate.ts";
import { RoomCalls } from "./room-calls.ts";
import { RoomStore } from "./room-store.ts";
import type { Scheduler } from "./scheduler.ts";
import { Sockets } from "./sockets.ts";

export interface RoomHostPorts {
  readonly scheduler: Scheduler;
  readonly calls: Calls;
  readonly limiterOf: (identity: string) => LimiterHost;
  readonly config: RoomConfig;
  /** This room's clock, which may jump; virtual time does not. */
  readonly clock: () => number;
  /** What was accepted, and is durable now. */
  readonly onAccepted: (accepted: Accepted) => void;
  /** So much later than the platform the room hears of a close; 0: at once. */
  readonly closeMs: number;
  /** Evict it whenever it is idle. */
  readonly isEager: boolean;
}

/** Idle for so long, it may be evicted: the longest window between two flushes is over then. The platform leaves it 10 s. */
const IDLE_MS = 100;

/** What one instance of the object holds in memory. An eviction, a reset or a crash ends it. */
interface Instance {
  readonly name: string;
  readonly room: Room;
  readonly gate: OutputGate<RoomStore>;
  readonly calls: RoomCalls;
  readonly decisions: Decisions;
  readonly fanOut: FanOut;
  /** Ends the timer that runs. */
  cancelFlush: (() => void) | null;
}

/** What one event has led to. */
interface Decided {
  readonly effects: readonly RoomEffect[];
  readonly accepted: readonly Accepted[];
}

export class RoomHost {
  readonly name: string;
  readonly disk = new Disk<RoomStore>();
  readonly sockets = new Sockets();
  readonly counts = {
    evictions: 0,
    resets: 0,
    closeWakes: 0,
    trims: 0,
    forgotten: 0,
    giveUps: 0,
    yields: 0,
    voided: 0,
    crashesInMove: 0,
    fullAppends: 0,
    saidInFlush: 0,
    joinsInFlush: 0,
    closesInFlush: 0,
    closesAsleep: 0,
    lostAndSaidAgain: 0,
  };
  /** The longest that anybody waited for a budget, in ms of virtual time. */
  longestWait = 0;
  private readonly ports: RoomHostPorts;
  private instance: Instance | null = null;
  private readonly alarm: Alarm;
  private connections = 0;
  private epochs = 0;
  private activity = 0;
  private lives = 0;
  /** Admitted messages that a crash took. */
  private readonly lost = new Set<string>();

  constructor(name: string, ports: RoomHostPorts) {
    this.name = name;
    this.ports = ports;
    const { scheduler, clock } = ports;
    this.alarm = new Alarm(name, scheduler, clock, () =>
      this.handle({ type: "alarm", now: clock(), heard: this.sockets.heard }),
    );
  }

  /** Accepts a WebSocket; what the handshake of `wire` asks for. */
  accept(wire: Wire, identity: string): RoomEnd {
    const connection = `${this.name}.${++this.connections}`;
    this.sockets.add(connection, wire);
    this.handle({ type: "accepted", now: this.ports.clock(), connection, identity });
    return {
      frame: (frame) => this.onFrame(connection, frame),
      closed: () => this.onClosed(connection),
    };
  }

  /** Connections that are joined, in the room's own opinion. */
  get joined(): string[] {
    const sessions = [...this.awake().room.sessions.values()];
    return sessions.filter(({ joined }) => joined !== null).map(({ connection }) => connection);
  }

  get log(): MemoryLog {
    return this.awake().gate.state.log;
  }

  get ledger(): MemoryLedger {
    return this.awake().gate.state.ledger;
  }

  erase(): void {
    this.handle({ type: "erase", now: this.ports.clock(), epoch: this.newEpoch() });
  }

  /** The alarm rings: when it is time, late, or once more. */
  ring(): void {
    this.alarm.fire();
  }

  /** A limiter asks; the answer leaves when what it says is durable. */
  yieldBudget({ identity, term }: Holder, isCheck: boolean, answer: (left: Yielded | null) => void): void {
    const instance = this.woken();
    if (instance === null) return;
    const { calls, gate } = instance;
    this.counts.yields += 1;
    if (calls.isAsking(identity)) this.counts.voided += 1;
    const effects = this.handle({ type: "yield", now: this.ports.clock(), identity, term, isCheck });
    for (const effect of effects) {
      if (effect.type !== "yielded") continue;
      gate.out(
        () => answer(effect.answer),
        () => `${identity} ${term} ${JSON.stringify(effect.answer)}`,
      );
    }
  }

  get isAwake(): boolean {
    return this.instance !== null;
  }

  /** Whether a flush is under way that will never end. */
  get isStuck(): boolean {
    return this.instance?.fanOut.isStuck === true;
  }

  /** Whether it is awake, and nothing keeps it so. */
  get isIdle(): boolean {
    const { instance } = this;
    if (instance === null || !instance.room.isQuiet) return false;
    if (instance.cancelFlush !== null || instance.fanOut.isUnderWay) return false;
    return instance.calls.isIdle && instance.gate.isIdle;
  }

  /** What the platform does with an idle object: memory is lost, sockets and attachments stay. False while it is busy. */
  hibernate(): boolean {
    const { instance } = this;
    if (instance === null || !this.isIdle) return false;
    this.counts.evictions += 1;
    this.note("sleep", "sleeps");
    instance.gate.isDead = true;
    this.instance = null;
    return true;
  }

  /** The same once nothing has happened for a while. */
  private dozeLater(): void {
    const { isEager, scheduler } = this.ports;
    if (!isEager) return;
    const activity = ++this.activity;
    scheduler.after(IDLE_MS, () => {
      if (activity === this.activity) this.hibernate();
    });
  }

  /** The object or its process dies: what is not committed is lost, and every socket breaks. */
  die(): void {
    const { instance } = this;
    this.note("crash", "crashes");
    if (instance !== null) {
      if (instance.calls.isTaking) this.counts.crashesInMove += 1;
      instance.gate.isDead = true;
      for (const message of instance.decisions.pending) this.lost.add(message);
    }
    this.instance = null;
    this.sockets.cut();
  }

  private onFrame(connection: string, frame: unknown): void {
    if (!this.sockets.has(connection)) return;
    if (frame === PING) this.sockets.pong(connection, this.ports.clock());
    else this.handle({ type: "frame", now: this.ports.clock(), connection, frame });
  }

  private onClosed(connection: string): void {
    if (!this.sockets.has(connection)) return;
    const { scheduler, closeMs } = this.ports;
    this.sockets.closed(connection);
    if (closeMs === 0) this.hearClosed(connection);
    else {
      const channel = `close of ${connection}`;
      const isVoid = (): boolean => !this.sockets.has(connection);
      scheduler.after(closeMs, () => this.hearClosed(connection), { channel, text: "", isVoid });
    }
  }

  private hearClosed(connection: string): void {
    if (!this.sockets.has(connection)) return;
    if (this.instance === null) this.counts.closeWakes += 1;
    const room = this.woken()?.room;
    if (room === undefined) return;
    if (!room.sessions.has(connection))
      for (const session of this.sockets.revive(connection)) room.revive(session);
    this.handle({ type: "closed", now: this.ports.clock(), connection });
  }

  /** Null where the object cannot start: then every socket breaks, and what woke it is lost. */
  private woken(): Instance | null {
    if (this.instance !== null || !this.disk.strikes("start")) return this.awake();
    this.reset();
    return null;
  }

  private awake(): Instance {
    if (this.instance !== null) return this.instance;
    const { scheduler, config } = this.ports;
    this.note("wake", "wakes");
    const { closing, joined } = this.sockets.unheard;
    if (closing > 1 && joined <= config.rosterMax && joined + closing > config.rosterMax)
      this.counts.closesAsleep += 1;
    const name = `${this.name}~${++this.lives}`;
    const gate = new OutputGate({
      name,
      scheduler,
      disk: this.disk,
      owner: this.name,
      fresh: () => RoomStore.named(this.newEpoch()),
      onCommitted: () => this.dozeLater(),
      onFailed: () => this.reset(),
    });
    const { log, ledger } = gate.state;
    const restored = this.sockets.restore();
    const room = new Room({ config, log, ledger, authorOf }, restored, this.sockets.hasTurnedAway);
    const calls = new RoomCalls({
      ...this.ports,
      name,
      out: (run, text) => gate.out(run, text),
      isDead: () => gate.isDead,
      handle: (event) => this.handle(event),
      onWaited: (ms, isGranted) => {
        this.longestWait = Math.max(this.longestWait, ms);
        if (!isGranted) this.counts.giveUps += 1;
      },
    });
    const fanOut = new FanOut({
      name,
      scheduler,
      out: (run, text) => gate.out(run, text),
      isDead: () => gate.isDead,
      getsStuck: () => this.disk.strikes("sync"),
      send: (connection, frames) => this.send(gate, connection, frames),
      handle: (event) => this.handle(event),
      drained: () => this.handle({ type: "drained", now: this.ports.clock() }),
    });
    this.instance = { name, room, gate, calls, fanOut, decisions: new Decisions(), cancelFlush: null };
    return this.instance;
  }

  private newEpoch(): string {
    return `${this.name} epoch ${++this.epochs}`;
  }

  /** One turn of the event loop. Returns what the room decided; nothing where the disk refused. */
  private handle(event: RoomEvent): readonly RoomEffect[] {
    const instance = this.woken();
    const decided: RoomEffect[] = [];
    if (instance === null) return decided;
    try {
      const events = [event];
      for (let next = events.shift(); next !== undefined; next = events.shift()) {
        const { effects, accepted } = this.decide(instance, next);
        decided.push(...effects);
        for (const effect of effects) {
          if (effect.type === "send") events.push(...this.send(instance.gate, effect.to, [effect.frame]));
          else this.perform(instance, effect);
        }
        for (const one of accepted)
          instance.gate.out(
            () => this.ports.onAccepted(one),
            () => `accepted ${one.kind} ${one.name}`,
          );
      }
    } catch (error) {
      if (error !== REFUSED) throw error;
      this.reset();
      return [];
    }
    instance.gate.endTurn();
    this.dozeLater();
    return decided;
  }

  private decide({ room, decisions, fanOut }: Instance, event: RoomEvent): Decided {
    const { counts, sockets } = this;
    const offers = decisions.before(event, room.sessions);
    const effects = room.handle(event);
    const isJoined = (connection: string): boolean => sockets.isJoined(connection);
    const accepted = decisions.after(event, effects, this.ports.scheduler.now, isJoined);
    if (fanOut.isUnderWay) counts.saidInFlush += offers;
    if (fanOut.left > 0) {
      counts.joinsInFlush += accepted.filter(({ kind }) => kind === "join").length;
      if (event.type === "closed") counts.closesInFlush += 1;
    }
    return { effects, accepted };
  }

  /** Returns what becomes of a connection that reads too slowly. */
  private send(gate: Instance["gate"], connection: string, frames: readonly string[]): RoomEvent[] {
    const wire = this.sockets.wireOf(connection);
    if (wire === undefined) return [];
    for (const frame of frames)
      gate.out(
        () => wire.fromRoom(frame),
        () => `${connection} ${frame}`,
      );
    const { clock, config } = this.ports;
    return wire.unsent > config.slowReaderBytes ? [{ type: "slow", now: clock(), connection }] : [];
  }

  private reset(): void {
    this.counts.resets += 1;
    this.die();
  }

  private note(kind: "sleep" | "wake" | "crash", text: string): void {
    this.ports.scheduler.trace?.mark(this.name, kind, text);
  }

  /** What its instance has in memory, without waking it: for pictures. Null while it sleeps or is dead. */
  get memory(): { readonly members: readonly string[]; readonly store: RoomStore } | null {
    if (this.instance === null) return null;
    const { room, gate } = this.instance;
    const members = [...room.sessions.values()].flatMap(({ joined }) => joined?.name ?? []);
    return { members, store: gate.state };
  }

  private perform(instance: Instance, effect: Exclude<RoomEffect, { type: "send" }>): void {
    const { gate, calls } = instance;
    switch (effect.type) {
      case "append":
        if (effect.messages.length > 1) this.counts.fullAppends += 1;
        for (const { message } of effect.messages)
          if (this.lost.delete(message)) this.counts.lostAndSaidAgain += 1;
        return gate.write(({ log }) => log.append(effect.messages));
      case "trim":
        if (effect.through > gate.state.log.floor) this.counts.trims += 1;
        return gate.write(({ log }) => log.trim(effect.through, effect.before));
      case "erase":
        return gate.write(({ log }) => log.erase(effect.epoch));
      case "name-log":
        return gate.write(({ log }) => log.name());
      case "forget": {
        this.counts.forgotten += 1;
        const epoch = this.newEpoch();
        return gate.write(({ log }) => log.forget(epoch));
      }
      case "budgets":
        return gate.write(({ ledger }) => ledger.write(effect.rows));
      case "drop-budgets":
        return gate.write(({ ledger }) => ledger.drop(effect.identities));
      case "fan-out":
        return instance.fanOut.begin(effect.shares);
      case "close":
        return gate.out(
          this.sockets.close(effect.connection, effect.code),
          () => `close ${effect.connection} ${effect.code}`,
        );
      case "attach":
        return this.sockets.attach(effect.session);
      case "take":
        return calls.take(this.name, effect.identity);
      case "give-back":
        return calls.giveBack(this.name, effect.identity, effect.term, effect.left);
      case "yielded":
        // `yieldBudget` answers it.
        return;
      case "flush-after":
        return this.setTimer(instance, effect.ms);
      case "alarm-by":
        return this.alarm.by(effect.at);
      default:
        effect satisfies never;
    }
  }

  /** Instead of the timer that runs. */
  private setTimer(instance: Instance, ms: number): void {
    instance.cancelFlush?.();
    const ring = (): void => {
      instance.cancelFlush = null;
      if (!instance.gate.isDead) this.handle({ type: "flush", now: this.ports.clock() });
    };
    const what = { channel: null, text: `flush of ${this.name}`, isVoid: () => instance.gate.isDead };
    instance.cancelFlush = this.ports.scheduler.after(ms, ring, what);
  }
}

const authorOf = (key: string): string => `author of ${key}`;
