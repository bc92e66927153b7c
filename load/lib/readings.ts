// What a frame holds, read whole: each message of it, whatever its head says. A room gives all its members the same text, so one
// reading serves all members of a virtual user: to them it costs a comparison, and every byte is still looked at.
import type { Presence } from "../../src/protocol/messages.ts";
import type { Attribution } from "./attribution.ts";
import { eventsIn, type LoadFrame, readFrame, timestampOf } from "./frames.ts";
import { readStamp, type Stamp } from "./stamps.ts";
import { type Passage, passageOf } from "./transcript.ts";

/** One event of a delivery frame; no stamp where it is not what was sent. */
export interface EventReading {
  readonly seq: number;
  readonly stamp: Stamp | null;
}

export type Reading =
  | {
      readonly kind: "events";
      readonly first: number;
      readonly last: number;
      /** What changed of the members, where the frame says it. */
      readonly presence: Presence | null;
      readonly events: readonly EventReading[];
      /** The events are `first` to `last` in their order, and each is what was sent. */
      readonly isWhole: boolean;
      /** Senders' last words among them. */
      readonly lasts: readonly Stamp[];
      /** Events whose text is what was sent, and that say something else beside it that is not their sender's. */
      readonly forged: number;
      /** The room's time of the first and the last of them; null where nobody looked. */
      readonly told: readonly [first: number, last: number] | null;
      readonly passage: Passage;
    }
  | {
      readonly kind: "message";
      readonly stamp: Stamp | null;
      readonly timestamp: number;
      readonly isForged: boolean;
      readonly passage: Passage;
    }
  | Exclude<LoadFrame, { readonly kind: "events" | "message" }>;

type EventsFrame = Extract<LoadFrame, { readonly kind: "events" }>;
export type EventsReading = Extract<Reading, { readonly kind: "events" }>;
export type MessageReading = Extract<Reading, { readonly kind: "message" }>;

/** So many texts are kept: members are at most so many frames apart, or a frame is read again. */
const KEPT = 256;
/** A text is looked up by so much of it, which holds its first message's stamp: to find it by all of it would take longer than to compare it. */
const BEGINNING = 128;
/** However few messages are timed, no more texts than these go unread between two that are. */
const MOST_UNREAD = 16;

interface Known {
  readonly text: string;
  readonly reading: Reading;
}

export class Readings {
  private readonly size: number;
  private readonly attribution: Attribution;
  /** One text in so many is read field by field. */
  private readonly every: number;
  private texts = 0;
  /** By how a text begins. */
  private readonly known = new Map<string, Known>();
  /** Nearly always the one that is asked for. */
  private newest: Known | null = null;

  /** `size`: UTF-16 units of a message. `sample`: one message in so many is timed; then one text in as many is read field by field. */
  constructor(size: number, attribution: Attribution, sample = 1) {
    this.size = size;
    this.attribution = attribution;
    this.every = Math.min(sample, MOST_UNREAD);
  }

  of(text: string): Reading {
    if (this.newest?.text === text) return this.newest.reading;
    const beginning = text.slice(0, BEGINNING);
    const known = this.known.get(beginning);
    if (known?.text === text) {
      this.newest = known;
      return known.reading;
    }
    const reading = this.read(text);
    if (reading.kind !== "events" && reading.kind !== "message") return reading;
    if (this.known.size >= KEPT) this.known.clear();
    this.newest = { text, reading };
    this.known.set(beginning, this.newest);
    return reading;
  }

  private read(text: string): Reading {
    const frame = readFrame(text);
    if (frame.kind === "events") return this.readEvents(text, frame);
    if (frame.kind !== "message") return frame;
    const [stamp, timestamp] = [this.stampAt(text, frame.at), timestampOf(text)];
    const isForged = stamp !== null && this.isTurn() && !this.attribution.isMessage(parsed(text), stamp);
    const passage = passageOf([stamp]);
    return { kind: "message", stamp, timestamp, isForged, passage };
  }

  private readEvents(text: string, { first, last, presence }: EventsFrame): EventsReading {
    const events = eventsIn(text).map(({ seq, stampAt }) => ({ seq, stamp: this.stampAt(text, stampAt) }));
    const isWhole =
      events.length === last - first + 1 &&
      events.every(({ seq, stamp }, i) => seq === first + i && stamp !== null);
    const lasts = events.flatMap(({ stamp }) => (stamp?.kind === "last" ? [stamp] : []));
    const passage = passageOf(events.map(({ stamp }) => stamp));
    const isExamined = this.isTurn();
    const fields = isExamined ? eventFieldsOf(parsed(text), presence === null ? 3 : 4) : [];
    const isForged = ({ stamp }: EventReading, i: number): boolean =>
      stamp !== null && !this.attribution.isEvent(fields[i], stamp);
    const forged = isExamined ? events.filter(isForged).length : 0;
    const told = isExamined ? ([timeOf(fields[0]), timeOf(fields.at(-1))] as const) : null;
    return { kind: "events", first, last, presence, events, isWhole, lasts, forged, told, passage };
  }

  private isTurn(): boolean {
    this.texts += 1;
    return this.texts % this.every === 0;
  }

  private stampAt(text: string, at: number): Stamp | null {
    return at < 0 ? null : readStamp(text, at, this.size);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The events of a frame that has so many fields; none where it has others. */
function eventFieldsOf(frame: unknown, count: number): readonly unknown[] {
  if (typeof frame !== "object" || frame === null || Object.keys(frame).length !== count) return [];
  return "events" in frame && Array.isArray(frame.events) ? frame.events : [];
}

const timeOf = (event: unknown): number =>
  typeof event === "object" && event !== null && "timestamp" in event ? Number(event.timestamp) : 0;
