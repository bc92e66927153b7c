// What becomes of each own message, read from what a connection tells, event by event.
import { expect, test } from "vitest";
import type { AppEvent } from "../../src/client/events.ts";
import { Receipts } from "../../src/client/receipts.ts";
import type { ChatMessage } from "../../src/protocol/messages.ts";
import { messageAt } from "../support/log-contract.ts";

const joined = (after: number | null, head: number, epoch = "e"): AppEvent => ({
  type: "joined",
  author: "me",
  epoch,
  resumed: after !== null,
  after,
  head,
  limits: { message: 256, typing: 0 },
});
const messages = (...shown: readonly ChatMessage[]): AppEvent => ({ type: "messages", messages: shown });
const own = (seq: number, counter: number): ChatMessage =>
  messageAt(seq, { author: "me", client: "tab", counter });
const confirmed = (...ids: readonly string[]): AppEvent => ({ type: "confirmed", ids });
/** Nothing waits any more, and this counter is stored. */
const stored = (counter: number): AppEvent => ({
  type: "outbox",
  underWay: 0,
  items: [],
  epoch: "e",
  counter,
});

/** A reader that has read this. */
function reader(...events: readonly AppEvent[]): Receipts {
  const receipts = new Receipts("tab");
  for (const event of events) receipts.read(event);
  return receipts;
}

test("[P2] messages that are confirmed together have their places in the order of their counters", () => {
  const receipts = reader(joined(0, 0), messages(own(1, 1), messageAt(2), own(3, 2), own(4, 3)));
  expect(receipts.read(confirmed("a", "b", "c"))).toEqual([
    { id: "a", seq: 1 },
    { id: "b", seq: 3 },
    { id: "c", seq: 4 },
  ]);
});

test("[P2] another author's message with the same tag and counter is not one's own", () => {
  const other = messageAt(2, { author: "other", client: "tab", counter: 1 });
  const receipts = reader(joined(0, 0), messages(own(1, 1), other));
  expect(receipts.read(confirmed("a"))).toEqual([{ id: "a", seq: 1 }]);
});

test("[P8] a place is told once, and as soon as the replay shows it", () => {
  const receipts = reader(joined(1, 3));
  expect(receipts.read(confirmed("a"))).toEqual([]);
  expect(receipts.isStored("a")).toBe(true);
  expect(receipts.read(messages(own(2, 1)))).toEqual([{ id: "a", seq: 2 }]);
  expect(receipts.isStored("a")).toBe(false);
  expect(receipts.read(messages(messageAt(3)))).toEqual([]);
});

test("[P3] what a join confirms and does not replay has no place that is known", () => {
  expect(reader(joined(5, 5)).read(confirmed("a"))).toEqual([{ id: "a", seq: null }]);
});

test("[P13] a join that does not resume is not over before its first message", () => {
  const receipts = reader(joined(null, 1));
  expect(receipts.read(confirmed("a"))).toEqual([]);
  expect(receipts.read(messages(own(1, 1)))).toEqual([{ id: "a", seq: 1 }]);
});

test("[P3] a replay that breaks off goes on with the next join of the same log", () => {
  const receipts = reader(joined(1, 3), confirmed("a"), stored(1), messages(messageAt(2)));
  expect(receipts.read(joined(2, 3))).toEqual([]);
  expect(receipts.read(messages(own(3, 1)))).toEqual([{ id: "a", seq: 3 }]);
});

test("[P7] a place in a log that is gone is none in the next one", () => {
  const receipts = reader(joined(6, 6), messages(own(7, 1)), confirmed("a"), stored(1));
  expect(receipts.read(joined(0, 0, "f"))).toEqual([]);
  // The next message has the same counter; its event is lost with the connection, and replayed.
  for (const event of [stored(0), joined(0, 2, "f")]) receipts.read(event);
  expect(receipts.read(confirmed("b"))).toEqual([]);
  expect(receipts.read(messages(messageAt(1), own(2, 1)))).toEqual([{ id: "b", seq: 2 }]);
});

test("[P8] what an outbox of an older version says to have failed, without a code, failed as a bad frame", () => {
  const items = [
    { id: "a", message: "x", state: "failed" },
    { id: "b", message: "y", state: "pending" },
    { id: "c", message: "z", state: "failed", code: "message-empty" },
  ] as const;
  const outbox: AppEvent = { type: "outbox", underWay: 0, items, epoch: "e", counter: 0 };
  expect(reader(joined(0, 0)).read(outbox)).toEqual([
    { id: "a", code: "bad-frame" },
    { id: "c", code: "message-empty" },
  ]);
});
