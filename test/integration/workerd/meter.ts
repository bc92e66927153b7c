// Counts what Cloudflare bills of the rate limit: calls between objects, alarms that ring, and rows. Objects run in the
// test's isolate, so what is counted on a prototype is counted for all of them.
import { runInDurableObject } from "cloudflare:test";
import { vi } from "vitest";
import { RateLimiter } from "../../../src/rate-limit/rate-limiter.ts";
import { ChatRoom } from "../../../src/room/chat-room.ts";

export interface Bill {
  take: number;
  giveBack: number;
  yieldBudget: number;
  /** Of rooms and limiters. */
  alarms: number;
  /** Rows of messages and of their senders. */
  log: number;
  ledger: number;
  /** Of limiters. */
  account: number;
  /** Alarms that were set. */
  timers: number;
  /** Rows of SQLite, and keys, that were read. */
  reads: number;
}

const NOTHING: Bill = {
  take: 0,
  giveBack: 0,
  yieldBudget: 0,
  alarms: 0,
  log: 0,
  ledger: 0,
  account: 0,
  timers: 0,
  reads: 0,
};

export class Meter {
  private bill = { ...NOTHING };
  /** What reads has to be read to its end before it says how many rows that were. */
  private readonly cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];

  /** Counts from now on, until `vi.restoreAllMocks`. Any object will do: it shows the storage's classes. */
  static async start(object: DurableObjectStub): Promise<Meter> {
    const meter = new Meter();
    meter.on(RateLimiter.prototype, "take", () => (meter.bill.take += 1));
    meter.on(RateLimiter.prototype, "giveBack", () => (meter.bill.giveBack += 1));
    meter.on(ChatRoom.prototype, "yieldBudget", () => (meter.bill.yieldBudget += 1));
    for (const { prototype } of [RateLimiter, ChatRoom])
      meter.on(prototype, "alarm", () => (meter.bill.alarms += 1));
    await runInDurableObject(object, (_object, { storage }) => meter.watch(storage));
    return meter;
  }

  /** What was counted since the last call. */
  read(): Bill {
    const { bill } = this;
    for (const { rowsRead } of this.cursors.splice(0)) bill.reads += rowsRead;
    this.bill = { ...NOTHING };
    return bill;
  }

  private watch(storage: DurableObjectStorage): void {
    this.on(classOf(storage.sql), "exec", (result, query) => {
      // Inserts and deletes have written when `exec` returns.
      const cursor = result as SqlStorageCursor<Record<string, SqlStorageValue>>;
      this.bill[String(query).includes("budgets") ? "ledger" : "log"] += cursor.rowsWritten;
      this.cursors.push(cursor);
    });
    this.on(classOf(storage.kv), "get", () => (this.bill.reads += 1));
    this.on(classOf(storage.kv), "put", () => (this.bill.account += 1));
    // One key is all that a limiter has.
    this.on(classOf(storage), "deleteAll", () => (this.bill.account += 1));
    this.on(classOf(storage), "setAlarm", () => (this.bill.timers += 1));
  }

  private on(owner: object, name: string, count: (result: unknown, ...args: unknown[]) => void): void {
    const original = Reflect.get(owner, name) as (...args: unknown[]) => unknown;
    vi.spyOn(owner as Record<string, () => unknown>, name).mockImplementation(function (
      this: unknown,
      ...args: unknown[]
    ) {
      const result = Reflect.apply(original, this, args);
      count(result, ...args);
      return result;
    });
  }
}

const classOf = (object: object): object => Object.getPrototypeOf(object) as object;
