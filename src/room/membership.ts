// Who is in the room: who arrives, joins, takes the place of an older connection, and leaves; and what the others hear of it.
import { encodeError, encodeJoined, encodeQuit, encodeReady } from "../protocol/codec.ts";
import { CLOSE, type Hello, type Member } from "../protocol/messages.ts";
import type { RoomConfig } from "./config.ts";
import type { Effects } from "./effects.ts";
import type { LogReader } from "./message-log.ts";
import { PRESENCE_WINDOW_MS, PresenceQueue } from "./presence.ts";
import { isDelivery, newSession, type Session } from "./session.ts";
import { classicSnapshot, deliverySnapshot, memberOf } from "./snapshot.ts";

export interface MembershipPorts {
  readonly config: RoomConfig;
  readonly log: LogReader;
  readonly effects: Effects;
  /** What a connection that is gone had asked for is void. */
  readonly left: (session: Session) => void;
}

export class Membership {
  readonly sessions = new Map<string, Session>();
  private readonly room: MembershipPorts;
  private readonly presence: PresenceQueue;
  private nextOrder = 1;

  constructor(room: MembershipPorts) {
    this.room = room;
    this.presence = new PresenceQueue(room.config.rosterMax);
  }

  /** Takes in sessions that a waking room finds in attachments, in any order. */
  restore(sessions: readonly Session[]): void {
    for (const session of sessions.toSorted((a, b) => a.order - b.order)) {
      this.sessions.set(session.connection, session);
      this.nextOrder = Math.max(this.nextOrder, session.order + 1);
      const { joined } = session;
      if (joined === null || joined.client === null) continue;
      // The log forgets a sender by age; a member that is here is known by its attachment.
      const stored = this.room.log.counterOf(joined.author, joined.client);
      session.counter = Math.max(session.counter, stored);
    }
    this.presence.revived(this.members().length);
  }

  /** Whether everybody has heard of everybody. */
  get isSettled(): boolean {
    return this.presence.isEmpty;
  }

  /** Connections that have joined, by protocol. */
  connections(delivery: boolean): string[] {
    const connections: string[] = [];
    for (const session of this.sessions.values()) {
      if (session.joined !== null && isDelivery(session) === delivery) connections.push(session.connection);
    }
    return connections;
  }

  /** A socket was accepted; it has not said its name. */
  arrive(connection: string, identity: string, now: number): void {
    const session = newSession(connection, identity, this.nextOrder++, now);
    this.sessions.set(connection, session);
    const { config, effects } = this.room;
    effects.emit({ type: "attach", session });
    let same = 0;
    for (const other of this.sessions.values()) if (other.identity === identity) same += 1;
    if (this.sessions.size > config.maxSockets)
      return this.turnAway(session, "room-full", "This room is full.");
    if (same > config.maxSocketsPerIdentity) {
      return this.turnAway(session, "too-many-sockets", "Too many connections from your address.");
    }
    effects.emit({ type: "alarm-by", at: now + config.joinDeadlineMs });
  }

  private turnAway(session: Session, code: "room-full" | "too-many-sockets", error: string): void {
    this.room.effects.send([session.connection], encodeError(error, code));
    this.leave(session, CLOSE.full, error);
  }

  /** An admitted first frame: the newcomer gets what there is, the others hear of it. */
  join(session: Session, { name, delivery }: Hello, author: string, now: number): void {
    if (delivery !== null && !this.supersede(session, author, delivery.client)) return;
    const { log, config, effects } = this.room;
    const others = this.members();
    const classic = this.connections(false);
    const to = [session.connection];
    session.joined = { name, author, client: delivery?.client ?? null };
    const me = memberOf(session.connection, session.joined);
    effects.emit({ type: "attach", session });
    if (delivery === null) {
      for (const frame of classicSnapshot(others, log)) effects.send(to, frame);
      effects.send([...classic, session.connection], encodeJoined(name));
      effects.send(to, encodeReady());
    } else {
      session.counter = log.counterOf(author, delivery.client);
      const arrival = { me, counter: session.counter, since: delivery.since };
      for (const frame of deliverySnapshot(arrival, [...others, me], config.rosterMax, log)) {
        effects.send(to, frame);
      }
      effects.send(classic, encodeJoined(name));
      effects.emit({ type: "alarm-by", at: now + config.silenceMs });
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

  /** A connection goes, or is sent away. Nothing happens where it has gone already. */
  leave(session: Session, code: number, reason: string): void {
    if (!this.sessions.delete(session.connection)) return;
    const { connection, joined } = session;
    this.room.effects.emit({ type: "close", connection, code, reason });
    this.room.left(session);
    if (joined === null) return;
    this.room.effects.send(this.connections(false), encodeQuit(joined.name));
    this.announce({ left: connection });
  }

  /** All leave at once, so nobody is told of the others. */
  clear(code: number, reason: string): void {
    for (const session of this.sessions.values()) {
      this.room.effects.emit({ type: "close", connection: session.connection, code, reason });
      this.room.left(session);
    }
    this.sessions.clear();
    this.presence.clear();
  }

  /** Tells delivery members who came and went. */
  flush(): void {
    if (this.presence.isEmpty) return;
    this.room.effects.send(this.connections(true), this.presence.take(this.members()));
  }

  private announce(change: { joined: Member } | { left: string }): void {
    if (this.presence.add(change, this.members().length)) {
      this.room.effects.emit({ type: "flush-after", ms: PRESENCE_WINDOW_MS });
    }
  }

  private members(): Member[] {
    return [...this.sessions.values()].flatMap(({ connection, joined }) =>
      joined === null ? [] : memberOf(connection, joined),
    );
  }
}
