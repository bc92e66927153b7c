// What every MessageLog has to do: one suite for the in-memory twin and for the one over SQLite.
import { expect, test } from "vitest";
import type { ChatMessage } from "../../src/protocol/messages.ts";
import type { MessageLog } from "../../src/room/message-log.ts";

export function messageAt(seq: number, fields: Partial<ChatMessage> = {}): ChatMessage {
  return {
    seq,
    name: "ann",
    message: `m${seq}`,
    timestamp: seq * 10,
    author: "",
    client: "",
    counter: 0,
    ...fields,
  };
}

const append = (log: MessageLog, messages: readonly ChatMessage[]): void =>
  log.append(messages, JSON.stringify(messages));

/** `withLog` gives a new log named "epoch-1"; `reopen` reads it again as a woken room would. */
export function logContract(
  withLog: (body: (log: MessageLog, reopen: () => MessageLog) => void) => Promise<void>,
): void {
  const three = [1, 2, 3].map((seq) => messageAt(seq));

  test("[D1] an empty log is empty", () =>
    withLog((log) => {
      expect([log.epoch, log.head, log.floor, log.lastTimestamp, log.oldestTimestamp]).toEqual([
        "epoch-1",
        0,
        0,
        0,
        null,
      ]);
      expect([log.after(0, 10), log.before(1, 10), log.counterOf("a", "t")]).toEqual([[], [], 0]);
    }));

  test("[D1] [D5] what was appended is read back from both sides, also after a wake", () =>
    withLog((log, reopen) => {
      append(log, three);
      for (const open of [log, reopen(), reopen()]) {
        expect([open.epoch, open.head, open.lastTimestamp, open.oldestTimestamp]).toEqual([
          "epoch-1",
          3,
          30,
          10,
        ]);
        expect(open.after(1, 10)).toEqual(three.slice(1));
        expect(open.after(0, 2)).toEqual(three.slice(0, 2));
        expect(open.before(3, 1)).toEqual([messageAt(2)]);
        expect(open.before(9, 10)).toEqual(three);
      }
    }));

  test("[D1] text comes back as it went in", () =>
    withLog((log, reopen) => {
      const odd = messageAt(1, { name: "\u202eÄ\u0000ñ", message: "🚆 '; DROP TABLE messages; --\n\u0000" });
      append(log, [odd]);
      expect(reopen().after(0, 1)).toEqual([odd]);
    }));

  test("[D3] the highest counter is kept for each author and client tag", () =>
    withLog((log, reopen) => {
      append(log, [messageAt(1, { author: "a", client: "x", counter: 1 })]);
      append(log, [messageAt(2, { author: "a", client: "y", counter: 7 })]);
      append(log, [messageAt(3, { author: "a", client: "x", counter: 2 })]);
      for (const open of [log, reopen()]) {
        expect([open.counterOf("a", "x"), open.counterOf("a", "y"), open.counterOf("b", "x")]).toEqual([
          2, 7, 0,
        ]);
      }
    }));

  test("[D2] trimming raises the floor, keeps head and clock, and never gives a seq twice", () =>
    withLog((log, reopen) => {
      append(log, three);
      expect(log.lastBefore(20)).toBe(1);
      expect(log.lastBefore(5)).toBe(0);
      log.trim(1, 0);
      expect([log.floor, log.head, log.oldestTimestamp]).toEqual([1, 3, 20]);
      log.trim(0, 0);
      expect(log.floor).toBe(1);
      log.trim(99, 0);
      for (const open of [log, reopen()]) {
        expect([open.floor, open.head, open.lastTimestamp, open.oldestTimestamp]).toEqual([3, 3, 30, null]);
        expect(open.after(0, 10)).toEqual([]);
      }
    }));

  test("[D12] senders not seen for long are forgotten", () =>
    withLog((log) => {
      append(log, [messageAt(1, { author: "a", client: "x", counter: 4 })]);
      log.trim(0, 10);
      expect(log.counterOf("a", "x")).toBe(4);
      log.trim(0, 11);
      expect(log.counterOf("a", "x")).toBe(0);
    }));

  test("[D2] erasing starts a new log under a new epoch", () =>
    withLog((log, reopen) => {
      append(log, three);
      log.erase("epoch-2");
      for (const open of [log, reopen()]) {
        expect([open.epoch, open.head, open.floor, open.lastTimestamp]).toEqual(["epoch-2", 0, 0, 0]);
      }
    }));
}
