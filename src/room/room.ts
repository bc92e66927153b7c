// One chat room as a pure machine: an event in, effects out. Decides order, membership and delivery; touches nothing.
import {
  decodeClientFrame,
  decodeHello,
  type DecodeError,
  encodeClassicMessage,
  encodeError,
  encodeEvents,
  encodeHistory,
  encodeJoined,
  encodeQuit,
  encodeReady,
  encodeRefused,
  encodeStored,
} from "../protocol/codec.ts";
import { type ChatMessage, CLOSE, type Hello, type Member } from "../protocol/messages.ts";
import type { ChargeReply } from "../rate-limit/charge.ts";
import { retryAfter, settle, spend } from "../rate-limit/gcra.ts";
import { Admission } from "./admission.ts";
import type { RoomConfig } from "./config.ts";
import type { RoomEffect, RoomEvent } from "./effects.ts";
import type { LogReader } from "./message-log.ts";
import { PRESENCE_WINDOW_MS, PresenceQueue } from "./presence.ts";
import { findOverdue, nextTrim, trimAfter } from "./housekeeping.ts";
import { classicSnapshot, deliverySnapshot, memberOf } from "./snapshot.ts";
import {
  awaitsHello,
  isDelivery,
  newSession,
  type Session,
  speaksDelivery,
  type Waiting,
} from "./session.ts";

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
  readonly sessions = new Map<string, Session>();
  private readonly ports: RoomPorts;
  private readonly presence: PresenceQueue;
  private readonly admission: Admission;
  private nextOrder = 1;
  private effects: RoomEffect[] = [];
  /** Accepted in this event, not yet in an append. */
  private fresh: ChatMessage[] = [];
  /** The newest message, appends of this event included: the log shows those only once the shell has performed them. */
  private newest = { seq: 0, timestamp: 0 };

  /** `restored` are the sessions found in attachments when the object wakes, in any order. */
  constructor(ports: RoomPorts, restored: readonly Session[]) {
    this.ports = ports;
    this.presence = new PresenceQueue(ports.config.rosterMax);
    this.admission = new Admission(ports.config.rate, {
      emit: (effect) => this.emit(effect),
      isNext: (session, counter, ahead) => this.isNext(session, counter, ahead),
      perform: (session, action, now) => this.perform(session, action, now),
      commit: () => this.commit(),
    });
    for (const session of restored.toSorted((a, b) => a.order - b.order)) this.restore(session);
    this.presence.revived(this.members().length);
  }

  /** Takes in the one session whose close wakes the object: the platform lists it no more among the others. */
  revive(session: Session): void {
    this.restore(session);
    this.presence.revived(this.members().length);
  }

  private restore(session: Session): void {
    this.sessions.set(session.connection, session);
    this.nextOrder = Math.max(this.nextOrder, session.order + 1);
    this.admission.restore(session);
    const { joined } = session;
    if (joined === null || joined.client === null) return;
    // The log forgets a sender by age; a member that is here is known by its attachment.
    session.counter = Math.max(session.counter, this.ports.log.counterOf(joined.author, joined.client));
  }

  /** What happens next. Total: never throws, whatever a client sent. */
  handle(event: RoomEvent): readonly RoomEffect[] {
    this.effects = [];
    this.fresh = [];
    this.newest = { seq: this.ports.log.head, timestamp: this.ports.log.lastTimestamp };
    switch (event.type) {
      case "accepted":
        this.onAccepted(event.connection, event.identity, event.now);
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
        this.flush();
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
    return this.effects;
  }

  /** Whether nothing is under way that only memory holds. The platform does not hibernate an object otherwise. */
  get isQuiet(): boolean {
    if (!this.presence.isEmpty || !this.admission.isQuiet) return false;
    for (const session of this.sessions.values()) if (session.charging !== null) return false;
    return true;
  }

  private emit(effect: RoomEffect): void {
    this.effects.push(effect);
  }

  private send(to: readonly string[], frame: string): void {
    if (to.length > 0) this.emit({ type: "send", to, frame });
  }

  private withSession(connection: string, act: (session: Session) => void): void {
    const session = this.sessions.get(connection);
    if (session !== undefined) act(session);
  }

  private connections(delivery: boolean): string[] {
    const connections: string[] = [];
    for (const session of this.sessions.values()) {
      if (session.joined !== null && isDelivery(session) === delivery) connections.push(session.connection);
    }
    return connections;
  }

  private members(): Member[] {
    return [...this.sessions.values()].flatMap(({ connection, joined }) =>
      joined === null ? [] : memberOf(connection, joined),
    );
  }

  private onAccepted(connection: string, identity: string, now: number): void {
    const session = newSession(connection, identity, this.nextOrder++, now);
    this.sessions.set(connection, session);
    this.emit({ type: "attach", session });
    const { maxSockets, maxSocketsPerIdentity, joinDeadlineMs } = this.ports.config;
    let same = 0;
    for (const other of this.sessions.values()) if (other.identity === identity) same += 1;
    if (this.sessions.size > maxSockets) return this.turnAway(session, "room-full", "This room is full.");
    if (same > maxSocketsPerIdentity) {
      return this.turnAway(session, "too-many-sockets", "Too many connections from your address.");
    }
    this.emit({ type: "alarm-by", at: now + joinDeadlineMs });
  }

  private turnAway(session: Session, code: "room-full" | "too-many-sockets", error: string): void {
    this.send([session.connection], encodeError(error, code));
    this.leave(session, CLOSE.full, error);
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
    if (counter !== undefined) this.send([session.connection], encodeRefused({ counter, code }));
    else this.send([session.connection], encodeError(error, code));
    if (code === "name-too-long" || code === "frame-too-large") this.leave(session, CLOSE.tooLarge, error);
  }

  private onHistory(session: Session, before: number, limit: number, now: number): void {
    if (session.joined === null) {
      return this.send([session.connection], encodeError("Join before you ask for history.", "bad-frame"));
    }
    const budget = settle(session.pages, now);
    const wait = retryAfter(PAGES, budget);
    if (wait > 0) {
      return this.send([session.connection], encodeRefused({ code: "rate-limited", retryAfter: wait }));
    }
    session.pages = spend(PAGES, budget);
    const events = this.ports.log.before(before, limit);
    const more = (events[0]?.seq ?? 0) > this.ports.log.floor + 1;
    this.send([session.connection], encodeHistory({ before, events, more }));
  }

  /**
   * Idempotence and order of a sender (D3, D4): only the counter after the highest stored is new; a lower one is
   * stored already, a higher one has lost its predecessor. `ahead` is how far the next may be from the stored one.
   */
  private isNext(session: Session, counter: number, ahead: number): boolean {
    if (session.joined === null || session.joined.client === null) return true;
    if (counter <= session.counter) {
      this.commit();
      this.send([session.connection], encodeStored(counter));
      return false;
    }
    if (counter <= session.counter + ahead) return true;
    const expected = session.counter + 1;
    this.send([session.connection], encodeRefused({ counter, code: "out-of-order", expected }));
    return false;
  }

  /** Does an admitted action, if it is not by now a duplicate or out of order. */
  private perform(session: Session, action: Waiting, now: number): void {
    if (action.kind === "join") return this.join(session, action.hello, action.author, now);
    const { joined } = session;
    const { counter } = action;
    if (joined === null || !this.isNext(session, counter, 1)) return;
    session.counter = Math.max(session.counter, counter);
    const message: ChatMessage = {
      seq: this.newest.seq + 1,
      name: joined.name,
      message: action.message,
      timestamp: Math.max(now, this.newest.timestamp + 1),
      author: joined.author,
      client: joined.client ?? "",
      counter,
    };
    this.newest = message;
    this.fresh.push(message);
  }

  /** Write first, send after (D6): what was performed becomes one append and then one frame a protocol. */
  private commit(): void {
    const messages = this.fresh;
    if (messages.length === 0) return;
    this.fresh = [];
    this.emit({ type: "append", messages });
    const { seq = 0, timestamp = 0 } = messages[0] ?? {};
    this.emit({ type: "alarm-by", at: timestamp + trimAfter(seq - this.ports.log.floor, this.ports.config) });
    const classic = this.connections(false);
    if (classic.length > 0) for (const message of messages) this.send(classic, encodeClassicMessage(message));
    const delivery = this.connections(true);
    if (delivery.length > 0) this.send(delivery, encodeEvents(messages));
  }

  private join(session: Session, { name, delivery }: Hello, author: string, now: number): void {
    if (delivery !== null && !this.supersede(session, author, delivery.client)) return;
    const { log, config } = this.ports;
    const others = this.members();
    const classic = this.connections(false);
    const to = [session.connection];
    session.joined = { name, author, client: delivery?.client ?? null };
    const me = memberOf(session.connection, session.joined);
    this.emit({ type: "attach", session });
    if (delivery === null) {
      for (const frame of classicSnapshot(others, log)) this.send(to, frame);
      this.send([...classic, session.connection], encodeJoined(name));
      this.send(to, encodeReady());
    } else {
      session.counter = log.counterOf(author, delivery.client);
      const arrival = { me, counter: session.counter, since: delivery.since };
      for (const frame of deliverySnapshot(arrival, [...others, me], config.rosterMax, log)) {
        this.send(to, frame);
      }
      this.send(classic, encodeJoined(name));
      this.emit({ type: "alarm-by", at: now + config.silenceMs });
    }
    this.announce({ joined: me });
  }

  /**
   * The same author and client tag cannot be here twice: the older, perhaps half-open, connection makes way. That may
   * be the one that joins, if its charge took longer than a newer one's. Whether it goes on.
   */
  private supersede(session: Session, author: string, client: string): boolean {
    for (const other of [...this.sessions.values()]) {
      if (other.joined === null || other.joined.author !== author || other.joined.client !== client) continue;
      const older = other.order < session.order ? other : session;
      this.leave(older, CLOSE.superseded, "You joined from elsewhere.");
      if (older === session) return false;
    }
    return true;
  }

  private leave(session: Session, code: number, reason: string): void {
    if (!this.sessions.delete(session.connection)) return;
    const { connection, joined } = session;
    this.emit({ type: "close", connection, code, reason });
    this.admission.leave(session);
    if (joined === null) return;
    this.send(this.connections(false), encodeQuit(joined.name));
    this.announce({ left: connection });
  }

  /** All leave at once, so nobody is told of the others. */
  private erase(epoch: string): void {
    this.emit({ type: "erase", epoch });
    for (const session of this.sessions.values()) {
      this.emit({
        type: "close",
        connection: session.connection,
        code: CLOSE.erased,
        reason: "This room was erased.",
      });
      this.admission.leave(session);
    }
    this.sessions.clear();
    this.presence.clear();
  }

  private announce(change: { joined: Member } | { left: string }): void {
    if (this.presence.add(change, this.members().length))
      this.emit({ type: "flush-after", ms: PRESENCE_WINDOW_MS });
  }

  private flush(): void {
    if (this.presence.isEmpty) return;
    this.send(this.connections(true), this.presence.take(this.members()));
  }

  private sweep(now: number, heard: ReadonlyMap<string, number>): void {
    const { config, log } = this.ports;
    const { overdue, next } = findOverdue(this.sessions.values(), config, heard, now);
    for (const { session, code, reason } of overdue) this.leave(session, code, reason);
    const before = now - config.historyMaxAgeMs;
    const through = Math.max(log.head - config.historyMaxRows, log.lastBefore(before));
    this.emit({ type: "trim", through, before });
    const wakeBy = Math.min(next, nextTrim(log.oldestTimestamp, config, now));
    if (wakeBy < Infinity) this.emit({ type: "alarm-by", at: wakeBy });
  }
}
