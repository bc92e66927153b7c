// What the log's database is asked to do, beside what the contract of every log says.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { Database } from "../../../src/room/database.ts";
import { SqlLog } from "../../../src/room/sql-log.ts";
import { messageAt } from "../../support/log-contract.ts";
import { freshRoom } from "./client.ts";

const inRoom = (act: (sql: SqlStorage) => void): Promise<void> =>
  runInDurableObject(env.ROOMS.get(env.ROOMS.idFromName(freshRoom())), (_room, { storage }) =>
    act(storage.sql),
  );

const append = (log: SqlLog, seq: number): void => {
  const message = { ...messageAt(seq), author: "a", client: "tab", counter: seq };
  log.append([message], JSON.stringify([message]));
};

test("[C25] a log that was named knows it when it is opened again: its epoch is not written twice", () =>
  inRoom((sql) => {
    const log = new SqlLog(new Database(sql), "epoch-1");
    expect(log.isNamed).toBe(false);
    log.name();
    const again = new SqlLog(new Database(sql), "epoch-2");
    expect([again.isNamed, again.epoch]).toEqual([true, "epoch-1"]);
  }));

test("[C25] [P7] erasing a room that has nothing writes nothing", () =>
  inRoom((sql) => {
    const log = new SqlLog(new Database(sql), "epoch-1");
    log.erase("epoch-2");
    expect(log.epoch).toBe("epoch-2");
    expect(sql.exec("SELECT name FROM sqlite_master").toArray()).toEqual([]);
  }));

test("[D12] the table of senders is read when the oldest is due, and not at each trim", () =>
  inRoom((sql) => {
    const database = new Database(sql);
    const log = new SqlLog(database, "epoch-1");
    log.name();
    append(log, 1);
    const { timestamp } = messageAt(1);
    const deletes = vi.spyOn(database, "delete");
    log.trim(0, timestamp - 10);
    expect(deletes).toHaveBeenCalledTimes(1);
    for (const before of [timestamp - 5, timestamp]) log.trim(0, before);
    expect(deletes).toHaveBeenCalledTimes(1);
    log.trim(0, timestamp + 1);
    expect(deletes).toHaveBeenCalledTimes(2);
    expect(log.counterOf("a", "tab")).toBe(0);
    // Nobody is known now: until somebody may be due again nothing is read.
    log.trim(0, timestamp + 1);
    expect(deletes).toHaveBeenCalledTimes(2);
  }));

test("[D12] a table of many senders is read once a day, also by a room that wakes at each alarm", () =>
  inRoom((sql) => {
    const DAY_MS = 86_400_000;
    const first = new SqlLog(new Database(sql), "epoch-1");
    const many = Array.from({ length: 1_001 }, (_, i) => ({
      ...messageAt(i + 1),
      author: "a",
      client: `${i}`,
      counter: 1,
    }));
    first.append(many, JSON.stringify(many));
    const { timestamp: oldest } = messageAt(1);
    const newest = messageAt(1_001).timestamp;
    /** Whether a room that wakes looks at the table. */
    const looks = (before: number): boolean => {
      const database = new Database(sql);
      const woken = new SqlLog(database, "epoch-2");
      const deletes = vi.spyOn(database, "delete");
      woken.trim(0, before);
      return deletes.mock.calls.some(([query]) => query.includes("senders"));
    };
    expect([oldest, oldest + 1, oldest - 1 + DAY_MS].map(looks)).toEqual([true, false, false]);
    expect(looks(oldest - 1)).toBe(true);
    expect(looks(oldest + 1)).toBe(false);
    expect(looks(oldest - 1 + DAY_MS)).toBe(true);
    expect(newest).toBeLessThan(oldest + DAY_MS);
    expect(sql.exec("SELECT * FROM senders").toArray()).toEqual([]);
    // Few are left: as any small table, it is looked at by whoever wakes.
    expect(looks(oldest + DAY_MS)).toBe(true);
    expect(sql.exec("SELECT * FROM meta WHERE key = 'lookedBefore'").toArray()).toEqual([]);
  }));
