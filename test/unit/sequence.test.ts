import { describe, expect, test } from "vitest";
import { MAX_FLUSH_LENGTH, MAX_FLUSH_MESSAGES, MAX_PENDING_LENGTH } from "../../src/room/fan-out.ts";
import { Sequence } from "../../src/room/sequence.ts";
import { type Joined, newSession, type Session } from "../../src/room/session.ts";
import { messageAt } from "../support/log-contract.ts";
import { MemoryLog } from "../support/memory-log.ts";

const ANN: Joined = { name: "ann", author: "", client: null };
const DEL: Joined = { name: "del", author: "author", client: "tab" };

const sessionOf = (joined: Joined | null, counter = 0): Session => ({
  ...newSession("c", "address", 1, 0),
  joined,
  counter,
});
const sequence = (...stored: Parameters<typeof messageAt>[]): Sequence => {
  const log = new MemoryLog("e");
  log.append(stored.map((fields) => messageAt(...fields)));
  return new Sequence(log);
};
const seqs = (messages: readonly { readonly seq: number }[]): number[] => messages.map(({ seq }) => seq);

describe("a message's place", () => {
  test("[D1] [D9] is behind all of the log and all that are admitted", () => {
    const order = sequence([7, { timestamp: 70 }]);
    expect([order.told, order.newestSeq, order.size]).toEqual([7, 7, 0]);
    order.add(ANN, "hi", 0, 60);
    order.add(DEL, "ho", 4, 60);
    order.add(DEL, "hu", 5, 100);
    expect(order.take().messages).toEqual([
      { seq: 8, name: "ann", message: "hi", timestamp: 71, author: "", client: "", counter: 0 },
      { seq: 9, name: "del", message: "ho", timestamp: 72, author: "author", client: "tab", counter: 4 },
      { seq: 10, name: "del", message: "hu", timestamp: 100, author: "author", client: "tab", counter: 5 },
    ]);
    expect([order.told, order.newestSeq, order.size]).toEqual([10, 10, 0]);
  });

  test("[P7] begins anew when the log is erased", () => {
    const order = sequence([7]);
    order.add(ANN, "hi", 0, 60);
    order.takeUnwritten();
    order.clear();
    expect([order.told, order.newestSeq, order.size]).toEqual([0, 0, 0]);
    order.add(ANN, "hi", 0, 5);
    expect(order.take().unwritten).toMatchObject([{ seq: 1, timestamp: 5 }]);
  });
});

describe("a message's standing", () => {
  test.each([
    { counter: 2, ahead: 1, standing: "stored" },
    { counter: 3, ahead: 1, standing: "stored" },
    { counter: 4, ahead: 1, standing: "next" },
    { counter: 5, ahead: 1, standing: "out-of-order" },
    { counter: 5, ahead: 2, standing: "next" },
    { counter: 6, ahead: 2, standing: "out-of-order" },
  ])("[D3] [D4] [P2] with 3 admitted: counter $counter, $ahead ahead: $standing", (row) => {
    expect(sequence().standingOf(sessionOf(DEL, 3), row.counter, row.ahead)).toBe(row.standing);
  });

  test("[C5] of a classic member is always next: it has no counters", () => {
    expect(sequence().standingOf(sessionOf(ANN), 0, 1)).toBe("next");
  });

  test("[P2] [D3] is pending from its admission until it is told, whether it is written or not; another sender's is not meant", () => {
    const order = sequence();
    order.add(DEL, "one", 1, 0);
    const standing = (joined: Joined): string => order.standingOf(sessionOf(joined, 1), 1, 1);
    expect(standing(DEL)).toBe("pending");
    expect(standing({ ...DEL, client: "phone" })).toBe("stored");
    expect(standing({ ...DEL, author: "other" })).toBe("stored");
    order.takeUnwritten();
    expect(standing(DEL)).toBe("pending");
    order.take();
    expect(standing(DEL)).toBe("stored");
  });
});

test("[D12] [P17] no more is admitted over MAX_PENDING_LENGTH units that wait, until a flush has taken some or all is erased", () => {
  const order = sequence();
  const long = "x".repeat(2_000);
  for (let length = 0; length < MAX_PENDING_LENGTH; length += long.length) {
    expect(order.isFull).toBe(false);
    order.add(DEL, long, 1, 0);
  }
  expect(order.isFull).toBe(true);
  order.take();
  expect(order.isFull).toBe(false);
  for (let i = 0; i < 100; i++) order.add(DEL, long, 1, 0);
  expect(order.isFull).toBe(true);
  order.clear();
  expect(order.isFull).toBe(false);
});

test("[D5] [P1] a sender's counter is its newest admitted one, or what the log says", () => {
  const order = sequence([1, { author: "author", client: "tab", counter: 3 }]);
  expect(order.counterOf("author", "tab")).toBe(3);
  order.add(DEL, "four", 4, 0);
  order.add(DEL, "five", 5, 0);
  order.add({ ...DEL, client: "phone" }, "one", 1, 0);
  order.add({ ...DEL, author: "other" }, "nine", 9, 0);
  const sender = (author: string, client: string): number => order.counterOf(author, client);
  expect([sender("author", "tab"), sender("author", "phone"), sender("other", "tab")]).toEqual([5, 1, 9]);
  expect(sender("nobody", "tab")).toBe(0);
});

describe("[P17] [D12] a flush", () => {
  test("has at most so many messages; the rest is the next one's", () => {
    const order = sequence();
    for (let i = 0; i <= MAX_FLUSH_MESSAGES; i++) order.add(ANN, "hi", 0, 0);
    expect(order.take().messages).toHaveLength(MAX_FLUSH_MESSAGES);
    expect([order.told, order.size]).toEqual([MAX_FLUSH_MESSAGES, 1]);
    expect(seqs(order.take().messages)).toEqual([MAX_FLUSH_MESSAGES + 1]);
    expect(order.take()).toEqual({ messages: [], unwritten: [] });
    expect(order.told).toBe(MAX_FLUSH_MESSAGES + 1);
  });

  test("has at most so much text, and one message at the least", () => {
    const order = sequence();
    const half = "x".repeat(MAX_FLUSH_LENGTH / 2);
    for (const text of [half, half, "y", half + half + "z", "last"]) order.add(ANN, text, 0, 0);
    const flushes = Array.from({ length: 4 }, () => seqs(order.take().messages));
    expect(flushes).toEqual([[1, 2], [3], [4], [5]]);
  });
});

test("[D3] what was written before its flush is told by it, and not written again", () => {
  const order = sequence();
  for (let i = 0; i < 2; i++) order.add(ANN, "hi", 0, 0);
  expect(order.takeUnwritten().map(seqs)).toEqual([[1, 2]]);
  expect(order.takeUnwritten()).toEqual([]);
  order.add(ANN, "hi", 0, 0);
  expect(order.told).toBe(0);
  const { messages, unwritten } = order.take();
  expect([seqs(messages), seqs(unwritten)]).toEqual([[1, 2, 3], [3]]);
  order.add(ANN, "hi", 0, 0);
  expect(order.takeUnwritten().map(seqs)).toEqual([[4]]);
});

test("[D12] what is written before its flush is in parts as large as a flush may be", () => {
  const order = sequence();
  for (let i = 0; i < MAX_FLUSH_MESSAGES + 1; i++) order.add(ANN, "hi", 0, 0);
  for (let i = 0; i < 3; i++) order.add(ANN, "x".repeat(MAX_FLUSH_LENGTH / 2), 0, 0);
  expect(order.takeUnwritten().map(({ length }) => length)).toEqual([MAX_FLUSH_MESSAGES, 2, 2]);
});

test("[D3] more may be written than one flush tells", () => {
  const order = sequence();
  for (let i = 0; i < MAX_FLUSH_MESSAGES + 2; i++) order.add(ANN, "hi", 0, 0);
  order.takeUnwritten();
  order.add(ANN, "hi", 0, 0);
  expect(order.take().unwritten).toEqual([]);
  const { messages, unwritten } = order.take();
  expect([messages.length, unwritten.length]).toEqual([3, 1]);
});
