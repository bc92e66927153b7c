// One chat room as a pure machine: an event in, effects out. Decides what each event means; touches nothing. Who is here is
// membership.ts, when an action happens admission.ts, in which order sequence.ts.
import {
  decodeClientFrame,
  decodeHello,
  type DecodeError,
  encodeClassicMessage,
  encodeError,
  encodeEvents,
  encodeHistory,
  encodeRefused,
  encodeStored,
} from "../protocol/codec.ts";
import { CLOSE } from "../protocol/messages.ts";
import type { ChargeReply } from "../rate-limit/charge.ts";
import { retryAfter, settle, spend } from "../rate-limit/gcra.ts";
import { Admission } from "./admission.ts";
import type { RoomConfig } from "./config.ts";
import { Effects, type RoomEffect, type RoomEvent } from "./effects.ts";
import { findOverdue, nextTrim, trimAfter } from "./housekeeping.ts";
import { Membership } from "./membership.ts";
import type { LogReader } from "./message-log.ts";
import { Sequence, standingOf } from "./sequence.ts";
import { awaitsHello, type Session, speaksDelivery, type Waiting } from "./session.ts";

/** A page of history costs a read of up to 100 rows: 20 at once, then four a second, per connection. */
const PAGES = { periodMs: 250, burst: 20 };

export interface RoomPorts {
  readonly config: RoomConfig;
  /** Reads see all appends of earlier events. */
  readonly log: LogReader;
  /** A secret key's public name. One-way, stable for ever. */
  readonly authorOf: (key: string) => string;
}

export class Room {
  readonly sessions: ReadonlyMap<string, Session>;
  private readonly ports: RoomPorts;
  private readonly effects = new Effects();
  private readonly membership: Membership;
  private readonly admission: Admission;
  private readonly sequence: Sequence;

  /** `restored` are the sessions found in attachments when the object wakes, in any order. */
  constructor(ports: RoomPorts, restored: readonly Session[]) {
    const { config, log } = ports;
    const { effects } = this;
    this.ports = ports;
    this.sequence = new Sequence(log);
    this.admission = new Admission(config.rate, {
      emit: (effect) => effects.emit(effect),
      isNext: (session, counter, ahead) => this.isNext(session, counter, ahead),
      perform: (session, action, now) => this.perform(session, action, now),
      isHere: ({ connection }) => this.sessions.has(connection),
      commit: () => this.commit(),
    });
    const left = (session: Session): void => this.admission.leave(session);
    this.membership = new Membership({ config, log, effects, left });
    this.sessions = this.membership.sessions;
    this.restore(restored);
  }

  /** Takes in the one session whose close wakes the object: the platform lists it no more among the others. */
  revive(session: Session): void {
    this.restore([session]);
  }

  private restore(sessions: readonly Session[]): void {
    this.membership.restore(sessions);
    for (const session of sessions) this.admission.restore(session);
  }

  /** What happens next. Total: never throws, whatever a client sent. */
  handle(event: RoomEvent): readonly RoomEffect[] {
    this.effects.begin();
    this.sequence.begin();
    switch (event.type) {
      case "accepted":
        this.membership.arrive(event.connection, event.identity, event.now);
        break;
      case "frame":
        this.withSession(event.connection, (session) => this.onFrame(session, event.frame, event.now));
        break;
      case "charged":
        this.onCharged(event.connection, event.reply, event.now);
        break;
      case "closed":
        this.withSession(event.connection, (session) => this.leave(session, CLOSE.normal, "Bye."));
        break;
      case "slow":
        this.withSession(event.connection, (session) =>
          this.leave(session, CLOSE.slowReader, "You fell too far behind; reconnect and resume."),
        );
        break;
      case "flush":
        this.membership.flush();
        break;
      case "alarm":
        this.sweep(event.now, event.heard);
        break;
      case "erase":
        this.erase(event.epoch);
        break;
      default:
        event satisfies never;
    }
    return this.effects.all;
  }

  /** Whether nothing is under way that only memory holds. The platform does not hibernate an object otherwise. */
  get isQuiet(): boolean {
    if (!this.membership.isSettled || !this.admission.isQuiet) return false;
    for (const session of this.sessions.values()) if (session.charging !== null) return false;
    return true;
  }

  private send({ connection }: Session, frame: string): void {
    this.effects.send([connection], frame);
  }

  private leave(session: Session, code: number, reason: string): void {
    this.membership.leave(session, code, reason);
  }

  private withSession(connection: string, act: (session: Session) => void): void {
    const session = this.sessions.get(connection);
    if (session !== undefined) act(session);
  }

  private onFrame(session: Session, frame: unknown, now: number): void {
    if (awaitsHello(session)) return this.onHello(session, frame, now);
    const decoded = decodeClientFrame(frame, speaksDelivery(session));
    if (!decoded.ok) return this.onBadFrame(session, decoded.error);
    const { value } = decoded;
    if (value.kind === "history") return this.onHistory(session, value.before, value.limit, now);
    this.admission.submit(session, { kind: "message", message: value.message, counter: value.counter }, now);
  }

  private onCharged(connection: string, reply: ChargeReply | null, now: number): void {
    const session = this.sessions.get(connection);
    if (session === undefined) this.admission.settleGone(connection);
    else this.admission.settle(session, reply, now);
  }

  private onHello(session: Session, frame: unknown, now: number): void {
    const decoded = decodeHello(frame);
    if (!decoded.ok) return this.onBadFrame(session, decoded.error);
    const key = decoded.value.delivery?.key;
    const author = key === undefined ? "" : this.ports.authorOf(key);
    this.admission.submit(session, { kind: "join", hello: decoded.value, author }, now);
  }

  private onBadFrame(session: Session, { code, error, counter }: DecodeError): void {
    if (counter !== undefined) this.send(session, encodeRefused({ counter, code }));
    else this.send(session, encodeError(error, code));
    if (code === "name-too-long" || code === "frame-too-large") this.leave(session, CLOSE.tooLarge, error);
  }

  private onHistory(session: Session, before: number, limit: number, now: number): void {
    if (session.joined === null) {
      return this.send(session, encodeError("Join before you ask for history.", "bad-frame"));
    }
    const budget = settle(session.pages, now);
    const wait = retryAfter(PAGES, budget);
    if (wait > 0) {
      return this.send(session, encodeRefused({ code: "rate-limited", retryAfter: wait }));
    }
    session.pages = spend(PAGES, budget);
    const events = this.ports.log.before(before, limit);
    const more = (events[0]?.seq ?? 0) > this.ports.log.floor + 1;
    this.send(session, encodeHistory({ before, events, more }));
  }

  /** Whether a message is its sender's next one; if not, the sender is answered. */
  private isNext(session: Session, counter: number, ahead: number): boolean {
    const standing = standingOf(session, counter, ahead);
    if (standing === "stored") {
      // What was accepted right before it is written first: it may be this one.
      this.commit();
      this.send(session, encodeStored(counter));
    } else if (standing === "out-of-order") {
      const expected = session.counter + 1;
      this.send(session, encodeRefused({ counter, code: "out-of-order", expected }));
    }
    return standing === "next";
  }

  /** Does an admitted action, if it is not by now a duplicate or out of order. */
  private perform(session: Session, action: Waiting, now: number): void {
    if (action.kind === "join") return this.membership.join(session, action.hello, action.author, now);
    const { joined } = session;
    const { counter } = action;
    if (joined === null || !this.isNext(session, counter, 1)) return;
    session.counter = Math.max(session.counter, counter);
    this.sequence.add(joined, action.message, counter, now);
  }

  /** Write first, send after (D6): what was performed becomes one append and then one frame a protocol. */
  private commit(): void {
    const messages = this.sequence.take();
    if (messages.length === 0) return;
    this.effects.emit({ type: "append", messages });
    const { seq = 0, timestamp = 0 } = messages[0] ?? {};
    this.effects.emit({
      type: "alarm-by",
      at: timestamp + trimAfter(seq - this.ports.log.floor, this.ports.config),
    });
    const classic = this.membership.connections(false);
    if (classic.length > 0) {
      for (const message of messages) this.effects.send(classic, encodeClassicMessage(message));
    }
    const delivery = this.membership.connections(true);
    if (delivery.length > 0) this.effects.send(delivery, encodeEvents(messages));
  }

  private erase(epoch: string): void {
    this.effects.emit({ type: "erase", epoch });
    this.membership.clear(CLOSE.erased, "This room was erased.");
  }

  private sweep(now: number, heard: ReadonlyMap<string, number>): void {
    const { config, log } = this.ports;
    const { overdue, next } = findOverdue(this.sessions.values(), config, heard, now);
    for (const { session, code, reason } of overdue) this.leave(session, code, reason);
    const before = now - config.historyMaxAgeMs;
    const through = Math.max(log.head - config.historyMaxRows, log.lastBefore(before));
    this.effects.emit({ type: "trim", through, before });
    const wakeBy = Math.min(next, nextTrim(log.oldestTimestamp, config, now));
    if (wakeBy < Infinity) this.effects.emit({ type: "alarm-by", at: wakeBy });
  }
}
