// The room's log in memory, for tests and simulations. The same contract suite runs over it and over SQLite.
import type { ChatMessage } from "../../src/protocol/messages.ts";
import type { MessageLog } from "../../src/room/message-log.ts";

export class MemoryLog implements MessageLog {
  head = 0;
  floor = 0;
  lastTimestamp = 0;
  isNamed = false;
  epoch: string;
  private rows: ChatMessage[] = [];
  private senders = new Map<string, { counter: number; seen: number }>();

  constructor(epoch: string) {
    this.epoch = epoch;
  }

  /** A copy that shares nothing that changes. */
  clone(): MemoryLog {
    const copy = new MemoryLog(this.epoch);
    copy.head = this.head;
    copy.floor = this.floor;
    copy.lastTimestamp = this.lastTimestamp;
    copy.isNamed = this.isNamed;
    copy.rows = [...this.rows];
    copy.senders = new Map(this.senders);
    return copy;
  }

  name(): void {
    this.isNamed = true;
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

  /** The storage was deleted. */
  forget(epoch: string): void {
    this.erase(epoch);
    this.isNamed = false;
  }

  lastBefore(before: number): number {
    return this.rows.findLast((row) => row.timestamp < before)?.seq ?? 0;
  }
}
