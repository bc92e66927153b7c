// The room's one order: whether a message is its sender's next, and which place and time it gets. Keeps what is admitted until
// it is written and told; writes and sends nothing.
import type { ChatMessage } from "../protocol/messages.ts";
import { MAX_FLUSH_LENGTH, MAX_FLUSH_MESSAGES, MAX_PENDING, MAX_PENDING_LENGTH } from "./fan-out.ts";
import type { LogReader } from "./message-log.ts";
import type { Joined, Session } from "./session.ts";

/** Where a message's counter stands beside the highest that is admitted of its sender. */
export type Standing = "next" | "stored" | "pending" | "out-of-order";

export class Sequence {
  private readonly log: LogReader;
  /** Admitted and not told, oldest first. */
  private pending: ChatMessage[] = [];
  /** Units of text in them. */
  private pendingLength = 0;
  /** How many of them are written already. */
  private written = 0;
  private newest: { readonly seq: number; readonly timestamp: number };
  /** The newest seq that the members were told: a newcomer is shown what stands up to it, and told the rest. */
  told: number;

  constructor(log: LogReader) {
    this.log = log;
    this.newest = { seq: log.head, timestamp: log.lastTimestamp };
    this.told = log.head;
  }

  get size(): number {
    return this.pending.length;
  }

  /** Whether no more may be admitted until a flush has taken some (D12). */
  get isFull(): boolean {
    return this.pending.length >= MAX_PENDING || this.pendingLength >= MAX_PENDING_LENGTH;
  }

  /** The seq of the newest admitted message. */
  get newestSeq(): number {
    return this.newest.seq;
  }

  /**
   * Idempotence and order of a sender (D3, D4): only the counter after the highest admitted is new; a lower one is stored
   * already, or will be by the next flush; a higher one has lost its predecessor. `ahead` is how far the next may be from
   * the admitted one. A classic member has no counters.
   */
  standingOf({ joined, counter: highest }: Session, counter: number, ahead: number): Standing {
    if (joined === null || joined.client === null) return "next";
    if (counter > highest + ahead) return "out-of-order";
    if (counter > highest) return "next";
    const { author, client } = joined;
    const isPending = this.pending.some(
      (message) => message.counter === counter && message.client === client && message.author === author,
    );
    return isPending ? "pending" : "stored";
  }

  /** The highest counter of a sender, admitted ones included. */
  counterOf(author: string, client: string): number {
    const last = this.pending.findLast((one) => one.author === author && one.client === client);
    return last?.counter ?? this.log.counterOf(author, client);
  }

  /** Gives a message of `from` its place, and a time after all others (D1). */
  add({ name, author, client }: Joined, message: string, counter: number, now: number): void {
    const seq = this.newest.seq + 1;
    const timestamp = Math.max(now, this.newest.timestamp + 1);
    this.newest = { seq, timestamp };
    this.pending.push({ seq, name, message, timestamp, author, client: client ?? "", counter });
    this.pendingLength += message.length;
  }

  /** What is not written yet, oldest first, in parts within the bounds of a flush; counts as written from now on. */
  takeUnwritten(): readonly (readonly ChatMessage[])[] {
    const parts: (readonly ChatMessage[])[] = [];
    for (let rest = this.pending.slice(this.written); rest.length > 0;)
      parts.push(rest.splice(0, fitsIn(rest)));
    this.written = this.pending.length;
    return parts;
  }

  /** The next messages to be told, oldest first, within the bounds of a flush; and those of them that are not written yet. */
  take(): { readonly messages: readonly ChatMessage[]; readonly unwritten: readonly ChatMessage[] } {
    const count = fitsIn(this.pending);
    const messages = this.pending.splice(0, count);
    this.pendingLength -= messages.reduce((sum, { message }) => sum + message.length, 0);
    const unwritten = messages.slice(this.written);
    this.written = Math.max(0, this.written - count);
    this.told = messages.at(-1)?.seq ?? this.told;
    return { messages, unwritten };
  }

  /** The log was erased, and with it what was on its way into it. */
  clear(): void {
    this.pending = [];
    this.pendingLength = 0;
    this.written = 0;
    this.newest = { seq: 0, timestamp: 0 };
    this.told = 0;
  }
}

/** How many of these, from the first one on, one flush holds. */
function fitsIn(messages: readonly ChatMessage[]): number {
  let length = 0;
  let count = 0;
  for (const { message } of messages) {
    length += message.length;
    if (count > 0 && (count === MAX_FLUSH_MESSAGES || length > MAX_FLUSH_LENGTH)) break;
    count += 1;
  }
  return count;
}
