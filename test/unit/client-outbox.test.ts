import { describe, expect, test } from "vitest";
import { parseSavedOutbox } from "../../src/client/outbox.ts";
import { HeldSender } from "../support/held-sender.ts";

const item = (id: string, state = "pending"): object => ({ id, message: id, state });
const counters = (outbox: HeldSender): unknown =>
  outbox.take().map(({ counter, message }) => [counter, message]);

/** An outbox in the log "e", whose counter stands at 10, with these messages. */
function outboxOf(...messages: readonly string[]): HeldSender {
  const outbox = new HeldSender();
  outbox.welcome("e", 10);
  for (const message of messages) outbox.add(message, message);
  return outbox;
}

describe("sending", () => {
  test("[P2] [D12] each is taken once, with the next counter, eight at most ahead of what is confirmed", () => {
    const outbox = outboxOf("1", "2");
    expect(counters(outbox)).toEqual([
      [11, "1"],
      [12, "2"],
    ]);
    expect(outbox.take()).toEqual([]);
    for (let i = 3; i <= 10; i++) outbox.add(`${i}`, `${i}`);
    expect(outbox.take().map(({ counter }) => counter)).toEqual([13, 14, 15, 16, 17, 18]);
    expect(outbox.confirm(12)).toEqual(["1", "2"]);
    expect(counters(outbox)).toEqual([
      [19, "9"],
      [20, "10"],
    ]);
  });

  test("[D3] what is confirmed twice, or was never said, changes nothing", () => {
    const outbox = outboxOf("1", "2");
    outbox.take();
    expect(outbox.confirm(11)).toEqual(["1"]);
    expect(outbox.confirm(11)).toEqual([]);
    expect(outbox.confirm(3)).toEqual([]);
    expect(outbox.state).toEqual({ items: [item("2")], epoch: "e", counter: 11 });
    expect(outbox.confirm(15)).toEqual(["2"]);
    expect(outbox.state.counter).toBe(15);
    outbox.add("3", "3");
    expect(counters(outbox)).toEqual([[16, "3"]]);
  });

  test("[C6] a message over 256 characters never goes out, and stands in nobody's way", () => {
    const outbox = outboxOf("x".repeat(257), "y".repeat(256));
    expect(outbox.state.items.map(({ state }) => state)).toEqual(["failed", "pending"]);
    expect(counters(outbox)).toEqual([[11, "y".repeat(256)]]);
    expect(outbox.confirm(11)).toEqual(["y".repeat(256)]);
  });
});

describe("refusals", () => {
  test("[D4] refused for now: it and those after it are taken again, in order", () => {
    const outbox = outboxOf("1", "2", "3");
    outbox.take();
    outbox.refuse(12);
    expect(outbox.isWaiting).toBe(true);
    expect(outbox.state.items).toEqual([item("1"), item("2", "waiting"), item("3")]);
    // A later one's refusal follows from it and moves nothing.
    outbox.refuse(13);
    outbox.retry();
    expect(outbox.isWaiting).toBe(false);
    expect(counters(outbox)).toEqual([
      [12, "2"],
      [13, "3"],
    ]);
  });

  test("[D3] a refusal of what is confirmed by now changes nothing", () => {
    const outbox = outboxOf("1", "2");
    outbox.take();
    outbox.confirm(11);
    outbox.refuse(11);
    expect(outbox.isWaiting).toBe(false);
    expect(outbox.take()).toEqual([]);
  });

  test("[C6] refused for ever: marked, until the app forgets it; nothing else can be forgotten", () => {
    const outbox = outboxOf("1", "2", "3");
    outbox.fail(12, "bad-frame");
    const failed = { ...item("2", "failed"), code: "bad-frame" };
    expect(outbox.state.items).toEqual([item("1"), failed, item("3")]);
    outbox.retry();
    expect(outbox.state.items[1]).toEqual(failed);
    // Counters go by place among those that may still be stored.
    outbox.fail(12, "message-too-long");
    for (const id of ["1", "2"]) outbox.discard(id);
    expect(outbox.state.items).toEqual([item("1"), { ...item("3", "failed"), code: "message-too-long" }]);
  });
});

describe("a new connection", () => {
  test("[D2] [D3] to the same log: what is stored is confirmed, the rest is sent again", () => {
    const outbox = outboxOf("1", "2", "3");
    outbox.take();
    outbox.refuse(13);
    expect(outbox.welcome("e", 11)).toEqual(["1"]);
    expect(outbox.isWaiting).toBe(false);
    expect(counters(outbox)).toEqual([
      [12, "2"],
      [13, "3"],
    ]);
  });

  test("[P7] to another log: nothing is stored there, whatever its counter says", () => {
    const outbox = outboxOf("1", "2");
    outbox.take();
    expect(outbox.welcome("f", 11)).toEqual([]);
    expect(outbox.state).toEqual({ items: [item("1"), item("2")], epoch: "f", counter: 11 });
    expect(counters(outbox)).toEqual([
      [12, "1"],
      [13, "2"],
    ]);
  });

  test("[D2] [D3] after a reload: what the outbox was saved with says what the welcome's counter means", () => {
    const outbox = outboxOf("1", "2");
    const saved = parseSavedOutbox(JSON.stringify(outbox.state));
    expect(saved).toEqual({ items: [item("1"), item("2")], epoch: "e", counter: 10 });
    const reloaded = new HeldSender(saved ?? undefined);
    expect(reloaded.welcome("e", 11)).toEqual(["1"]);
    const untouched = new HeldSender(saved ?? undefined);
    expect(untouched.welcome("e", 10)).toEqual([]);
  });
});

const saved = { items: [item("1"), item("2", "waiting"), item("3", "failed")], epoch: null, counter: 0 };

test("[D11] an outbox is saved and read whole", () => {
  expect(parseSavedOutbox(JSON.stringify(saved))).toEqual(saved);
});

test.each([
  null,
  "",
  "[]",
  JSON.stringify({ ...saved, items: {} }),
  JSON.stringify({ ...saved, items: [item("1"), null] }),
  JSON.stringify({ ...saved, items: [item("1"), "text"] }),
  JSON.stringify({ ...saved, items: [{ ...item("1"), id: 1 }] }),
  JSON.stringify({ ...saved, items: [{ ...item("1"), message: 1 }] }),
  JSON.stringify({ ...saved, items: [item("1", "sent")] }),
  JSON.stringify({ ...saved, epoch: 1 }),
  JSON.stringify({ ...saved, counter: "1" }),
  JSON.stringify({ ...saved, counter: 1.5 }),
])("[D11] %s is no saved outbox", (text) => {
  expect(parseSavedOutbox(text)).toBeNull();
});
