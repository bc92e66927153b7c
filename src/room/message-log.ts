// The room's memory: what stands at each seq. sql-log.ts keeps it in SQLite; tests have a twin in memory.
import type { ChatMessage } from "../protocol/messages.ts";

/** What the pure room may ask. Synchronous, never throws for lack of rows. */
export interface LogReader {
  /** Names this log; changes when the room is erased, or nothing of it was left to keep. */
  readonly epoch: string;
  /** Whether that is written: a log that is not named yet may have another epoch after a sleep. */
  readonly isNamed: boolean;
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
  /** The newest seq whose message is older than the instant `before` (ms); 0 if none is. */
  lastBefore(before: number): number;
  /** The highest counter stored of an author's client tag; 0 if none is. */
  counterOf(author: string, client: string): number;
}

/** What the shell does with it. A write is durable once the turn of the event loop has committed. */
export interface MessageLog extends LogReader {
  /** Writes the epoch: what a welcome says is found again. Stands before the first one, and before any message. */
  name(): void;
  /** Messages in rising seq from head + 1, at least one; `json` is them as one text. Throws when storage refuses. */
  append(messages: readonly ChatMessage[], json: string): void;
  /** Drops messages with seq <= `through`, and what is known of senders not seen since `before` (ms). */
  trim(through: number, before: number): void;
  /** Forgets everything; the log goes on as a new one named `epoch`. */
  erase(epoch: string): void;
}
