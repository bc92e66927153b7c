// What one member of a room got of what it is owed. Two kinds: by the room's seqs, counted by frames' heads (delivery), and by
// each sender's own numbers (classic).
import type { Gap, Since, Welcome } from "../../src/protocol/messages.ts";
import { Comparison } from "./comparison.ts";
import { type Arrival, Ledger } from "./ledger.ts";
import { indexOf, type Plan } from "./pacing.ts";
import type { EventReading, EventsReading, MessageReading } from "./readings.ts";
import type { Reader, Recorder } from "./recorder.ts";
import type { Stamp } from "./stamps.ts";

export interface LogOptions extends Reader {
  readonly plan: Plan;
  readonly recorder: Recorder;
  /** One message in so many is timed. All are read. */
  readonly sample: number;
  /** Which of them: 0 for all members, so that they time the same ones. */
  readonly offset: number;
  /** Joined before the plan begins, so that every message is owed. */
  readonly fromStart: boolean;
  /** A sender's last words arrived. */
  readonly onLast: (stamp: Stamp) => void;
}

/** Sums over one member. `delivered` counts each message once; senders' last words are not among them. */
export interface Sums {
  readonly delivered: number;
  readonly corrupt: number;
  readonly duplicate: number;
  readonly reordered: number;
  readonly replayed: number;
  readonly missing: number;
  readonly missed: number;
}

/** When a frame arrived, and what the clock says now: asked only for messages that are timed. */
export interface Arrived {
  readonly at: number;
  readonly now: () => number;
}

export class DeliveryLog {
  private readonly options: LogOptions;
  private readonly comparison: Comparison;
  private seqs: Ledger | null = null;
  private epoch = "";
  private head = 0;
  private corrupt = 0;
  private readonly ended = new Set<number>();

  constructor(options: LogOptions) {
    this.options = options;
    this.comparison = new Comparison(options);
  }

  /** See Transcript. */
  get digest(): number | null {
    return this.seqs === null ? null : this.comparison.transcript.digest;
  }

  /** What a comeback says in its first frame; null before the first join. */
  get since(): Since | null {
    return this.seqs === null ? null : { epoch: this.epoch, seq: this.seqs.newest };
  }

  get sums(): Sums {
    const { seqs, corrupt, ended } = this;
    const { duplicate = 0, reordered = 0, replayed = 0, missing = 0, missed = 0 } = seqs ?? {};
    const delivered = (seqs?.delivered ?? 0) - corrupt - ended.size;
    return { delivered, corrupt, duplicate, reordered, replayed, missing, missed };
  }

  welcome({ epoch, head, gap }: Welcome & { readonly gap?: Gap }): void {
    this.epoch = epoch;
    this.head = head;
    this.seqs ??= new Ledger(this.options.fromStart ? head + 1 : null, head + 1);
    if (gap === undefined) return;
    this.seqs.skip(gap.first, gap.last);
    this.comparison.transcript.tear();
  }

  /** A frame with messages. False before the welcome, when none may come. */
  take(frame: EventsReading, arrived: Arrived): boolean {
    const { seqs } = this;
    if (seqs === null) return false;
    const arrival = frame.last <= this.head ? "replay" : "live";
    const fresh = this.freshOf(frame, seqs, arrival);
    if (fresh.length === 0) return true;
    const { recorder } = this.options;
    if (frame.forged > 0) recorder.counts.forged += frame.forged;
    else if (arrival === "live" && frame.told !== null)
      recorder.told(frame.told[0], frame.told[1], arrived.at);
    const ended = this.ended.size;
    for (const stamp of frame.lasts) this.end(stamp);
    this.time(fresh, arrived, arrival);
    recorder.delivered(fresh.length - (this.ended.size - ended), arrived.at);
    return true;
  }

  /** The events that had not been there, and are what was sent. A whole frame that is next in line, as nearly all are, takes one step. */
  private freshOf(
    { first, last, events, isWhole, passage }: EventsReading,
    seqs: Ledger,
    arrival: Arrival,
  ): readonly EventReading[] {
    if (isWhole && first === seqs.newest + 1) {
      seqs.take(first, last, arrival);
      this.comparison.transcript.add(passage);
      return events;
    }
    this.comparison.transcript.tear();
    const fresh = events.filter(({ seq }) => seqs.take(seq, seq, arrival) === 1);
    const whole = fresh.filter(({ stamp }) => stamp !== null);
    this.corrupt += fresh.length - whole.length;
    return whole;
  }

  /** Which messages are timed has nothing to do with how they are put into frames. The first one says when the plan began, whatever its seq. */
  private time(events: readonly EventReading[], { at, now }: Arrived, arrival: Arrival): void {
    const { recorder, sample, offset } = this.options;
    const step = recorder.started === null ? 1 : sample;
    let isTimed = false;
    for (const { seq, stamp } of events) {
      if ((seq + offset) % step !== 0 || stamp?.kind !== "message") continue;
      recorder.learn(stamp);
      if (arrival !== "live") {
        recorder.recovered(stamp, at);
        continue;
      }
      recorder.read({ seq, stamp }, at, this.options);
      isTimed = true;
    }
    if (isTimed) recorder.handled(at, now());
  }

  private end(stamp: Stamp): void {
    if (this.ended.has(stamp.sender)) return;
    this.ended.add(stamp.sender);
    this.comparison.compare(stamp);
    this.options.onLast(stamp);
  }
}

export class ClassicLog {
  private readonly options: LogOptions;
  private readonly comparison: Comparison;
  private readonly senders = new Map<number, Ledger>();
  private corrupt = 0;
  /** Timestamps rise in a room (C5): what is out of order among different senders has only them to tell. */
  private newest = 0;
  private overtaken = 0;

  constructor(options: LogOptions) {
    this.options = options;
    this.comparison = new Comparison(options);
  }

  /** See Transcript. */
  get digest(): number | null {
    return this.senders.size === 0 ? null : this.comparison.transcript.digest;
  }

  get sums(): Sums {
    const sums = {
      delivered: 0,
      corrupt: this.corrupt,
      duplicate: 0,
      reordered: this.overtaken,
      replayed: 0,
    };
    let missing = 0;
    let missed = 0;
    for (const ledger of this.senders.values()) {
      sums.delivered += ledger.delivered;
      sums.duplicate += ledger.duplicate;
      sums.reordered += ledger.reordered;
      sums.replayed += ledger.replayed;
      missing += ledger.missing;
      missed += ledger.missed;
    }
    return { ...sums, missing, missed };
  }

  /** The socket is gone: a comeback gets the newest messages, and nothing says what it missed. */
  leave(): void {
    this.comparison.transcript.tear();
    for (const ledger of this.senders.values()) ledger.leave();
  }

  /** One message. Before the ready it is of the snapshot. */
  take(message: MessageReading, isSnapshot: boolean, { at, now }: Arrived): void {
    const { stamp, timestamp, isForged, passage } = message;
    const { recorder, plan, sample, offset, onLast } = this.options;
    if (stamp === null) {
      this.corrupt += 1;
      this.comparison.transcript.tear();
      return;
    }
    if (isForged) recorder.counts.forged += 1;
    const ledger = this.ledgerOf(stamp.sender);
    const isOvertaken = timestamp < this.newest;
    this.newest = Math.max(this.newest, timestamp);
    if (stamp.kind === "last") {
      ledger.endAt(stamp.n);
      if (this.sums.missing > 0) this.comparison.transcript.tear();
      this.comparison.compare(stamp);
      return onLast(stamp);
    }
    const { reordered } = ledger;
    const isNew = ledger.take(stamp.n, stamp.n, isSnapshot ? "snapshot" : "live") === 1;
    if (!isNew || isOvertaken || ledger.reordered > reordered) this.comparison.transcript.tear();
    else this.comparison.transcript.add(passage);
    if (!isNew) return;
    if (isOvertaken && ledger.reordered === reordered) this.overtaken += 1;
    recorder.learn(stamp);
    recorder.delivered(1, at);
    if (isSnapshot || (indexOf(plan, stamp.sender, stamp.n) + offset) % sample !== 0) return;
    recorder.read({ seq: 0, stamp }, at, this.options);
    recorder.handled(at, now());
  }

  private ledgerOf(sender: number): Ledger {
    const known = this.senders.get(sender);
    if (known !== undefined) return known;
    const ledger = new Ledger(this.options.fromStart ? 0 : null);
    this.senders.set(sender, ledger);
    return ledger;
  }
}
