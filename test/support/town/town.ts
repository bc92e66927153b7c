// Several rooms before one limiter an identity, in memory. The network decides when a leg of a call arrives; the test moves
// the time, in quarters of a millisecond, which no object reads directly: each has a clock of its own, in whole ones.
import type { Grant, Kind, Rates, Yielded } from "../../../src/rate-limit/budget.ts";
import type { Policy } from "../../../src/rate-limit/gcra.ts";
import type { RoomConfig } from "../../../src/room/config.ts";
import type { Frame } from "../frames.ts";
import { Calls } from "./calls.ts";
import { LimiterHost } from "./limiter-host.ts";
import { Member, type Said } from "./member.ts";
import type { Network } from "./network.ts";
import { RoomHost } from "./room-host.ts";

/** What three rooms' clocks are off: no two tick together. */
export const OFFSETS = [0, 86_400_000.25, -777_777.5];
const LIMITER_OFFSET = 12_345.75;
/** The two that operators use, and the corners: no burst, short periods. */
export const POLICIES: readonly Policy[] = [
  { periodMs: 5_000, burst: 5 },
  { periodMs: 1_000, burst: 20 },
  { periodMs: 3_000, burst: 1 },
  { periodMs: 700, burst: 3 },
];
/** Joins have a burst of their own. */
const JOIN_BURST = 6;

const LIMITS: Omit<RoomConfig, "rates"> = {
  maxSockets: 1_000,
  maxSocketsPerIdentity: 1_000,
  joinDeadlineMs: 3_600_000,
  silenceMs: 3_600_000,
  historyMaxRows: 10_000,
  historyMaxAgeMs: 86_400_000,
  rosterMax: 4,
  slowReaderBytes: 1_048_576,
  maxMessageLength: 256,
};

/** An action that a room accepted; `isAlone` without a budget (L9). */
export interface Accepted {
  readonly identity: string;
  readonly kind: Kind;
  readonly room: number;
  readonly at: number;
  readonly isAlone: boolean;
}

export class Town {
  now = 1_000_000_000;
  readonly members: Member[] = [];
  readonly accepted: Accepted[] = [];
  /** The texts of all messages, in the order in which they were stored. */
  readonly messages: string[] = [];
  readonly counts = { takes: 0, givenBack: 0 };
  readonly calls: Calls;
  readonly rates: Rates;
  readonly rooms: readonly RoomHost[];
  readonly limiters = new Map<string, LimiterHost>();
  private readonly offsets: number[];
  private readonly limiterOffsets = new Map<string, number>();
  private readonly network: Network;
  private terms = 0;

  constructor(network: Network, message: Policy, offsets: readonly number[] = OFFSETS) {
    this.network = network;
    this.calls = new Calls(network);
    this.rates = { message, join: { ...message, burst: JOIN_BURST } };
    this.offsets = [...offsets];
    this.rooms = offsets.map((_, number) => this.build(number));
  }

  connect(room: number, identity: string, isDelivery: boolean): Member {
    const connection = `c${this.members.length}`;
    const member = new Member(connection, identity, room, isDelivery, this.now);
    this.members.push(member);
    this.room(room).handle({ type: "accepted", connection, identity });
    this.frame(member, member.hello());
    return member;
  }

  say(member: Member, text = ""): Said {
    const { said, frame } = member.message(this.now, text);
    this.frame(member, frame);
    return said;
  }

  leave({ room, connection }: Member): void {
    this.room(room).handle({ type: "closed", connection });
  }

  /** Moves the time. At its deadline a call is given up; where the network is reliable, its legs arrive just before. */
  async advance(ms: number, isReliable: boolean): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      const { next } = this.calls;
      const deadline = next === undefined ? Infinity : Calls.deadline(next) - (isReliable ? 1 : 0);
      if (next === undefined || deadline > end) break;
      this.now = Math.max(this.now, deadline);
      if (isReliable) while (!next.isOver && (await this.network.step()));
      if (!next.isOver) next.giveUp();
    }
    this.now = end;
  }

  /** The clock of a room jumps. */
  jump(room: number, ms: number): void {
    this.offsets[room] = (this.offsets[room] ?? 0) + ms;
  }

  jumpLimiter(identity: string, ms: number): void {
    this.limiterOffsets.set(identity, (this.limiterOffsets.get(identity) ?? LIMITER_OFFSET) + ms);
  }

  room(number: number): RoomHost {
    const room = this.rooms[number];
    if (room === undefined) throw new Error(`There is no room ${number}.`);
    return room;
  }

  limiter(identity: string): LimiterHost {
    const known = this.limiters.get(identity);
    if (known !== undefined) return known;
    const limiter = new LimiterHost({
      clock: () => Math.floor(this.now + (this.limiterOffsets.get(identity) ?? LIMITER_OFFSET)),
      newTerm: () => `t${++this.terms}`,
      onDied: (instance) => this.calls.forget(instance),
      askRoom: (holder, isCheck, by, end) =>
        this.calls.make<Yielded | null>(
          `yield ${identity} from ${holder.room}`,
          { by, at: this.now },
          (reply) => this.room(Number(holder.room)).yield(holder, isCheck, reply),
          end,
        ),
    });
    this.limiters.set(identity, limiter);
    return limiter;
  }

  /** What all rooms have counted. */
  ofRooms(name: keyof RoomHost["counts"]): number {
    return this.rooms.reduce((sum, { counts }) => sum + counts[name], 0);
  }

  /** What all limiters have counted. */
  ofLimiters(name: keyof LimiterHost["counts"]): number {
    return [...this.limiters.values()].reduce((sum, { counts }) => sum + counts[name], 0);
  }

  private build(number: number): RoomHost {
    return new RoomHost({
      config: { ...LIMITS, rates: this.rates },
      clock: () => Math.floor(this.now + (this.offsets[number] ?? 0)),
      deliver: (connection, frame, isAlone) => {
        const member = this.member(connection);
        if (member.hear(JSON.parse(frame) as Frame, this.now)) this.accept(member, "join", isAlone);
      },
      onStored: (message, isAlone) => {
        this.messages.push(message);
        this.accept(this.member(message.split("/")[0] ?? ""), "message", isAlone);
      },
      onClosed: (connection) => {
        this.member(connection).isOpen = false;
      },
      onDied: (instance) => this.calls.forget(instance),
      take: (identity, by, end) => {
        this.counts.takes += 1;
        const perform = (reply: (grant: Grant | null) => void): void =>
          this.limiter(identity).take(`${number}`, identity, reply);
        this.calls.make<Grant | null>(`take ${identity} to ${number}`, { by, at: this.now }, perform, end);
      },
      giveBack: ({ identity, term, left }, by, end) => {
        this.counts.givenBack += 1;
        const perform = (reply: (isHeard: boolean) => void): void => {
          this.limiter(identity).giveBack(term, left);
          reply(true);
        };
        this.calls.make<boolean>(
          `give back ${identity} by ${number}`,
          { by, at: this.now },
          perform,
          (heard) => end(heard === true),
        );
      },
    });
  }

  private frame({ room, connection }: Member, frame: object): void {
    this.room(room).handle({ type: "frame", connection, frame: JSON.stringify(frame) });
  }

  private member(connection: string): Member {
    const member = this.members[Number(connection.slice(1))];
    if (member === undefined) throw new Error(`Nobody is ${connection}.`);
    return member;
  }

  private accept({ identity, room }: Member, kind: Kind, isAlone: (identity: string) => boolean): void {
    this.accepted.push({ identity, kind, room, at: this.now, isAlone: isAlone(identity) });
  }
}
