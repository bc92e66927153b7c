// What one virtual user saw, in plain numbers, until it is handed over once at the end. Knows the plan, so that it can say
// which messages belong to the measured window, and which second of it a delivery fell into.
import type { FailureName } from "./failures.ts";
import { rowOf, stepsOfColumn } from "./heat.ts";
import { bucketOf, quantile, Times } from "./histogram.ts";
import type { LiveStep } from "./live-steps.ts";
import { dueOf, indexOf, type Plan } from "./pacing.ts";
import { mergePhases, type Phase } from "./phases.ts";
import { type MemberTimes, Slowest, Waits } from "./slowest.ts";
import type { Stamp } from "./stamps.ts";
import { type Count, type HistogramName, HISTOGRAMS, NO_COUNTS } from "./tally.ts";

/** Delivered so long after the last message was due is late. */
export const LATE_MS = 1_000;
/** A Durable Object that hears nothing for so long is evicted, and keeps its sockets. */
const HIBERNATION_MS = 10_000;
/** So often a virtual user looks whether it runs. */
export const TICK_MS = 10;
/** So many steps are told again and again while they may change. */
const NEWEST = 4;
/** At most so many steps of the window are told apart. */
const MAX_STEPS = 600;

/** Seconds that one step of a window lasts. */
export const stepOf = ({ stepS, windowMs }: Plan): number => stepS ?? Math.ceil(windowMs / 1_000 / MAX_STEPS);

export interface Progress {
  readonly delivered: number;
  readonly sent: number;
  readonly p99: number | null;
  readonly lag: number | null;
}

/** Who reads a message. */
export interface Reader {
  /** Its number among the senders of all rooms, or null. */
  readonly sender: number | null;
  /** How many members of the room this virtual user holds. */
  readonly neighbours: number;
  readonly waits: Waits;
}

/** A message, and its place in the room; 0 where the protocol has none. */
export interface Read {
  readonly stamp: Stamp;
  readonly seq: number;
}

interface Step {
  delivered: number;
  sent: number;
  lagMaxMs: number;
  hiccupMaxMs: number;
  /** Of the messages that were due in it. */
  readonly latency: Times;
}

function p99(times: Times | undefined): number | null {
  return times === undefined || times.histogram.count === 0 ? null : quantile(times.histogram, 0.99);
}

export class Recorder {
  readonly counts: Record<Count, number> = { ...NO_COUNTS };
  readonly times = Object.fromEntries(HISTOGRAMS.map((name) => [name, new Times()])) as Readonly<
    Record<HistogramName, Times>
  >;
  readonly steps = new Map<number, Step>();
  private readonly plan: Plan;
  /** How long a step of the window is, in seconds. */
  readonly stepS: number;
  /** Whether a room is idle between two messages for so long that it hibernates. */
  private readonly isAsleepBetween: boolean;
  /** When the first member began to connect and when the rooms were full, in epoch ms; 0 where nobody looked. */
  joining = { from: 0, until: 0 };
  readonly failures = new Map<FailureName, { readonly count: number; readonly first: number }>();
  /** The least time, in ms, from when the room says that a message was to when it was here; Infinity where none came alone. */
  roomLag = Infinity;
  /** In which something was done to members. */
  phases: readonly Phase[] = [];
  readonly slowest = new Slowest();
  private readonly waits: Waits[] = [];
  private newestTold = 0;
  private recentIndex = -1;
  private recentStep: Step | null = null;
  private start: number | null = null;
  private arrived = 0;
  /** Times since the last `progress`, where anybody asks for it. */
  private recent: { latency: Times; lag: Times } | null = null;
  /** Sampled messages that not all receivers of this virtual user have yet: by message, when the first one did. */
  private readonly spreads = new Map<number, { first: number; last: number; receivers: number }>();

  constructor(plan: Plan) {
    this.plan = plan;
    this.isAsleepBetween = (plan.rooms / plan.rate) * 1_000 > HIBERNATION_MS;
    this.stepS = stepOf(plan);
  }

  /** The instant at which the plan began, in epoch ms; null until the first stamp says it. */
  get started(): number | null {
    return this.start;
  }

  /** When the measured window began, in epoch ms; null before the plan has begun. */
  get windowStart(): number | null {
    return this.start === null ? null : this.start + this.plan.warmupMs;
  }

  /** When the last message of the plan is due, in epoch ms; Infinity before it has begun. */
  get ends(): number {
    return this.start === null ? Infinity : this.start + this.plan.warmupMs + this.plan.windowMs;
  }

  begin(start: number): void {
    this.start = start;
  }

  /** A message went out: when it was due and when it was sent, in epoch ms. */
  sent(intended: number, actual: number): void {
    this.counts.sent += 1;
    const step = this.stepAt(intended);
    if (step === null) return;
    step.sent += 1;
    this.times.lateness.add(actual - intended);
  }

  /** Messages arrived at `at`. */
  delivered(messages: number, at: number): void {
    this.arrived += messages;
    if (at > this.ends + LATE_MS) this.counts.late += messages;
    const step = this.stepAt(at);
    if (step !== null) step.delivered += messages;
  }

  /** An event that arrived at `at` reached the script at `now`. */
  handled(at: number, now: number): void {
    const step = this.stepAt(at);
    if (step === null) return;
    const lag = Math.max(0, now - at);
    this.times.lag.add(lag);
    this.recent?.lag.add(lag);
    if (lag > step.lagMaxMs) step.lagMaxMs = lag;
  }

  /** The virtual user did not run for so long when it should have, until `now`. Each part of that time counts as much as any other. */
  stalled(ms: number, now: number): void {
    const step = this.stepAt(now);
    if (step === null) return;
    let rest = ms;
    do {
      this.times.hiccup.add(rest);
      rest -= TICK_MS;
    } while (rest > 0);
    if (ms > step.hiccupMaxMs) step.hiccupMaxMs = ms;
  }

  /** A message came by a replay: so long it took since it was due. */
  recovered({ intended }: Stamp, at: number): void {
    if (this.stepAt(intended) !== null) this.times.recovery.add(at - intended);
  }

  /**
   * Messages arrived at `at` that the room had from `first` to `last`, by its own time. That is a clock's where it is more than a
   * millisecond after the one before: in a busy room it runs ahead.
   */
  told(first: number, last: number, at: number): void {
    if (first > this.newestTold + 1) this.roomLag = Math.min(this.roomLag, at - first);
    this.newestTold = Math.max(this.newestTold, last);
  }

  /** Something failed, at `now`. */
  failed(why: FailureName, now: number): void {
    const { count = 0, first = now } = this.failures.get(why) ?? {};
    this.failures.set(why, { count: count + 1, first });
  }

  /** A message's stamp says when the plan began. */
  learn({ sender, n, intended }: Stamp): void {
    this.start ??= intended - dueOf(this.plan, indexOf(this.plan, sender, n));
  }

  /** The waits of a member of this virtual user: for `read`. */
  waitsOf(member: number): Waits {
    const waits = new Waits(member);
    this.waits.push(waits);
    return waits;
  }

  /** How long each member waited that timed anything. */
  get memberTimes(): MemberTimes[] {
    return this.waits.flatMap(({ times }) => times ?? []);
  }

  /** Something is done to members, from one instant to another (epoch ms). */
  phase(what: Phase["what"], from: number, until: number): void {
    this.phases = mergePhases(this.phases, [{ what, from, until }]);
  }

  /** A message was read that came at once, not by a replay. */
  read({ stamp, seq }: Read, at: number, { sender, neighbours, waits }: Reader): void {
    const step = this.stepAt(stamp.intended);
    if (step === null) return;
    const { times } = this;
    const [latency, response] = [at - stamp.intended, at - stamp.actual];
    if (latency < 0) this.counts.negativeLatency += 1;
    const bucket = bucketOf(latency);
    times.latency.addTo(bucket, latency);
    step.latency.addTo(bucket, latency);
    waits.add(bucket);
    this.recent?.latency.addTo(bucket, latency);
    if (this.isAsleepBetween) times.wake.addTo(bucket, latency);
    const answered = bucketOf(response);
    times.response.addTo(answered, response);
    if (stamp.sender === sender) times.service.addTo(answered, response);
    if (latency > this.slowest.least) this.slowest.take(stamp, seq, waits.member, at);
    if (neighbours > 1) this.spread(indexOf(this.plan, stamp.sender, stamp.n), at, neighbours);
  }

  /** Cells of the heat map that have deliveries: the second in which each begins, its row, and how many. */
  *cells(): Generator<readonly [second: number, row: number, count: number]> {
    const wide = stepsOfColumn(Math.ceil(this.plan.windowMs / 1_000 / this.stepS));
    for (const [index, { latency }] of this.steps) {
      const second = Math.floor(index / wide) * wide * this.stepS;
      for (const [bucket, count] of latency.histogram.buckets) yield [second, rowOf(bucket), count];
    }
  }

  /** What happened so far, and 99th percentiles (ms) since the last call; null where there is nothing of them. */
  progress(): Progress {
    const { latency, lag } = this.recent ?? {};
    this.recent = { latency: new Times(), lag: new Times() };
    return { delivered: this.arrived, sent: this.counts.sent, p99: p99(latency), lag: p99(lag) };
  }

  /** The newest steps of the window as they stand: what was due in one comes for a while. */
  newestSteps(): LiveStep[] {
    return [...this.steps]
      .toSorted(([a], [b]) => a - b)
      .slice(-NEWEST)
      .map(([index, { latency, ...step }]) => ({
        ...step,
        second: index * this.stepS,
        latency: latency.histogram,
      }));
  }

  /** Hands over how long each member waited, and the spreads of messages that some receivers never got. Once, at the end. */
  finish(): void {
    for (const { p99Ms } of this.memberTimes) this.times.memberP99.add(p99Ms);
    for (const { first, last, receivers } of this.spreads.values()) {
      if (receivers > 1) this.times.spread.add(last - first);
    }
    this.spreads.clear();
  }

  private spread(message: number, at: number, receivers: number): void {
    const known = this.spreads.get(message);
    if (known === undefined) {
      this.spreads.set(message, { first: at, last: at, receivers: 1 });
      return;
    }
    known.first = Math.min(known.first, at);
    known.last = Math.max(known.last, at);
    known.receivers += 1;
    if (known.receivers < receivers) return;
    this.times.spread.add(known.last - known.first);
    this.spreads.delete(message);
  }

  private stepAt(at: number): Step | null {
    if (this.start === null) return null;
    const into = at - this.start - this.plan.warmupMs;
    if (into < 0 || into >= this.plan.windowMs) return null;
    const index = Math.floor(into / 1_000 / this.stepS);
    // Nearly always the one before.
    if (index === this.recentIndex) return this.recentStep;
    const step = this.stepOf(index);
    this.recentIndex = index;
    this.recentStep = step;
    return step;
  }

  private stepOf(index: number): Step {
    const known = this.steps.get(index);
    if (known !== undefined) return known;
    const step = { delivered: 0, sent: 0, lagMaxMs: 0, hiccupMaxMs: 0, latency: new Times() };
    this.steps.set(index, step);
    return step;
  }
}
