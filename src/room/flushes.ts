// What leaves the room, and when: written in one transaction first, then told to everybody in one frame (D6). The pace of it
// is fan-out.ts.
import { encodeMessages } from "../protocol/codec.ts";
import type { ChatMessage } from "../protocol/messages.ts";
import { Pace, type Wants } from "./fan-out.ts";
import { trimAfter } from "./housekeeping.ts";
import type { RoomParts } from "./parts.ts";

export class Flushes {
  private readonly room: RoomParts;
  private readonly pace = new Pace();
  /** When the timer rings that was ordered. */
  private timerAt: number | null = null;

  constructor(room: RoomParts) {
    this.room = room;
  }

  /** Whether nothing waits to leave, and nothing is leaving. */
  get isQuiet(): boolean {
    const { isUrgent, isPresence } = this.wants;
    return !isUrgent && !isPresence && !this.pace.isFlushing;
  }

  private get wants(): Wants {
    const { isNotice, isPresence } = this.room.membership.wants;
    return { isUrgent: isNotice || this.room.sequence.size > 0, isPresence };
  }

  /** The time is over that was ordered, also where the clock stands still: a living object's does not go back. */
  rang(now: number): void {
    const rangAt = Math.max(now, this.timerAt ?? now);
    this.timerAt = null;
    this.pump(rangAt);
  }

  /** The last flush is committed, and written to every socket. */
  drained(now: number): void {
    this.pace.end(now, this.wants.isUrgent);
  }

  /** Begins a flush if one is due, or sees to it that one will be. */
  pump(now: number): void {
    const { membership, effects } = this.room;
    const wait = this.pace.waitFor(this.wants, membership.size, now);
    if (wait === null) return;
    if (wait === 0) return this.flush(now);
    // A timer that rings too early does no harm. One whose time is over, and that did not ring, would ring too late: the clock
    // has jumped.
    if (this.timerAt !== null && this.timerAt > now && this.timerAt <= now + wait) return;
    this.timerAt = now + wait;
    effects.emit({ type: "flush-after", ms: wait });
  }

  /** Writes what is admitted, without telling it yet. In parts: a database takes 2 MB of text in one statement. */
  write(now: number): void {
    this.room.admission.write(now);
    for (const part of this.room.sequence.takeUnwritten()) this.append(part);
  }

  private flush(now: number): void {
    const { sequence, membership, admission, effects } = this.room;
    admission.write(now);
    const { messages, unwritten } = sequence.take();
    const json = this.append(unwritten);
    const isWhole = unwritten.length === messages.length;
    const hasPresence =
      this.wants.isPresence && (messages.length > 0 || this.pace.isPresenceDue(membership.size, now));
    const shares = membership.tell(messages, isWhole ? json : encodeMessages(messages), hasPresence);
    this.pace.begin(hasPresence);
    effects.emit({ type: "fan-out", shares });
  }

  /** Returns the messages as JSON. */
  private append(messages: readonly ChatMessage[]): string {
    const { config, log, effects } = this.room;
    const [oldest] = messages;
    if (oldest === undefined) return "";
    const json = encodeMessages(messages);
    effects.emit({ type: "append", messages, json });
    effects.emit({ type: "alarm-by", at: oldest.timestamp + trimAfter(oldest.seq - log.floor, config) });
    return json;
  }
}
