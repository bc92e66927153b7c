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
  RATE_LIMITED,
} from "../protocol/codec.ts";
import { type ChatMessage, CLOSE, type Hello, type Member, type Refusal } from "../protocol/messages.ts";
import { retryAfter, settle, spend } from "../rate-limit/gcra.ts";
import { MAX_CHARGE, type ChargeReply } from "../rate-limit/charge.ts";
import {
  admitLocally,
  type LocalBudgets,
  newPass,
  passIsLive,
  refusedFor,
  restoreLocal,
} from "./allowance.ts";
import type { RoomConfig } from "./config.ts";
import type { RoomEffect, RoomEvent } from "./effects.ts";
import type { LogReader } from "./message-log.ts";
import { PRESENCE_WINDOW_MS, PresenceQueue } from "./presence.ts";
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

/** How soon a room with too many rows is trimmed. */
const TRIM_DELAY_MS = 10_000;

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
  private readonly local: LocalBudgets = new Map();
  private nextOrder = 1;
  private effects: RoomEffect[] = [];
  /** Accepted in this event, not yet in an append. */
  private fresh: ChatMessage[] = [];
  /** The newest message, appends of this event included: the log shows those only once the shell has performed them. */
  private newest = { seq: 0, timestamp: 0 };

  /** `restored` are the sessions found in attachments when the object wakes, in any order. */
  constructor(ports: RoomPorts, restored: readonly Session[] = []) {
    this.ports = ports;
    this.presence = new PresenceQueue(ports.config.rosterMax);
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
    restoreLocal(this.local, session);
    const { joined } = session;
    if (joined === null || joined.client === null) return;
    session.counter = this.ports.log.counterOf(joined.author, joined.client);
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
        this.withSession(event.connection, (session) => this.onCharged(session, event.reply, event.now));
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
        this.onAlarm(event.now, event.heard);
        break;
      case "erase":
        this.emit({ type: "erase", epoch: event.epoch });
        for (const session of [...this.sessions.values()]) {
          this.leave(session, CLOSE.erased, "This room was erased.");
        }
        break;
      default:
        event satisfies never;
    }
    return this.effects;
  }

  /** Whether nothing is under way that only memory holds. The platform does not hibernate an object otherwise. */
  get isQuiet(): boolean {
    if (!this.presence.isEmpty) return false;
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
    return [...this.sessions.values()].filter(({ joined }) => joined !== null).map(memberOf);
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
    this.submit(session, { kind: "message", message: value.message, counter: value.counter, came: now }, now);
  }

  private onHello(session: Session, frame: unknown, now: number): void {
    const decoded = decodeHello(frame);
    if (!decoded.ok) return this.onBadFrame(session, decoded.error);
    const key = decoded.value.delivery?.key;
    const author = key === undefined ? "" : this.ports.authorOf(key);
    this.submit(session, { kind: "join", hello: decoded.value, author, came: now }, now);
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
    session.pages = spend(PAGES, budget, 0);
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

  /** An action: accepted at once under a pass, refused for nothing while the limiter's answer holds, else it waits its turn. */
  private submit(session: Session, action: Waiting, now: number): void {
    const ahead = session.waiting.length + 1;
    if (action.kind === "message" && !this.isNext(session, action.counter, ahead)) return;
    const wait = refusedFor(session, this.ports.config.rate, now);
    if (wait > 0) return this.refuse(session, action, { code: "rate-limited", retryAfter: wait });
    if (session.waiting.length >= MAX_CHARGE) return this.refuse(session, action, { code: "busy" });
    if (session.charging === null && session.waiting.length === 0 && passIsLive(session, now)) {
      const charged = this.perform(session, action, now);
      this.commit();
      if (charged) this.charge(session, [0], now);
      return;
    }
    session.waiting.push(action);
    if (session.charging === null) this.charge(session, [], now);
  }

  /** The one call to the limiter that a connection has under way: order is kept because the rest waits (D4). */
  private charge(session: Session, spent: readonly number[], now: number): void {
    session.charging = { asked: session.waiting.length, since: now };
    if (spent.length > 0) session.pass = null;
    const asked = session.waiting.map((item) => Math.max(0, now - item.came));
    const { connection, identity } = session;
    this.emit({ type: "charge", connection, identity, charge: { holder: connection, spent, asked } });
  }

  private onCharged(session: Session, reply: ChargeReply | null, now: number): void {
    const { charging } = session;
    if (charging === null) return;
    session.charging = null;
    const asked = session.waiting.splice(0, charging.asked);
    const { rate } = this.ports.config;
    const admitsOne = reply === null && asked.length > 0 && admitLocally(this.local, rate, session, now);
    const granted = reply?.granted ?? (admitsOne ? 1 : 0);
    const wait = reply?.retryAfter ?? rate.periodMs;
    for (const action of asked.slice(0, granted)) this.perform(session, action, now);
    this.commit();
    for (const action of asked.slice(granted)) {
      this.refuse(session, action, { code: "rate-limited", retryAfter: wait });
    }
    session.refused = reply !== null && wait > 0 ? { from: now, until: now + wait } : null;
    session.pass = reply?.pass === true ? newPass(charging.since) : null;
    this.emit({ type: "attach", session });
    this.drain(session, now);
  }

  /** What came while the limiter was asked. */
  private drain(session: Session, now: number): void {
    const wait = refusedFor(session, this.ports.config.rate, now);
    if (wait > 0) {
      for (const action of session.waiting.splice(0)) {
        this.refuse(session, action, { code: "rate-limited", retryAfter: wait });
      }
    }
    if (session.waiting.length > 0) this.charge(session, [], now);
  }

  private refuse(session: Session, action: Waiting, refusal: Refusal): void {
    const delivery = action.kind === "join" ? action.hello.delivery !== null : action.counter > 0;
    const { code } = refusal;
    if (!delivery) {
      const error = code === "rate-limited" ? RATE_LIMITED : "Too many messages wait to be accepted.";
      return this.send([session.connection], encodeError(error, code, refusal.retryAfter));
    }
    const named = action.kind === "message" ? { counter: action.counter, ...refusal } : refusal;
    this.send([session.connection], encodeRefused(named));
  }

  /** Does an admitted action. False if it turned out to be no action at all (a duplicate, out of order). */
  private perform(session: Session, action: Waiting, now: number): boolean {
    if (action.kind === "join") {
      this.commit();
      this.join(session, action.hello, action.author, now);
      return true;
    }
    const { joined } = session;
    const { counter } = action;
    if (joined === null || !this.isNext(session, counter, 1)) return false;
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
    return true;
  }

  /** Write first, send after (D6): what was performed becomes one append and then one frame a protocol. */
  private commit(): void {
    const messages = this.fresh;
    if (messages.length === 0) return;
    this.fresh = [];
    this.emit({ type: "append", messages });
    this.scheduleTrim(messages);
    const classic = this.connections(false);
    if (classic.length > 0) for (const message of messages) this.send(classic, encodeClassicMessage(message));
    const delivery = this.connections(true);
    if (delivery.length > 0) this.send(delivery, encodeEvents(messages));
  }

  private scheduleTrim(messages: readonly ChatMessage[]): void {
    const { historyMaxRows, historyMaxAgeMs } = this.ports.config;
    const { seq = 0, timestamp = 0 } = messages[0] ?? {};
    // A tenth over the bound, so that a busy room trims in batches.
    const overfull = seq - this.ports.log.floor > historyMaxRows * 1.1;
    this.emit({ type: "alarm-by", at: timestamp + (overfull ? TRIM_DELAY_MS : historyMaxAgeMs) });
  }

  private join(session: Session, { name, delivery }: Hello, author: string, now: number): void {
    if (delivery !== null) this.supersede(author, delivery.client);
    const { log, config } = this.ports;
    const others = this.members();
    const classic = this.connections(false);
    const to = [session.connection];
    session.joined = { name, author, client: delivery?.client ?? null };
    this.emit({ type: "attach", session });
    if (delivery === null) {
      for (const frame of classicSnapshot(others, log)) this.send(to, frame);
      this.send([...classic, session.connection], encodeJoined(name));
      this.send(to, encodeReady());
    } else {
      session.counter = log.counterOf(author, delivery.client);
      const members = this.members();
      for (const frame of deliverySnapshot(session, members, delivery.since, config.rosterMax, log)) {
        this.send(to, frame);
      }
      this.send(classic, encodeJoined(name));
      this.emit({ type: "alarm-by", at: now + config.silenceMs });
    }
    this.announce({ joined: memberOf(session) });
  }

  /** The same author and client tag cannot be here twice: an older, perhaps half-open, connection makes way. */
  private supersede(author: string, client: string): void {
    for (const other of [...this.sessions.values()]) {
      if (other.joined !== null && other.joined.author === author && other.joined.client === client) {
        this.leave(other, CLOSE.superseded, "You joined from elsewhere.");
      }
    }
  }

  private leave(session: Session, code: number, reason: string): void {
    if (!this.sessions.delete(session.connection)) return;
    const { connection, identity, joined } = session;
    this.emit({ type: "close", connection, code, reason });
    if (session.pass !== null || session.charging !== null) {
      this.emit({ type: "release", identity, holder: connection });
    }
    if (joined === null) return;
    this.send(this.connections(false), encodeQuit(joined.name));
    this.announce({ left: connection });
  }

  private announce(change: { joined: Member } | { left: string }): void {
    if (this.presence.add(change)) this.emit({ type: "flush-after", ms: PRESENCE_WINDOW_MS });
  }

  private flush(): void {
    if (this.presence.isEmpty) return;
    this.send(this.connections(true), this.presence.take(this.members()));
  }

  private onAlarm(now: number, heard: ReadonlyMap<string, number>): void {
    const { joinDeadlineMs, silenceMs, historyMaxRows, historyMaxAgeMs } = this.ports.config;
    let next = Infinity;
    for (const session of [...this.sessions.values()]) {
      const { connection, accepted } = session;
      if (session.joined === null) {
        if (now >= accepted + joinDeadlineMs) this.leave(session, CLOSE.joinDeadline, "Say your name first.");
        else next = Math.min(next, accepted + joinDeadlineMs);
      } else if (isDelivery(session)) {
        const last = Math.max(heard.get(connection) ?? 0, accepted);
        if (now >= last + silenceMs) this.leave(session, CLOSE.silent, "Nothing was heard from you.");
        else next = Math.min(next, last + silenceMs);
      }
    }
    this.emit({ type: "trim", maxRows: historyMaxRows, maxAgeMs: historyMaxAgeMs });
    const { oldestTimestamp } = this.ports.log;
    // What is old enough is trimmed now; the next is due once the rest has aged, at most once an hour.
    if (oldestTimestamp !== null)
      next = Math.min(next, Math.max(oldestTimestamp + historyMaxAgeMs, now + 3_600_000));
    if (next < Infinity) this.emit({ type: "alarm-by", at: next });
  }
}
