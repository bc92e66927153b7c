// The slowest deliveries of a run by name, and the members that waited longest: few of each, however many there were. Pure.
import { BUCKETS, edgesOf } from "./histogram.ts";

/** So many of each are named. */
export const NAMED = 10;

/** A message as the member got it that got it last; all times are epoch ms. */
export interface Delivery {
  readonly sender: number;
  /** Of its sender's messages, from 0. */
  readonly n: number;
  /** The room's number of it; 0 where the protocol has none. */
  readonly seq: number;
  readonly member: number;
  readonly intended: number;
  readonly actual: number;
  readonly received: number;
}

export interface MemberTimes {
  readonly member: number;
  /** Of its deliveries that were timed. */
  readonly p99Ms: number;
  readonly timed: number;
}

const took = ({ intended, received }: Delivery): number => received - intended;

/** The slowest first; of two that are as slow, always the same. */
const slower = (a: Delivery, b: Delivery): number =>
  took(b) - took(a) || a.sender - b.sender || a.n - b.n || a.member - b.member || a.received - b.received;

const isSame = (a: Delivery, b: Delivery): boolean => a.n === b.n && a.sender === b.sender;

/** The slowest of all, each message once. Associative and commutative with itself. */
export function slowestOf(deliveries: readonly Delivery[]): Delivery[] {
  const slowest: Delivery[] = [];
  for (const delivery of deliveries.toSorted(slower)) {
    if (slowest.length === NAMED) break;
    if (!slowest.some((other) => isSame(other, delivery))) slowest.push(delivery);
  }
  return slowest;
}

/** Those that waited longest. */
export const slowestMembers = (members: readonly MemberTimes[]): MemberTimes[] =>
  members.toSorted((a, b) => b.p99Ms - a.p99Ms || a.member - b.member || a.timed - b.timed).slice(0, NAMED);

/** Takes deliveries one by one: nearly all are faster than `least`, and cost their caller that comparison. */
export class Slowest {
  /** Whatever took at most so many ms is none of them. */
  least = 0;
  /** Changed in place: where a room falls behind, each delivery is slower than all before. */
  private readonly kept: Writable<Delivery>[] = [];
  /** Members get the same messages in the same order: the next one is mostly this one again, or the one behind it. */
  private recent = 0;

  /** `stamp` is of a message whose latency is over `least`. */
  take(
    stamp: Pick<Delivery, "sender" | "n" | "intended" | "actual">,
    seq: number,
    member: number,
    at: number,
  ): void {
    const { kept } = this;
    const known = this.find(stamp);
    if (known === null) {
      const { sender, n, intended, actual } = stamp;
      const slot = kept.length < NAMED ? kept.length : this.fastest();
      kept[slot] = { sender, n, seq, member, intended, actual, received: at };
    } else if (at > known.received) {
      const wasLeast = took(known) <= this.least;
      known.received = at;
      known.member = member;
      if (!wasLeast) return;
    }
    const fastest = kept.length < NAMED ? undefined : kept[this.fastest()];
    if (fastest !== undefined) this.least = took(fastest);
  }

  /** The slowest first. */
  get deliveries(): readonly Delivery[] {
    return slowestOf(this.kept);
  }

  private find({ sender, n }: Pick<Delivery, "sender" | "n">): Writable<Delivery> | null {
    const { kept } = this;
    for (let i = 0; i < kept.length; i += 1) {
      const one = kept[this.recent];
      if (one?.n === n && one.sender === sender) return one;
      this.recent = this.recent + 1 < kept.length ? this.recent + 1 : 0;
    }
    return null;
  }

  private fastest(): number {
    const { kept } = this;
    let [fastest, least] = [0, Infinity];
    for (let i = 0; i < kept.length; i += 1) {
      const one = kept[i];
      if (one === undefined || took(one) >= least) continue;
      least = took(one);
      fastest = i;
    }
    return fastest;
  }
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Two buckets of a histogram are one here: a member's times take 700 bytes. */
const COARSE = 1;

/** How long one member waited, by buckets of a histogram. */
export class Waits {
  readonly member: number;
  private readonly counts = new Uint32Array((BUCKETS >> COARSE) + 1);
  private timed = 0;

  constructor(member: number) {
    this.member = member;
  }

  add(bucket: number): void {
    const at = bucket >> COARSE;
    this.counts[at] = (this.counts[at] ?? 0) + 1;
    this.timed += 1;
  }

  /** Null without deliveries that were timed. The 99th percentile is at most 6 % wrong. */
  get times(): MemberTimes | null {
    const { member, timed } = this;
    if (timed === 0) return null;
    let rest = Math.ceil(0.99 * timed);
    const at = this.counts.findIndex((count) => (rest -= count) <= 0);
    const [[from], [, to]] = [edgesOf(at << COARSE), edgesOf(Math.min(BUCKETS - 1, (at << COARSE) + 1))];
    return { member, timed, p99Ms: Math.sqrt(Math.max(from, 0.001) * to) };
  }
}
