// What one member of a room got of what it is owed. Two kinds: by the room's seqs, counted by frames' heads (delivery), and by
// each sender's own numbers (classic).
import type { Gap, Since, Welcome } from "../../src/protocol/messages.ts";
import { type EventHead, eventsIn, lastStamp, timestampOf } from "./frames.ts";
import { type Arrival, Ledger } from "./ledger.ts";
import { indexOf, type Plan } from "./pacing.ts";
import type { Recorder } from "./recorder.ts";
import { readStamp, type Stamp } from "./stamps.ts";

export interface LogOptions {
  readonly plan: Plan;
  readonly recorder: Recorder;
  /** UTF-16 units of a message. */
  readonly size: number;
  /** One message in so many is read whole: its times and its bytes. */
  readonly sample: number;
  /** Joined before the plan begins, so that every message is owed. */
  readonly fromStart: boolean;
  /** Its number among the senders of all rooms, or null. */
  readonly sender: number | null;
  /** How many members of the room this virtual user holds. */
  readonly neighbours: number;
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

/** A frame's text, when it arrived, and what the clock says now: asked only for messages that are read whole. */
export interface Arrived {
  readonly text: string;
  readonly at: number;
  readonly now: () => number;
}

export class DeliveryLog {
  private readonly options: LogOptions;
  private seqs: Ledger | null = null;
  private epoch = "";
  private head = 0;
  private corrupt = 0;
  private readonly ended = new Set<number>();

  constructor(options: LogOptions) {
    this.options = options;
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
    if (gap !== undefined) this.seqs.skip(gap.first, gap.last);
  }

  /**
   * A frame with messages, which its head says are `first` to `last`. It is taken at its word, but for the sample: there each
   * event is looked at. False before the welcome, when none may come.
   */
  take(first: number, last: number, frame: Arrived): boolean {
    const { seqs } = this;
    if (seqs === null) return false;
    const { recorder, sample } = this.options;
    const arrival = last <= this.head ? "replay" : "live";
    // The first frame is read whatever its seqs: it says when the plan began. So is one out of order: its head says nothing.
    const step = recorder.started === null || first > last ? 1 : sample;
    const isSampled = step === 1 || Math.floor(last / step) > Math.floor((first - 1) / step);
    const ended = this.ended.size;
    let fresh = 0;
    if (!isSampled) fresh = seqs.take(first, last, arrival);
    else {
      const events = eventsIn(frame.text).filter(({ seq }) => seqs.take(seq, seq, arrival) === 1);
      const read = events.filter(({ seq }) => seq % step === 0);
      fresh = events.length - this.look(read, frame, arrival);
    }
    if (fresh > 0) {
      this.findLasts(frame.text);
      recorder.delivered(fresh - (this.ended.size - ended), frame.at);
    }
    return true;
  }

  /** Reads messages whole; how many of them were corrupt. All members read the same ones, however they are put into frames, so that their spread can be told. */
  private look(events: readonly EventHead[], { text, at, now }: Arrived, arrival: Arrival): number {
    const { recorder, neighbours, sender } = this.options;
    const { corrupt } = this;
    let isRead = false;
    for (const { stampAt } of events) {
      const stamp = this.stampAt(text, stampAt);
      if (stamp === null) this.corrupt += 1;
      else if (stamp.kind === "last") this.end(stamp);
      else {
        recorder.learn(stamp);
        if (arrival !== "live") continue;
        recorder.read(stamp, at, neighbours, stamp.sender === sender);
        isRead = true;
      }
    }
    if (isRead) recorder.handled(at, now());
    return this.corrupt - corrupt;
  }

  private stampAt(text: string, at: number): Stamp | null {
    const reading = at < 0 ? null : readStamp(text, at, this.options.size);
    return reading?.ok === true ? reading.stamp : null;
  }

  /** Last words are the newest of a frame, or stand before nothing but other last words. Where a frame is out of order, whoever reads it whole finds them. */
  private findLasts(text: string): void {
    if (this.stampAt(text, lastStamp(text))?.kind !== "last") return;
    for (const { stampAt } of eventsIn(text)) {
      const stamp = this.stampAt(text, stampAt);
      if (stamp?.kind === "last") this.end(stamp);
    }
  }

  private end(stamp: Stamp): void {
    if (this.ended.has(stamp.sender)) return;
    this.ended.add(stamp.sender);
    this.options.onLast(stamp);
  }
}

export class ClassicLog {
  private readonly options: LogOptions;
  private readonly senders = new Map<number, Ledger>();
  private corrupt = 0;
  /** Timestamps rise in a room (C5): what is out of order among different senders has only them to tell. */
  private newest = 0;
  private overtaken = 0;

  constructor(options: LogOptions) {
    this.options = options;
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
    for (const ledger of this.senders.values()) ledger.leave();
  }

  /** One message, whose stamp begins at `stampAt` (-1: it has none). Before the ready it is of the snapshot. */
  take(stampAt: number, isSnapshot: boolean, { text, at, now }: Arrived): void {
    const { recorder, size, plan, sample, neighbours, sender, onLast } = this.options;
    const reading = stampAt < 0 ? null : readStamp(text, stampAt, size);
    if (reading?.ok !== true) {
      this.corrupt += 1;
      return;
    }
    const { stamp } = reading;
    const ledger = this.ledgerOf(stamp.sender);
    const timestamp = timestampOf(text);
    const isOvertaken = timestamp < this.newest;
    this.newest = Math.max(this.newest, timestamp);
    if (stamp.kind === "last") {
      ledger.endAt(stamp.n);
      return onLast(stamp);
    }
    const { reordered } = ledger;
    if (ledger.take(stamp.n, stamp.n, isSnapshot ? "snapshot" : "live") === 0) return;
    if (isOvertaken && ledger.reordered === reordered) this.overtaken += 1;
    recorder.learn(stamp);
    recorder.delivered(1, at);
    if (isSnapshot || indexOf(plan, stamp.sender, stamp.n) % sample !== 0) return;
    recorder.read(stamp, at, neighbours, stamp.sender === sender);
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
