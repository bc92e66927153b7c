// Counts what rooms, limiters and the Worker before them do that Cloudflare has a meter for: requests, rows written and rows read; and
// how often an object is loaded. Not: duration, bytes that are stored, lines of logs, and pings, which the runtime answers.
// Objects run in the test's isolate, so what is counted on a prototype is counted for all of them.
import { runInDurableObject } from "cloudflare:test";
import { vi } from "vitest";
import { RateLimiter } from "../../../src/rate-limit/rate-limiter.ts";
import { ChatRoom } from "../../../src/room/chat-room.ts";
import worker from "../../../src/worker.ts";
import { until } from "./held-room.ts";

export interface Bill {
  /** Requests that come to the Worker: an upgrade is one. */
  worker: number;
  /** The same upgrade, where it comes to a room. */
  upgrades: number;
  /** WebSocket messages that come to a room; those of the tests' own fences are not. */
  frames: number;
  take: number;
  giveBack: number;
  yieldBudget: number;
  /** That ring, of rooms and limiters. */
  alarms: number;
  /** Objects that are loaded, at first or out of their sleep. */
  wakes: number;
  /** Rows of messages and of their senders, and of the room's tables. */
  log: number;
  ledger: number;
  /** Of limiters; and each `deleteAll`. */
  account: number;
  /** Alarms that are set. */
  timers: number;
  /** Rows of SQLite, and keys, that are read. */
  reads: number;
}

const NOTHING: Bill = {
  worker: 0,
  upgrades: 0,
  frames: 0,
  take: 0,
  giveBack: 0,
  yieldBudget: 0,
  alarms: 0,
  wakes: 0,
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
  /** Calls between objects, and writes, whose end nobody has seen yet. */
  private underWay = 0;
  /** When each object that is awake had something to do last, by its id. */
  readonly awake = new Map<string, number>();

  /** Counts from now on, until `vi.restoreAllMocks`. Any room will do: it shows the storage's classes. */
  static async start(room: DurableObjectStub): Promise<Meter> {
    const meter = new Meter();
    meter.on(worker, "fetch", () => (meter.bill.worker += 1));
    meter.hear(ChatRoom.prototype, "fetch", () => (meter.bill.upgrades += 1));
    meter.hear(ChatRoom.prototype, "webSocketMessage", () => (meter.bill.frames += 1));
    meter.hear(ChatRoom.prototype, "webSocketClose", () => {});
    meter.hear(ChatRoom.prototype, "yieldBudget", () => (meter.bill.yieldBudget += 1));
    meter.hear(RateLimiter.prototype, "take", () => (meter.bill.take += 1));
    meter.hear(RateLimiter.prototype, "giveBack", () => (meter.bill.giveBack += 1));
    for (const { prototype } of [RateLimiter, ChatRoom])
      meter.hear(prototype, "alarm", () => (meter.bill.alarms += 1));
    for (const name of ["take", "giveBack", "wakeBy", "fanOut"]) meter.follow(ChatRoom.prototype, name);
    meter.follow(RateLimiter.prototype, "ask");
    await runInDurableObject(room, (_room, state) => meter.watch(state));
    return meter;
  }

  /** What was counted since the last call. */
  read(): Bill {
    const { bill } = this;
    for (const { rowsRead } of this.cursors.splice(0)) bill.reads += rowsRead;
    this.bill = { ...NOTHING };
    return bill;
  }

  /** What happens meanwhile is not counted. */
  async without(act: () => Promise<unknown>): Promise<void> {
    const bill = this.read();
    await act();
    this.read();
    this.bill = bill;
  }

  /** Returns when every call has been answered, and the answer taken in. */
  rest(): Promise<void> {
    return until(async () => this.underWay === 0, "A call between two objects did not come back.");
  }

  private watch(state: DurableObjectState): void {
    const { storage } = state;
    this.on(classOf(storage.sql), "exec", (_object, result, query) => {
      // Inserts and deletes have written when `exec` returns.
      const cursor = result as SqlStorageCursor<Record<string, SqlStorageValue>>;
      this.bill[String(query).includes("budgets") ? "ledger" : "log"] += cursor.rowsWritten;
      this.cursors.push(cursor);
    });
    // A room says this, and a limiter reads its one key, when it is loaded and never again.
    this.on(classOf(state), "setWebSocketAutoResponse", () => (this.bill.wakes += 1));
    this.on(classOf(storage.kv), "get", () => {
      this.bill.reads += 1;
      this.bill.wakes += 1;
    });
    this.on(classOf(storage.kv), "put", () => (this.bill.account += 1));
    this.on(classOf(storage), "deleteAll", () => (this.bill.account += 1));
    this.on(classOf(storage), "setAlarm", () => (this.bill.timers += 1));
  }

  /** Counts something that comes to an object from outside, and keeps it awake. */
  private hear(owner: object, name: string, count: () => void): void {
    this.on(owner, name, (object, _result, ...args) => {
      if (args[1] instanceof ArrayBuffer) return;
      const { id } = Reflect.get(object, "ctx") as DurableObjectState;
      this.awake.set(id.toString(), Date.now());
      count();
    });
  }

  private follow(owner: object, name: string): void {
    const over = (): void => void (this.underWay -= 1);
    this.on(owner, name, (_object, result) => {
      this.underWay += 1;
      void (result as Promise<unknown>).then(over, over);
    });
  }

  private on(
    owner: object,
    name: string,
    seen: (object: object, result: unknown, ...args: unknown[]) => void,
  ): void {
    const original = Reflect.get(owner, name) as (...args: unknown[]) => unknown;
    vi.spyOn(owner as Record<string, () => unknown>, name).mockImplementation(function (
      this: object,
      ...args: unknown[]
    ) {
      const result = Reflect.apply(original, this, args);
      seen(this, result, ...args);
      return result;
    });
  }
}

const classOf = (object: object): object => Object.getPrototypeOf(object) as object;
