// One member's reading side: frames in, counts and times out. Speaks both protocols; opens no socket and keeps no clock.
import type { ErrorCode, Since, Welcome } from "../../src/protocol/messages.ts";
import { type Arrived, ClassicLog, DeliveryLog, type LogOptions } from "./member-log.ts";
import { perSenderOf, sendersOf } from "./pacing.ts";
import type { Reading, Readings } from "./readings.ts";
import type { Stamp } from "./stamps.ts";

export interface ReceiverOptions extends Omit<LogOptions, "onLast"> {
  readonly room: number;
  readonly protocol: "classic" | "delivery";
  /** Whether a welcome can be this member's. */
  readonly isOwn: (welcome: Welcome) => boolean;
  /** Shared by all members of a virtual user. */
  readonly readings: Readings;
}

/** A frame as it came. */
export interface Frame extends Arrived {
  readonly text: string;
}

/** What the owner of the socket may want to know. All are called in the turn of the frame. */
export interface Ears {
  joined?(): void;
  /** All senders of the room have said their last words. */
  over?(): void;
  /** An action was refused; `counter` names a message of the delivery protocol. */
  refused?(code: ErrorCode, counter: number | null): void;
}

/** What a room never says to who speaks this protocol. */
const OTHERS: Readonly<Record<ReceiverOptions["protocol"], ReadonlySet<Reading["kind"]>>> = {
  classic: new Set(["events", "welcome", "presence", "stored", "refused", "typing"]),
  delivery: new Set(["message", "ready", "members"]),
};

export class Receiver {
  /** Members of the room, as it says. */
  members = 0;
  /** How many they were when the last sender had said its last words; null before. */
  membersAtEnd: number | null = null;
  isJoined = false;
  /** The highest counter that the room has of this member; see SPEC P2. */
  counter = 0;
  private readonly options: ReceiverOptions;
  private readonly ears: Ears;
  private readonly delivery: DeliveryLog;
  private readonly classic: ClassicLog;
  private readonly lasts = new Map<number, Stamp>();
  private isBack = false;

  constructor(options: ReceiverOptions, ears: Ears) {
    this.options = options;
    this.ears = ears;
    const logs = { ...options, onLast: (stamp: Stamp) => this.onLast(stamp) };
    this.delivery = new DeliveryLog(logs);
    this.classic = new ClassicLog(logs);
  }

  /** Messages that arrived, each once. */
  get delivered(): number {
    return this.delivery.sums.delivered + this.classic.sums.delivered;
  }

  /** Whether all senders of the room have said their last words. */
  get isOver(): boolean {
    return this.lasts.size >= this.options.plan.senders;
  }

  /** Whether a sender's last words arrived. */
  hasHeard(sender: number): boolean {
    return this.lasts.has(sender);
  }

  /** See Transcript; null where it is not known. */
  get digest(): number | null {
    return this.options.protocol === "delivery" ? this.delivery.digest : this.classic.digest;
  }

  /** What a comeback says in its first frame; null for the first join. */
  get since(): Since | null {
    return this.delivery.since;
  }

  /** The socket is gone; what comes next comes by another one. */
  leave(): void {
    this.isJoined = false;
    this.isBack = true;
    this.members = 0;
    this.classic.leave();
  }

  read(frame: Frame): void {
    const { readings, recorder } = this.options;
    const { counts } = recorder;
    counts.frames += 1;
    counts.bytes += frame.text.length;
    const reading = readings.of(frame.text);
    if (OTHERS[this.options.protocol].has(reading.kind)) {
      counts.foreign += 1;
      return;
    }
    switch (reading.kind) {
      case "events":
        if (!this.delivery.take(reading, frame)) counts.garbled += 1;
        if (reading.presence !== null) this.members = reading.presence.count;
        return;
      case "message":
        return this.classic.take(reading, !this.isJoined, frame);
      case "members":
        this.members += reading.change;
        return;
      case "presence":
        this.members = reading.presence.count;
        return;
      case "welcome":
        return this.onWelcome(reading.welcome);
      case "ready":
        return this.onJoined();
      case "refused":
        return this.ears.refused?.(reading.refused.code, reading.refused.counter ?? null);
      case "error":
        return this.ears.refused?.(reading.code, null);
      case "corrupt":
        counts.garbled += 1;
        return;
      case "stored":
      case "typing":
      case "pong":
        return;
      default:
        reading satisfies never;
    }
  }

  /** Adds what this member is owed, has and has not to the recorder's counts. Once, at the end. */
  finish(): void {
    const { counts } = this.options.recorder;
    const { delivery, classic, options } = this;
    const [a, b] = [delivery.sums, classic.sums];
    const sum = (name: keyof typeof a): number => a[name] + b[name];
    const arrived = sum("delivered") + sum("missed") + sum("corrupt");
    const owed = options.fromStart ? this.owed() : arrived + sum("missing") + this.lastsMissing;
    // By seq the room itself says what is missing; else it is what was accepted and did not come.
    const isTold = delivery.since !== null && this.lastsMissing === 0;
    counts.expected += owed;
    counts.lost += isTold ? sum("missing") : Math.max(0, owed - arrived);
    for (const name of ["delivered", "missed", "corrupt", "duplicate", "reordered", "replayed"] as const) {
      counts[name] += sum(name);
    }
  }

  private get lastsMissing(): number {
    return this.options.plan.senders - this.lasts.size;
  }

  /** What the room accepted: as its senders say, or as they planned where their last words did not arrive. */
  private owed(): number {
    const { plan, room } = this.options;
    let owed = 0;
    for (const sender of sendersOf(plan, room)) {
      const last = this.lasts.get(sender);
      owed += last === undefined ? perSenderOf(plan, sender) : last.n - last.refused;
    }
    return owed;
  }

  private onWelcome(welcome: Welcome): void {
    if (!this.options.isOwn(welcome)) this.options.recorder.counts.forged += 1;
    this.members = welcome.members;
    this.counter = welcome.counter;
    if (this.isBack && welcome.resumed) this.options.recorder.counts.resumed += 1;
    this.delivery.welcome(welcome);
    this.onJoined();
  }

  private onJoined(): void {
    this.isJoined = true;
    this.ears.joined?.();
  }

  private onLast(stamp: Stamp): void {
    const wasOver = this.isOver;
    this.lasts.set(stamp.sender, stamp);
    if (!this.isOver || wasOver) return;
    this.membersAtEnd = this.members;
    this.ears.over?.();
  }
}
