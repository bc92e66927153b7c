// A room as the platform runs it: a machine in memory, a log and a ledger in storage, attachments, turns that commit or die.
import type { Grant, Yielded } from "../../../src/rate-limit/budget.ts";
import type { RoomConfig } from "../../../src/room/config.ts";
import type { Holder } from "../../../src/rate-limit/limiter.ts";
import type { RoomEffect, RoomEvent, Share } from "../../../src/room/effects.ts";
import { Room } from "../../../src/room/room.ts";
import { fromAttachment, toAttachment } from "../../../src/room/session.ts";
import { MemoryLedger } from "../memory-ledger.ts";
import { MemoryLog } from "../memory-log.ts";
import { Turn } from "./turn.ts";

type Of<T extends RoomEffect["type"]> = Extract<RoomEffect, { type: T }>;

export interface RoomPorts {
  readonly config: RoomConfig;
  readonly clock: () => number;
  /** A frame leaves. `isAlone`: the identity's last action here was admitted without a budget. */
  readonly deliver: (connection: string, frame: string, isAlone: (identity: string) => boolean) => void;
  /** A message is durable. */
  readonly onStored: (message: string, isAlone: (identity: string) => boolean) => void;
  readonly onClosed: (connection: string) => void;
  /** An instance is gone: nobody waits for what it asked. */
  readonly onDied: (instance: object) => void;
  readonly take: (identity: string, by: object, end: (grant: Grant | null) => void) => void;
  readonly giveBack: (effect: Of<"give-back">, by: object, end: (isHeard: boolean) => void) => void;
}

/** An event without its time. */
type Happening = RoomEvent extends infer E ? (E extends RoomEvent ? Omit<E, "now"> : never) : never;

export class RoomHost {
  /** The next turn that writes ends in a crash before its commit. */
  isDoomed = false;
  readonly counts = { voided: 0, crashes: 0, crashesBeforeCommit: 0, sleeps: 0, yields: 0 };
  private log = new MemoryLog("epoch");
  private ledger = new MemoryLedger();
  private readonly attachments = new Map<string, string>();
  /** How each identity's row stood when something was last admitted. */
  private readonly states = new Map<string, string>();
  private room: Room;
  private epochs = 0;
  private readonly ports: RoomPorts;

  constructor(ports: RoomPorts) {
    this.ports = ports;
    this.room = this.wake();
  }

  handle(event: Happening, reply?: (answer: Yielded | null) => void): void {
    const before = this.isDoomed ? { log: this.log.clone(), ledger: this.ledger.clone() } : null;
    const turn = new Turn();
    const now = this.ports.clock();
    const events: RoomEvent[] = [{ ...event, now }];
    for (let next = events.shift(); next !== undefined; next = events.shift()) {
      for (const effect of this.room.handle(next)) {
        if (effect.type === "take" && event.type === "granted" && event.grant !== null)
          this.counts.voided += 1;
        if (effect.type === "yielded") turn.send(() => reply?.(effect.answer));
        // This town is about budgets: what is admitted leaves in the same turn.
        else if (effect.type === "flush-after") events.push({ type: "flush", now: now + effect.ms });
        else if (effect.type === "fan-out") {
          this.deliver(effect.shares, turn);
          events.push({ type: "drained", now });
        } else this.perform(effect, turn);
      }
    }
    if (before !== null && turn.hasWritten) {
      this.log = before.log;
      this.ledger = before.ledger;
      this.counts.crashesBeforeCommit += 1;
      this.crash();
    } else turn.commit();
  }

  yield({ identity, term }: Holder, isCheck: boolean, reply: (answer: Yielded | null) => void): void {
    this.counts.yields += 1;
    this.handle({ type: "yield", identity, term, isCheck }, reply);
  }

  alarm(): void {
    const now = this.ports.clock();
    this.handle({ type: "alarm", heard: new Map([...this.attachments.keys()].map((one) => [one, now])) });
  }

  erase(): void {
    this.handle({ type: "erase", epoch: `epoch ${++this.epochs}` });
  }

  /** What the platform does to an idle room: memory is lost, attachments stay. False if the room is not idle. */
  hibernate(): boolean {
    if (!this.room.isQuiet) return false;
    this.counts.sleeps += 1;
    this.room = this.wake();
    return true;
  }

  /** The process dies: memory, sockets and attachments are lost, and who waits for what. */
  crash(): void {
    this.counts.crashes += 1;
    this.isDoomed = false;
    for (const connection of this.attachments.keys()) this.ports.onClosed(connection);
    this.attachments.clear();
    this.ports.onDied(this.room);
    this.room = this.wake();
  }

  private wake(): Room {
    const sessions = [...this.attachments.values()].flatMap((text) => fromAttachment(JSON.parse(text)) ?? []);
    const { log, ledger } = this;
    return new Room({ config: this.ports.config, log, ledger, authorOf: (key) => key }, sessions);
  }

  private readonly isAlone = (identity: string): boolean => this.states.get(identity) !== "held";

  private deliver(shares: readonly Share[], turn: Turn): void {
    for (const { to, frames } of shares) {
      for (const connection of to) {
        for (const frame of frames) turn.send(() => this.ports.deliver(connection, frame, this.isAlone));
      }
    }
  }

  private perform(effect: Exclude<RoomEffect, Of<"yielded" | "fan-out" | "flush-after">>, turn: Turn): void {
    const { room, ports } = this;
    switch (effect.type) {
      case "append":
        turn.write(() => this.log.append(effect.messages));
        for (const { message } of effect.messages) turn.send(() => ports.onStored(message, this.isAlone));
        break;
      case "budgets":
        turn.write(() => this.ledger.write(effect.rows));
        for (const { identity, state } of effect.rows) this.states.set(identity, state);
        break;
      case "drop-budgets":
        turn.write(() => this.ledger.drop(effect.identities));
        break;
      case "trim":
        turn.write(() => this.log.trim(effect.through, effect.before));
        break;
      case "erase":
        turn.write(() => this.log.erase(effect.epoch));
        break;
      case "name-log":
        turn.write(() => this.log.name());
        break;
      case "forget":
        turn.write(() => this.log.forget(`epoch ${++this.epochs}`));
        break;
      case "send":
        turn.send(() => ports.deliver(effect.to, effect.frame, this.isAlone));
        break;
      case "attach":
        this.attachments.set(effect.session.connection, JSON.stringify(toAttachment(effect.session)));
        break;
      case "close":
        this.attachments.delete(effect.connection);
        ports.onClosed(effect.connection);
        break;
      case "take": {
        const { identity } = effect;
        turn.send(() =>
          ports.take(identity, room, (grant) => this.handle({ type: "granted", identity, grant })),
        );
        break;
      }
      case "give-back":
        turn.send(() =>
          ports.giveBack(effect, room, (isHeard) => {
            if (isHeard) this.handle({ type: "returned", identity: effect.identity });
          }),
        );
        break;
      case "alarm-by":
        break;
      default:
        effect satisfies never;
    }
  }
}
