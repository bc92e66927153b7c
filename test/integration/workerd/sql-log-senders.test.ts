// When the table of senders is looked at: which tables are small, and when a day is over.
import { runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { Database } from "../../../src/room/database.ts";
import { SqlLog } from "../../../src/room/sql-log.ts";
import { messageAt } from "../../support/log-contract.ts";
import { freshRoom, roomOf } from "./client.ts";

const DAY_MS = 86_400_000;

/** A log that knows so many senders, looked at once with this `before`. */
function lookedAt(sql: SqlStorage, senders: number, before: number): SqlLog {
  const log = new SqlLog(new Database(sql), "epoch");
  const messages = Array.from({ length: senders }, (_, i) => ({
    ...messageAt(i + 1),
    author: "a",
    client: `${i}`,
    counter: 1,
  }));
  log.append(messages, JSON.stringify(messages));
  log.trim(0, before);
  return log;
}

const inRoom = (act: (sql: SqlStorage) => void): Promise<void> =>
  runInDurableObject(roomOf(freshRoom()), (_room, { storage }) => act(storage.sql));

test("[D12] a thousand senders are few: they are looked at when the first of them is due", () =>
  inRoom((sql) => {
    const { timestamp } = messageAt(1);
    const log = lookedAt(sql, 1_000, timestamp);
    expect([log.mayForget(timestamp), log.mayForget(timestamp + 1)]).toEqual([false, true]);
  }));

test("[D12] more of them are looked at when a day is over, or the clock went back", () =>
  inRoom((sql) => {
    const { timestamp } = messageAt(1);
    const log = lookedAt(sql, 1_001, timestamp);
    const answers = [-1, 0, 1, DAY_MS - 1, DAY_MS].map((later) => log.mayForget(timestamp + later));
    expect(answers).toEqual([true, false, false, false, true]);
  }));
