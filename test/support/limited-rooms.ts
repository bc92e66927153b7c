// Several rooms before one limiter account an identity, in memory. The network decides when a leg of a call arrives;
// the test moves the time, which no object reads directly: each has a clock of its own, with its own offset.
import {
  CALL_MS,
  charge,
  type Charge,
  type ChargeReply,
  NEW_ACCOUNT,
  release,
} from "../../src/rate-limit/charge.ts";
import type { Policy } from "../../src/rate-limit/gcra.ts";
import type { RoomConfig } from "../../src/room/config.ts";
import type { RoomEffect, RoomEvent } from "../../src/room/effects.ts";
import { Room } from "../../src/room/room.ts";
import { fromAttachment, toAttachment } from "../../src/room/session.ts";
import type { Frame } from "./frames.ts";
import { Member, type Said } from "./limited-members.ts";
import { MemoryLog } from "./memory-log.ts";
import type { Network } from "./network.ts";

/** What the rooms' clocks are off: three rooms. */
export const OFFSETS = [0, 86_400_000, -777_777];
export const POLICIES: readonly Policy[] = [
  { periodMs: 5_000, burst: 5 },
  { periodMs: 1_000, burst: 2 },
  { periodMs: 3_000, burst: 1 },
  { periodMs: 700, burst: 3 },
];

const LIMITS: Omit<RoomConfig, "rate"> = {
  maxSockets: 1_000,
  maxSocketsPerIdentity: 1_000,
  joinDeadlineMs: 3_600_000,
  silenceMs: 3_600_000,
  historyMaxRows: 10_000,
  historyMaxAgeMs: 86_400_000,
  rosterMax: 4,
  slowReaderBytes: 1_048_576,
};

export interface Action {
  readonly identity: string;
  readonly at: number;
}
/** A call that a room gave up: when it was made, when it was given up, how many actions it carried, and from which life of which room. */
export interface Unanswered extends Action {
  readonly since: number;
  readonly spent: number;
  readonly life: string;
}
interface Call extends Action {
  readonly connection: string;
  readonly number: number;
  readonly room: number;
  readonly spent: number;
  isOver: boolean;
}
interface House {
  readonly log: MemoryLog;
  readonly attachments: Map<string, string>;
  offset: number;
  life: number;
  room: Room;
}

export class LimitedRooms {
  now = 1_000_000_000;
  /** Offset of each identity's limiter's clock; 0 where none is set. */
  readonly limiterOffsets = new Map<string, number>();
  readonly members: Member[] = [];
  /** By the rooms: joins, and messages in appends. By the limiters: everything charged. */
  readonly accepted: Action[] = [];
  readonly charged: Action[] = [];
  readonly unanswered: Unanswered[] = [];
  readonly counts = { calls: 0, passUses: 0, overtaken: 0, late: 0, lost: 0, releases: 0 };
  private readonly houses: readonly House[];
  /** As in storage: text, so that every charge begins with what an evicted limiter reads. */
  private readonly accounts = new Map<string, string>();
  private readonly pending = new Set<Call>();
  private newest = 0;
  private readonly network: Network;
  private readonly config: RoomConfig;

  constructor(network: Network, rate: Policy, offsets: readonly number[]) {
    this.network = network;
    this.config = { ...LIMITS, rate };
    this.houses = offsets.map((offset) => {
      const log = new MemoryLog("epoch");
      return { log, offset, life: 0, attachments: new Map<string, string>(), room: this.wake(log, []) };
    });
  }

  connect(room: number, identity: string, isDelivery: boolean): Member {
    const connection = `c${this.members.length}`;
    const member = new Member(connection, identity, room, isDelivery, this.now);
    this.members.push(member);
    this.handle(room, { type: "accepted", now: this.clock(room), connection, identity });
    this.frame(member, member.hello());
    return member;
  }

  say(member: Member): Said {
    const { said, frame } = member.message(this.now);
    this.frame(member, frame);
    return said;
  }

  leave(member: Member): void {
    member.isOpen = false;
    const { room, connection } = member;
    this.handle(room, { type: "closed", now: this.clock(room), connection });
  }

  /** Moves the time. A call that is not over at its deadline is given up, or, if `isReliable`, arrives just in time. */
  async advance(ms: number, isReliable: boolean): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      const [call] = [...this.pending].toSorted((a, b) => a.at - b.at);
      if (call === undefined || call.at + CALL_MS > end) break;
      this.now = Math.max(this.now, call.at + CALL_MS);
      if (!isReliable) this.giveUp(call);
      while (!call.isOver) await this.network.step();
    }
    this.now = end;
  }

  /** What the platform does to an idle room: memory is lost, attachments stay. False if the room is not idle. */
  hibernate(number: number): boolean {
    const house = this.house(number);
    this.handle(number, { type: "flush", now: this.clock(number) });
    if (!house.room.isQuiet) return false;
    house.room = this.wake(house.log, [...house.attachments.values()]);
    return true;
  }

  /** The clock of a room jumps. */
  jump(number: number, ms: number): void {
    this.house(number).offset += ms;
  }

  /** The room's process dies: memory, sockets and attachments are lost; calls that were made go on. */
  crash(number: number): void {
    const house = this.house(number);
    for (const member of this.members) if (member.room === number) member.isOpen = false;
    for (const call of this.pending) if (call.room === number) this.over(call);
    house.attachments.clear();
    house.life += 1;
    house.room = this.wake(house.log, []);
  }

  private wake(log: MemoryLog, attachments: readonly string[]): Room {
    const sessions = attachments.flatMap((text) => fromAttachment(JSON.parse(text)) ?? []);
    return new Room({ config: this.config, log, authorOf: (key) => key }, sessions);
  }

  private house(number: number): House {
    const house = this.houses[number];
    if (house === undefined) throw new Error(`There is no room ${number}.`);
    return house;
  }

  private clock = (room: number): number => this.now + this.house(room).offset;

  private frame({ room, connection }: Member, frame: object): void {
    this.handle(room, { type: "frame", now: this.clock(room), connection, frame: JSON.stringify(frame) });
  }

  private handle(room: number, event: RoomEvent): void {
    for (const effect of this.house(room).room.handle(event)) this.perform(room, effect);
  }

  private perform(room: number, effect: RoomEffect): void {
    const { log, attachments } = this.house(room);
    if (effect.type === "append") {
      log.append(effect.messages);
      for (const { message } of effect.messages) this.accept(message.split("/")[0] ?? "");
    } else if (effect.type === "send") {
      for (const to of effect.to) {
        if (this.member(to).hear(JSON.parse(effect.frame) as Frame, this.now)) this.accept(to);
      }
    } else if (effect.type === "attach") {
      attachments.set(effect.session.connection, JSON.stringify(toAttachment(effect.session)));
    } else if (effect.type === "close") {
      attachments.delete(effect.connection);
    } else if (effect.type === "charge") {
      this.call(room, effect.connection, effect.identity, effect.charge);
    } else if (effect.type === "release") {
      this.counts.releases += 1;
      this.network.send("release", () =>
        this.keep(effect.identity, release(this.account(effect.identity), effect.holder)),
      );
    }
  }

  private member(connection: string): Member {
    const member = this.members[Number(connection.slice(1))];
    if (member === undefined) throw new Error(`Nobody is ${connection}.`);
    return member;
  }

  private accept(connection: string): void {
    const { identity } = this.member(connection);
    this.accepted.push({ identity, at: this.now });
  }

  private account(identity: string) {
    const text = this.accounts.get(identity);
    return text === undefined ? NEW_ACCOUNT : (JSON.parse(text) as typeof NEW_ACCOUNT);
  }

  private keep(identity: string, account: typeof NEW_ACCOUNT): void {
    this.accounts.set(identity, JSON.stringify(account));
  }

  private call(room: number, connection: string, identity: string, request: Charge): void {
    const { spent } = request;
    const call: Call = {
      room,
      connection,
      identity,
      spent,
      number: ++this.counts.calls,
      at: this.now,
      isOver: false,
    };
    this.pending.add(call);
    this.counts.passUses += spent;
    const back = (reply: ChargeReply) => () => this.arrive(call, reply);
    const isSent = this.network.send("request", () => {
      const reply = this.limit(identity, request);
      if (!this.network.send("reply", back(reply))) this.counts.lost += 1;
    });
    if (!isSent) this.counts.lost += 1;
  }

  private limit(identity: string, request: Charge): ChargeReply {
    const now = this.now + (this.limiterOffsets.get(identity) ?? 0);
    const { account, reply } = charge(this.config.rate, this.account(identity), request, now);
    this.keep(identity, account);
    for (let i = 0; i < request.spent + reply.granted; i++) this.charged.push({ identity, at: this.now });
    return reply;
  }

  private arrive(call: Call, reply: ChargeReply): void {
    if (call.isOver) {
      this.counts.late += 1;
      return;
    }
    if (call.number < this.newest) this.counts.overtaken += 1;
    this.newest = Math.max(this.newest, call.number);
    this.end(call, reply);
  }

  private giveUp(call: Call): void {
    const { identity, at: since, spent, room } = call;
    const life = `${room}/${this.house(room).life}`;
    this.unanswered.push({ identity, since, at: this.now, spent, life });
    this.end(call, null);
  }

  private end(call: Call, reply: ChargeReply | null): void {
    this.over(call);
    const { room, connection } = call;
    this.handle(room, { type: "charged", now: this.clock(room), connection, reply });
  }

  private over(call: Call): void {
    call.isOver = true;
    this.pending.delete(call);
  }
}
