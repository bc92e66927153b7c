// The room's memory: what stands at each seq. An interface with an in-memory twin of the SQLite one (sql-log.ts).
import type { ChatMessage } from "../protocol/messages.ts";

/** What the pure room may ask. Synchronous, never throws for lack of rows. */
export interface LogReader {
  /** Names this log; changes only when the room is erased. */
  readonly epoch: string;
  /** The newest seq ever given; 0 in an empty room. Never falls, also when messages are trimmed. */
  readonly head: number;
  /** The newest seq that retention dropped; 0 if none was. */
  readonly floor: number;
  /** The newest message's timestamp; 0 in an empty room. */
  readonly lastTimestamp: number;
  /** When the oldest kept message was sent; null in an empty room. */
  readonly oldestTimestamp: number | null;
  /** Up to `limit` messages with seq > `after`, oldest first. */
  after(after: number, limit: number): ChatMessage[];
  /** Up to `limit` newest messages with seq < `before`, oldest first. */
  before(before: number, limit: number): ChatMessage[];
  /** The highest counter stored of an author's client tag; 0 if none is. */
  counterOf(author: string, client: string): number;
}

/** What the shell does with it. A write is durable once the turn of the event loop has committed. */
export interface MessageLog extends LogReader {
  /** Messages in rising seq from head + 1. Throws when storage refuses. */
  append(messages: readonly ChatMessage[]): void;
  /** Drops messages with seq <= `through`, and what is known of senders not seen since `before` (ms). */
  trim(through: number, before: number): void;
  /** Forgets everything; the log goes on as a new one named `epoch`. */
  erase(epoch: string): void;
  /** The newest seq whose message is older than the instant `before` (ms); 0 if none is. */
  lastBefore(before: number): number;
}

/** The twin that tests and simulations use. The same contract suite runs over both. */
export class MemoryLog implements MessageLog {
  head = 0;
  floor = 0;
  lastTimestamp = 0;
  epoch: string;
  private rows: ChatMessage[] = [];
  private readonly senders = new Map<string, { counter: number; seen: number }>();

  constructor(epoch: string) {
    this.epoch = epoch;
  }

  get oldestTimestamp(): number | null {
    return this.rows[0]?.timestamp ?? null;
  }

  after(after: number, limit: number): ChatMessage[] {
    const start = this.rows.findIndex((row) => row.seq > after);
    return start < 0 ? [] : this.rows.slice(start, start + limit);
  }

  before(before: number, limit: number): ChatMessage[] {
    return this.rows.filter((row) => row.seq < before).slice(-limit);
  }

  counterOf(author: string, client: string): number {
    return this.senders.get(JSON.stringify([author, client]))?.counter ?? 0;
  }

  append(messages: readonly ChatMessage[]): void {
    for (const row of messages) {
      this.rows.push(row);
      this.head = row.seq;
      this.lastTimestamp = row.timestamp;
      if (row.counter > 0) {
        const sender = JSON.stringify([row.author, row.client]);
        this.senders.set(sender, { counter: row.counter, seen: row.timestamp });
      }
    }
  }

  trim(through: number, before: number): void {
    this.rows = this.rows.filter((row) => row.seq > through);
    this.floor = Math.max(this.floor, Math.min(through, this.head));
    for (const [sender, { seen }] of this.senders) if (seen < before) this.senders.delete(sender);
  }

  erase(epoch: string): void {
    this.epoch = epoch;
    this.rows = [];
    this.head = 0;
    this.floor = 0;
    this.lastTimestamp = 0;
    this.senders.clear();
  }

  lastBefore(before: number): number {
    return this.rows.findLast((row) => row.timestamp < before)?.seq ?? 0;
  }
}
