// The room's one order: whether a message is its sender's next, and which place and time it gets. Writes and sends nothing.
import type { ChatMessage } from "../protocol/messages.ts";
import type { LogReader } from "./message-log.ts";
import type { Joined, Session } from "./session.ts";

/** Where a message's counter stands beside the highest that is stored of its sender. */
export type Standing = "next" | "stored" | "out-of-order";

/**
 * Idempotence and order of a sender (D3, D4): only the counter after the highest stored is new; a lower one is stored
 * already, a higher one has lost its predecessor. `ahead` is how far the next may be from the stored one. A classic
 * member has no counters.
 */
export function standingOf(session: Session, counter: number, ahead: number): Standing {
  if (session.joined === null || session.joined.client === null) return "next";
  if (counter <= session.counter) return "stored";
  return counter <= session.counter + ahead ? "next" : "out-of-order";
}

export class Sequence {
  private readonly log: LogReader;
  /** Accepted in this event, not yet taken to be written. */
  private fresh: ChatMessage[] = [];
  /** The newest message, those of this event included: the log shows them only once the shell has written them. */
  private newest = { seq: 0, timestamp: 0 };

  constructor(log: LogReader) {
    this.log = log;
  }

  /** An event begins: what earlier ones appended is in the log by now. */
  begin(): void {
    this.fresh = [];
    this.newest = { seq: this.log.head, timestamp: this.log.lastTimestamp };
  }

  /** Gives a message of `from` its place, and a time after all others (D1). */
  add({ name, author, client }: Joined, message: string, counter: number, now: number): void {
    const { seq, timestamp } = this.newest;
    const placed: ChatMessage = {
      seq: seq + 1,
      name,
      message,
      timestamp: Math.max(now, timestamp + 1),
      author,
      client: client ?? "",
      counter,
    };
    this.newest = placed;
    this.fresh.push(placed);
  }

  /** What was added since the last call, oldest first. */
  take(): readonly ChatMessage[] {
    const { fresh } = this;
    this.fresh = [];
    return fresh;
  }
}
