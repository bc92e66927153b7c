import { expect, test } from "vitest";
import { ClientMachine, eventsFrame, only, transmitted } from "../support/client-machine.ts";

const own = { author: "me", client: "tab" };
const items = (...states: readonly (readonly [string, string])[]): unknown =>
  expect.objectContaining({
    type: "outbox",
    items: states.map(([message, state]) => expect.objectContaining({ id: message, message, state })),
  });

test("[P2] a message is sent with the next counter, and before the join not at all", () => {
  const machine = new ClientMachine();
  expect(machine.handle({ type: "send", id: "one", message: "one" })).toEqual([items(["one", "pending"])]);
  expect(transmitted(machine.join({ counter: 6 }))).toEqual([{ message: "one", counter: 7 }]);
  expect(machine.say("two")).toEqual([{ message: "two", counter: 8 }]);
});

test("[P2] [D5] the own event confirms what was said", () => {
  const machine = new ClientMachine();
  machine.join();
  machine.say("one", "two");
  const effects = machine.receive(eventsFrame(1, 1, { ...own, counter: 1 }));
  expect(only(effects, "confirmed", "outbox")).toEqual([
    { type: "confirmed", ids: ["one"] },
    items(["two", "pending"]),
  ]);
});

test.each([{ author: "me", client: "phone" }, { author: "you", client: "tab" }, {}])(
  "[P2] [D5] an event of %o confirms nothing",
  (fields) => {
    const machine = new ClientMachine();
    machine.join();
    machine.say("one");
    expect(
      only(machine.receive(eventsFrame(1, 1, { ...fields, counter: 1 })), "confirmed", "outbox"),
    ).toEqual([]);
  },
);

test.each([
  { what: "`stored`", frame: { stored: 1 } },
  { what: "its own event", frame: eventsFrame(1, 1, { ...own, counter: 1 }) },
])("[P2] [D3] $what confirms a message, once, and what was held back by the window follows", ({ frame }) => {
  const machine = new ClientMachine();
  machine.join();
  const messages = Array.from({ length: 9 }, (_, i) => `m${i + 1}`);
  expect(machine.say(...messages)).toHaveLength(8);
  expect(only(machine.receive(frame), "confirmed", "transmit", "outbox")).toEqual([
    { type: "confirmed", ids: ["m1"] },
    { type: "transmit", text: JSON.stringify({ message: "m9", counter: 9 }) },
    items(...messages.slice(1).map((message) => [message, "pending"] as const)),
  ]);
  expect(only(machine.receive(frame), "confirmed", "messages")).toEqual([]);
});

test("[D4] [L2] a refusal for now: nothing is sent past it until the wait and some jitter are over, then all, in order", () => {
  const machine = new ClientMachine();
  machine.join();
  machine.say("one", "two");
  expect(
    machine.receive({ refused: { counter: 1, code: "rate-limited", retryAfter: 900 } }).slice(1),
  ).toEqual([
    { type: "timer", timer: "answer", ms: null },
    { type: "timer", timer: "resend", ms: 1_350 },
    items(["one", "waiting"], ["two", "pending"]),
  ]);
  const follows = machine.receive({ refused: { counter: 2, code: "out-of-order", expected: 1 } });
  expect(only(follows, "close", "outbox")).toEqual([]);
  expect(machine.say("three")).toEqual([]);
  expect(machine.fire("resend")).toEqual([
    ...[1, 2, 3].map((counter) => ({
      type: "transmit",
      text: JSON.stringify({ message: ["one", "two", "three"][counter - 1], counter }),
    })),
    { type: "timer", timer: "answer", ms: 15_000 },
    items(["one", "pending"], ["two", "pending"], ["three", "pending"]),
  ]);
});

test("[D12] `busy` says no time: the client tries again after a second, or up to two", () => {
  const machine = new ClientMachine();
  machine.join();
  machine.say("one");
  expect(machine.receive({ refused: { counter: 1, code: "busy" } }).slice(1)).toEqual([
    { type: "timer", timer: "answer", ms: null },
    { type: "timer", timer: "resend", ms: 1_500 },
    items(["one", "waiting"]),
  ]);
});

test("[D4] out of order without a refusal before it: room and client disagree, so they begin again", () => {
  const machine = new ClientMachine();
  machine.join();
  machine.say("one");
  expect(machine.receive({ refused: { counter: 1, code: "out-of-order", expected: 5 } })).toContainEqual({
    type: "close",
  });
});

test("[C6] a message that will never be accepted is marked, and the client begins again with what follows", () => {
  const machine = new ClientMachine();
  machine.join();
  machine.say("one", "two");
  const effects = machine.receive({ refused: { counter: 1, code: "message-too-long" } });
  expect(only(effects, "outbox", "close", "status")).toEqual([
    items(["one", "failed"], ["two", "pending"]),
    { type: "close" },
    { type: "status", status: "offline", retryMs: 250 },
  ]);
  expect(machine.handle({ type: "discard", id: "one" })).toEqual([items(["two", "pending"])]);
});
