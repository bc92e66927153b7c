// Who is in the room: who arrives, joins, takes the place of an older connection, and leaves; and what the others hear of it.
import {
  encodeError,
  encodeEvents,
  encodeJoined,
  encodePresence,
  encodeQuit,
  encodeReady,
  encodeTyping,
} from "../protocol/codec.ts";
import { type ChatMessage, CLOSE, type Hello, type Member, type Presence } from "../protocol/messages.ts";
import type { RoomConfig } from "./config.ts";
import type { Effects, Share } from "./effects.ts";
import type { LogReader } from "./message-log.ts";
import { Notices } from "./notices.ts";
import { PresenceQueue } from "./presence.ts";
import type { Sequence } from "./sequence.ts";
import { isDelivery, type Joined, newSession, type Session } from "./session.ts";
import { memberOf, Snapshots } from "./snapshot.ts";
import { MAX_TYPING_MEMBERS } from "./typing.ts";

export interface MembershipPorts {
  readonly config: RoomConfig;
  readonly log: LogReader;
  readonly sequence: Sequence;
  readonly effects: Effects;
}

/** Those who have joined, by protocol. */
interface Audience {
  readonly classic: readonly Session[];
  readonly delivery: readonly string[];
}

export class Membership {
  readonly sessions = new Map<string, Session>();
  private readonly room: MembershipPorts;
  private readonly presence: PresenceQueue;
  private readonly notices = new Notices();
  private readonly snapshots: Snapshots;
  /** Connections by identity, and the joined ones by sender: so that no arrival looks through the room. */
  private readonly counts = new Map<string, number>();
  private readonly senders = new Map<string, Session>();
  /** Made when it is needed, and kept until somebody comes or goes. */
  private known: Audience | null = null;
  /** How many of each have joined. */
  private readonly sizes = { classic: 0, delivery: 0 };
  private place = 0;
  /** Identities of which a connection has gone. Each once: what they owe is given back once. */
  private readonly departed = new Set<string>();
  /** Sessions that a waking room did not find. */
  private readonly late = new Set<Session>();
  private nextOrder = 1;

  constructor(room: MembershipPorts) {
    this.room = room;
    this.presence = new PresenceQueue(room.config.rosterMax);
    this.snapshots = new Snapshots(room.log);
  }

  /** Takes in sessions that a waking room finds in attachments, in any order. `isLess`: it does not know who else there was. */
  restore(sessions: readonly Session[], isLess: boolean): void {
    for (const session of sessions.toSorted((a, b) => a.order - b.order)) this.take(session);
    // Not by the count alone: while the room slept, sockets may have closed of which it has not heard yet (P9).
    const isUntold = sessions.some((session) => isDelivery(session) && !session.hasRoster);
    this.presence.revived(isUntold || this.size > this.room.config.rosterMax);
    if (isLess && this.sizes.delivery > 0) this.presence.tellAll();
  }

  /** Takes in one session that a waking room did not find: its close is what woke the room, or comes next. */
  revive(session: Session): void {
    this.take(session);
    this.late.add(session);
  }

  private take(session: Session): void {
    this.add(session);
    this.nextOrder = Math.max(this.nextOrder, session.order + 1);
    const { joined } = session;
    if (joined === null) return;
    this.enter(session, joined);
    if (joined.client === null) return;
    // The log forgets a sender by age; a member that is here is known by its attachment.
    const admitted = this.room.sequence.counterOf(joined.author, joined.client);
    session.counter = Math.max(session.counter, admitted);
  }

  /** How many have joined. */
  get size(): number {
    return this.sizes.classic + this.sizes.delivery;
  }

  /** What the others have not heard yet. */
  get wants(): { readonly isNotice: boolean; readonly isPresence: boolean } {
    return { isNotice: !this.notices.isEmpty, isPresence: !this.presence.isEmpty };
  }

  /** Whether an identity has a connection here. */
  isHere(identity: string): boolean {
    return this.counts.has(identity);
  }

  /** The identities whose last connection has gone since the last call. */
  takeDeparted(): readonly string[] {
    const gone = [...this.departed].filter((identity) => !this.isHere(identity));
    this.departed.clear();
    return gone;
  }

  private get audience(): Audience {
    if (this.known !== null) return this.known;
    const classic: Session[] = [];
    const delivery: string[] = [];
    for (const session of this.sessions.values()) {
      if (session.joined === null) continue;
      if (isDelivery(session)) delivery.push(session.connection);
      else classic.push(session);
    }
    this.known = { classic, delivery };
    return this.known;
  }

  /** A socket was accepted; it has not said its name. Where there is no place for it, it is turned away. */
  arrive(connection: string, identity: string, now: number): void {
    const session = newSession(connection, identity, this.nextOrder++, now);
    this.add(session);
    const { config, effects } = this.room;
    effects.emit({ type: "attach", session });
    if (this.sessions.size > config.maxSockets)
      return this.turnAway(session, "room-full", "This room is full.");
    if ((this.counts.get(identity) ?? 0) > config.maxSocketsPerIdentity) {
      return this.turnAway(session, "too-many-sockets", "Too many connections from your address.");
    }
    effects.emit({ type: "alarm-by", at: now + config.joinDeadlineMs });
  }

  private turnAway(session: Session, code: "room-full" | "too-many-sockets", error: string): void {
    this.room.effects.send(session.connection, encodeError(error, code));
    this.leave(session, CLOSE.full, error);
  }

  /** An admitted first frame: the newcomer gets what there is, the others hear of it. */
  join(session: Session, { name, delivery }: Hello, author: string, now: number): void {
    if (delivery !== null && !this.supersede(session, author, delivery.client)) return;
    const { config, effects, sequence } = this.room;
    const others = delivery === null || this.size < config.rosterMax ? this.members() : [];
    const joined = { name, author, client: delivery?.client ?? null };
    const me = memberOf(session.connection, joined);
    this.notify(encodeJoined(name));
    this.enter(session, joined);
    if (delivery === null) {
      const snapshot = this.snapshots.classic(others, sequence.told);
      for (const frame of [...snapshot, encodeJoined(name), encodeReady()])
        effects.send(me.connection, frame);
    } else {
      session.counter = sequence.counterOf(author, delivery.client);
      const roster = this.size <= config.rosterMax ? [...others, me] : null;
      session.hasRoster = roster !== null;
      const limits = { message: config.maxMessageLength, typing: MAX_TYPING_MEMBERS };
      const { counter } = session;
      const arrival = { me, counter, since: delivery.since, members: this.size, roster, limits };
      for (const frame of this.snapshots.delivery(arrival, sequence.told)) effects.send(me.connection, frame);
      effects.emit({ type: "alarm-by", at: now + config.silenceMs });
    }
    effects.emit({ type: "attach", session });
    this.announce({ joined: me });
  }

  /**
   * The same author and client tag cannot be here twice: the older, perhaps half-open, connection makes way. That may
   * be the one that joins, if it waited longer for its budget than a newer one. Whether it goes on.
   */
  private supersede(session: Session, author: string, client: string): boolean {
    const other = this.senders.get(senderOf(author, client));
    if (other === undefined) return true;
    const older = other.order < session.order ? other : session;
    this.leave(older, CLOSE.superseded, "You joined from elsewhere.");
    return older !== session;
  }

  /** A connection goes, or is sent away. */
  leave(session: Session, code: number, reason: string): void {
    this.remove(session);
    const { connection, joined } = session;
    this.room.effects.emit({ type: "close", connection, code, reason });
    if (joined === null) return;
    // Who joined since the room woke was not told of a session that it did not find then.
    this.notify(encodeQuit(joined.name), this.late.delete(session) ? 1 : this.place + 1);
    this.announce({ left: connection });
  }

  /** All leave at once, so nobody is told of the others. */
  clear(code: number, reason: string): void {
    for (const session of this.sessions.values()) {
      this.remove(session);
      this.room.effects.emit({ type: "close", connection: session.connection, code, reason });
    }
    this.presence.clear();
    this.notices.clear();
  }

  /** What a flush with these messages says to whom: single frames to classic members, one frame to the others. */
  tell(messages: readonly ChatMessage[], json: string, hasPresence: boolean): Share[] {
    const { classic, delivery } = this.audience;
    const shares = this.notices.take(messages, classic, this.room.sequence.told);
    const presence = hasPresence ? this.takePresence() : null;
    if (delivery.length === 0) return shares;
    if (messages.length > 0) {
      return [...shares, { to: delivery, frames: [encodeEvents(messages, presence, json)] }];
    }
    return presence === null ? shares : [...shares, { to: delivery, frames: [encodePresence(presence)] }];
  }

  /** A member types: the others of the delivery protocol hear of it at once, and it is not known any more. */
  tellTyping({ connection }: Session, joined: Joined): void {
    const frame = encodeTyping(memberOf(connection, joined));
    for (const to of this.audience.delivery) if (to !== connection) this.room.effects.send(to, frame);
  }

  /** Answers a classic member behind what it was not told yet. */
  answer({ connection }: Session, frame: string): void {
    this.notices.add({ frame, after: this.room.sequence.newestSeq, to: { connection } });
  }

  private takePresence(): Presence {
    const presence = this.presence.take(this.size, () => this.members());
    const hasRoster = presence.roster !== undefined || presence.joined !== undefined;
    for (const session of this.sessions.values()) {
      if (!isDelivery(session) || session.hasRoster === hasRoster) continue;
      session.hasRoster = hasRoster;
      this.room.effects.emit({ type: "attach", session });
    }
    return presence;
  }

  /** Tells the delivery members that are here; where there are none, nobody waits for it. */
  private announce(change: { readonly joined: Member } | { readonly left: string }): void {
    if (this.sizes.delivery > 0) this.presence.add(change, this.size);
    else this.presence.clear();
  }

  /** Tells the classic members that joined before a place: by default, all that are here. */
  private notify(frame: string, before = this.place + 1): void {
    this.place = Math.max(this.place, before);
    if (this.sizes.classic > 0) {
      this.notices.add({ frame, after: this.room.sequence.newestSeq, to: { before } });
    }
  }

  private add(session: Session): void {
    const { connection, identity } = session;
    this.sessions.set(connection, session);
    this.counts.set(identity, (this.counts.get(identity) ?? 0) + 1);
  }

  private enter(session: Session, joined: Joined): void {
    session.joined = joined;
    session.place = this.place;
    this.sizes[joined.client === null ? "classic" : "delivery"] += 1;
    this.known = null;
    if (joined.client === null) return;
    // A late session may have come back as another one.
    const sender = senderOf(joined.author, joined.client);
    if (!this.senders.has(sender)) this.senders.set(sender, session);
  }

  /** What the session had asked for is void. */
  private remove(session: Session): void {
    const { connection, identity, joined, waiting } = session;
    this.sessions.delete(connection);
    waiting.length = 0;
    this.departed.add(identity);
    const count = (this.counts.get(identity) ?? 1) - 1;
    if (count > 0) this.counts.set(identity, count);
    else this.counts.delete(identity);
    if (joined === null) return;
    this.sizes[joined.client === null ? "classic" : "delivery"] -= 1;
    this.known = null;
    if (joined.client === null) return;
    const sender = senderOf(joined.author, joined.client);
    if (this.senders.get(sender) === session) this.senders.delete(sender);
  }

  private members(): Member[] {
    const members: Member[] = [];
    for (const { connection, joined } of this.sessions.values()) {
      if (joined !== null) members.push(memberOf(connection, joined));
    }
    return members;
  }
}

/** An author is of fixed length, so that no two senders have one key. */
const senderOf = (author: string, client: string): string => `${author} ${client}`;
