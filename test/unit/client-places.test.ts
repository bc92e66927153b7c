// Where an own message stands in the room's order: told once it is stored and shown, or once it is clear that it will not be shown.
import { expect, test } from "vitest";
import type { ClientEffect } from "../../src/client/events.ts";
import type { ChatMessage } from "../../src/protocol/messages.ts";
import { ClientMachine, eventsFrame, only, WELCOME } from "../support/client-machine.ts";
import { messageAt } from "../support/log-contract.ts";

const own = (seq: number, counter: number): ChatMessage =>
  messageAt(seq, { author: "me", client: "tab", counter });

const showing = (...events: readonly ChatMessage[]): object => ({
  first: events[0]?.seq,
  last: events.at(-1)?.seq,
  events,
});

/** What is told of places: ids with their seqs. */
const placed = (effects: readonly ClientEffect[]): unknown[] =>
  effects.flatMap((effect) => (effect.type === "placed" ? [[effect.id, effect.seq]] : []));

const confirmed = (effects: readonly ClientEffect[]): readonly string[] =>
  effects.flatMap((effect) => (effect.type === "confirmed" ? effect.ids : []));

const welcome = (fields: object): object => ({ ...WELCOME, resumed: true, ...fields });

/** A client that has seen message 1 and said these, whose connection broke, and that has said hello again. */
function returning(...said: readonly string[]): ClientMachine {
  const machine = new ClientMachine();
  machine.join();
  machine.receive(eventsFrame(1, 1));
  machine.say(...said);
  machine.comeBack();
  return machine;
}

test("[P2] messages that are confirmed together have their places in the order of their counters", () => {
  const machine = new ClientMachine();
  machine.join();
  machine.say("a", "b", "c");
  expect(placed(machine.receive(showing(own(1, 1), messageAt(2), own(3, 2), own(4, 3))))).toEqual([
    ["a", 1],
    ["b", 3],
    ["c", 4],
  ]);
});

test("[P2] another author's message with the same tag and counter is not one's own, nor is one of another tab", () => {
  const machine = new ClientMachine();
  machine.join();
  machine.say("a");
  const others = [{ author: "other" }, { client: "other" }].map((other, i) =>
    messageAt(i + 1, { author: "me", client: "tab", counter: 1, ...other }),
  );
  expect(placed(machine.receive(showing(...others)))).toEqual([]);
  expect(placed(machine.receive(showing(own(3, 1))))).toEqual([["a", 3]]);
});

test("[P2] a place is told after the message itself, and after what is known to be stored", () => {
  const machine = new ClientMachine();
  machine.join();
  machine.say("a");
  const types = machine.receive(showing(own(1, 1))).map(({ type }) => type);
  expect(types.filter((type) => ["messages", "confirmed", "placed"].includes(type))).toEqual([
    "messages",
    "confirmed",
    "placed",
  ]);
});

test("[P8] a place is told once, and as soon as the replay shows it", () => {
  const machine = returning("a");
  const effects = machine.receive({ welcome: welcome({ head: 3, counter: 1 }) });
  expect([confirmed(effects), placed(effects)]).toEqual([["a"], []]);
  expect(placed(machine.receive(showing(own(2, 1))))).toEqual([["a", 2]]);
  expect(placed(machine.receive(showing(messageAt(3))))).toEqual([]);
});

test("[P3] what a join confirms and does not replay has no place that is known", () => {
  const effects = returning("a").receive({ welcome: welcome({ head: 1, counter: 1 }) });
  expect([confirmed(effects), placed(effects)]).toEqual([["a"], [["a", null]]]);
});

test("[P3] what stands in a gap has no place that is known, once the rest is shown", () => {
  const machine = returning("a");
  const gap = { first: 2, last: 4 };
  expect(placed(machine.receive({ welcome: welcome({ head: 5, counter: 1, gap }) }))).toEqual([]);
  expect(placed(machine.receive(showing(messageAt(5))))).toEqual([["a", null]]);
});

test("[P2] a message that is answered with its counter alone was in what the client missed", () => {
  const machine = new ClientMachine();
  machine.join();
  machine.say("a");
  expect(placed(machine.receive({ stored: 1 }))).toEqual([["a", null]]);
});

test("[P2] [P3] what is answered with its counter while a replay goes on may still be shown", () => {
  const machine = returning("a");
  machine.receive({ welcome: welcome({ head: 2 }) });
  expect(placed(machine.receive({ stored: 1 }))).toEqual([]);
  expect(placed(machine.receive(showing(own(2, 1))))).toEqual([["a", 2]]);
});

test("[P13] a join that does not resume is not over before its first message", () => {
  const machine = new ClientMachine({
    outbox: { items: [{ id: "a", message: "a", state: "pending" }], epoch: "e", counter: 0 },
  });
  const effects = machine.join({ head: 7, counter: 1 });
  expect([confirmed(effects), placed(effects)]).toEqual([["a"], []]);
  expect(placed(machine.receive(showing(own(7, 1))))).toEqual([["a", 7]]);
});

test("[P3] a replay that breaks off goes on with the next join of the same log", () => {
  const machine = returning("a");
  machine.receive({ welcome: welcome({ head: 3, counter: 1 }) });
  machine.receive(showing(messageAt(2)));
  machine.comeBack();
  expect(placed(machine.receive({ welcome: welcome({ head: 3, counter: 1 }) }))).toEqual([]);
  expect(placed(machine.receive(showing(own(3, 1))))).toEqual([["a", 3]]);
});

test("[P7] a place in a log that is gone is none in the next one, where the counters begin again", () => {
  const machine = returning("a");
  machine.receive({ welcome: welcome({ head: 3, counter: 1 }) });
  machine.say("b");
  machine.comeBack();
  // Before the first message of another log: nothing more comes of the old one.
  const erased = welcome({ epoch: "f", resumed: false, head: 1 });
  expect(placed(machine.receive({ welcome: erased }))).toEqual([["a", null]]);
  expect(placed(machine.receive(showing(own(1, 1))))).toEqual([["b", 1]]);
});

test("[P8] an answer to a withdrawal says whether the message was ever on a wire", () => {
  const machine = new ClientMachine();
  machine.join();
  machine.say("1", "2", "3", "4", "5", "6", "7", "8", "9");
  const told = (id: string): unknown[] =>
    machine.handle({ type: "withdraw", id }).filter(({ type }) => type === "withdrawn");
  expect(told("1")).toEqual([{ type: "withdrawn", id: "1", isGone: false }]);
  expect(told("9")).toEqual([{ type: "withdrawn", id: "9", isGone: true }]);
  expect(told("9"), "once more").toEqual([{ type: "withdrawn", id: "9", isGone: false }]);
  machine.receive({ stored: 1 });
  expect(told("1"), "that is stored").toEqual([{ type: "withdrawn", id: "1", isGone: false }]);
});

test("[P8] what is taken back is gone from the outbox that is told; what is not changes nothing that is told", () => {
  const machine = new ClientMachine();
  machine.handle({ type: "start" });
  machine.say("a", "b");
  const outbox = (id: string): unknown[] => only(machine.handle({ type: "withdraw", id }), "outbox");
  expect(outbox("a")).toMatchObject([{ items: [{ id: "b" }] }]);
  expect(outbox("a")).toEqual([]);
});

test("[D11] a room that confirms more than was said, and shows its messages in any order, is told no place twice", () => {
  const machine = new ClientMachine();
  machine.join();
  machine.say("a", "b");
  expect(placed(machine.receive(showing(own(1, 9), own(2, 1))))).toEqual([["a", 2]]);
  expect(placed(machine.receive(showing(own(3, 1), own(4, 2))))).toEqual([["b", 4]]);
});
