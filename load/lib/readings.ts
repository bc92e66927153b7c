// What a frame holds, read whole: each message of it, whatever its head says. A room gives all its members the same text, so one
// reading serves all members of a virtual user: to them it costs a comparison, and every byte is still looked at.
import type { Presence } from "../../src/protocol/messages.ts";
import { eventsIn, type LoadFrame, readFrame, timestampOf } from "./frames.ts";
import { readStamp, type Stamp } from "./stamps.ts";

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
    }
  | { readonly kind: "message"; readonly stamp: Stamp | null; readonly timestamp: number }
  | Exclude<LoadFrame, { readonly kind: "events" | "message" }>;

type EventsFrame = Extract<LoadFrame, { readonly kind: "events" }>;
export type EventsReading = Extract<Reading, { readonly kind: "events" }>;
export type MessageReading = Extract<Reading, { readonly kind: "message" }>;

/** So many texts are kept: members are at most so many frames apart, or a frame is read again. */
const KEPT = 256;

export class Readings {
  private readonly size: number;
  private readonly known = new Map<string, Reading>();

  /** `size`: UTF-16 units of a message. */
  constructor(size: number) {
    this.size = size;
  }

  of(text: string): Reading {
    const known = this.known.get(text);
    if (known !== undefined) return known;
    const reading = this.read(text);
    if (reading.kind !== "events" && reading.kind !== "message") return reading;
    if (this.known.size >= KEPT) this.known.clear();
    this.known.set(text, reading);
    return reading;
  }

  private read(text: string): Reading {
    const frame = readFrame(text);
    if (frame.kind === "events") return this.readEvents(text, frame);
    if (frame.kind !== "message") return frame;
    return { kind: "message", stamp: this.stampAt(text, frame.at), timestamp: timestampOf(text) };
  }

  private readEvents(text: string, { first, last, presence }: EventsFrame): EventsReading {
    const events = eventsIn(text).map(({ seq, stampAt }) => ({ seq, stamp: this.stampAt(text, stampAt) }));
    const isWhole =
      events.length === last - first + 1 &&
      events.every(({ seq, stamp }, i) => seq === first + i && stamp !== null);
    const lasts = events.flatMap(({ stamp }) => (stamp?.kind === "last" ? [stamp] : []));
    return { kind: "events", first, last, presence, events, isWhole, lasts };
  }

  private stampAt(text: string, at: number): Stamp | null {
    const reading = at < 0 ? null : readStamp(text, at, this.size);
    return reading?.ok === true ? reading.stamp : null;
  }
}
