import { expect, test } from "vitest";
import { Connection } from "../../src/client/connection.ts";
import type { ClientEffect, Timer } from "../../src/client/events.ts";
import { messageAt } from "../support/log-contract.ts";

const ROOM = { protocol: 1, epoch: "e", head: 0, counter: 0, connection: "c", author: "me", members: 1 };

/** A connection that was welcomed to an empty room. */
function welcomed(): { receive: (frame: object) => readonly ClientEffect[]; connection: Connection } {
  const connection = new Connection({ name: "ann", key: "k".repeat(16), client: "tab" });
  connection.handle({ type: "start" });
  connection.handle({ type: "opened" });
  const receive = (frame: object): readonly ClientEffect[] =>
    connection.handle({ type: "frame", frame: JSON.stringify(frame), random: 0 });
  receive({ welcome: { ...ROOM, resumed: false } });
  return { receive, connection };
}

/** A connection that came back after a loss, and has said hello again. */
function returned(): ReturnType<typeof welcomed> {
  const pair = welcomed();
  pair.receive(eventsFrame(1, 2));
  pair.connection.handle({ type: "closed", code: 1006, random: 0 });
  pair.connection.handle({ type: "timer", timer: "reconnect", random: 0 });
  pair.connection.handle({ type: "opened" });
  return pair;
}

/** What goes out on the wire: frames as objects, ping as it is. */
const sentIn = (effects: readonly ClientEffect[]): unknown[] =>
  effects.flatMap((effect) =>
    effect.type !== "transmit" ? [] : [effect.text.startsWith("{") ? JSON.parse(effect.text) : effect.text],
  );

const statusIn = (effects: readonly ClientEffect[]): ClientEffect | undefined =>
  effects.findLast(({ type }) => type === "status");

const timer = (name: Timer, ms: number | null): ClientEffect => ({ type: "timer", timer: name, ms });

const eventsFrame = (first: number, last: number): object => ({
  first,
  last,
  events: Array.from({ length: last - first + 1 }, (_, i) => messageAt(first + i)),
});

const shownIn = (effects: readonly ClientEffect[]): number[] =>
  effects.flatMap((effect) => (effect.type === "messages" ? effect.messages.map(({ seq }) => seq) : []));

test("[D3] [P16] a message that comes again is not shown again, alone or within a frame", () => {
  const { receive } = welcomed();
  expect(shownIn(receive(eventsFrame(1, 2)))).toEqual([1, 2]);
  expect(shownIn(receive(eventsFrame(1, 2)))).toEqual([]);
  expect(shownIn(receive(eventsFrame(2, 4)))).toEqual([3, 4]);
});

test("[D8] messages alone tell of nobody who came or left, and of no roster", () => {
  const effects = welcomed().receive(eventsFrame(1, 1));
  expect(effects.map(({ type }) => type)).toEqual(["timer", "messages"]);
});

test("[D2] [P16] a hole in the order makes the client come back and resume from what it has", () => {
  const { receive, connection } = welcomed();
  receive(eventsFrame(1, 2));
  const effects = receive(eventsFrame(5, 6));
  expect(shownIn(effects)).toEqual([]);
  expect(effects).toContainEqual({ type: "close" });
  connection.handle({ type: "timer", timer: "reconnect", random: 0 });
  const [hello] = connection.handle({ type: "opened" });
  expect(hello?.type === "transmit" && JSON.parse(hello.text)).toMatchObject({
    since: { epoch: "e", seq: 2 },
  });
});

test("[D2] what the room could not replay is reported as a gap, and what follows continues after it", () => {
  const { receive, connection } = welcomed();
  receive(eventsFrame(1, 2));
  connection.handle({ type: "closed", code: 1006, random: 0 });
  connection.handle({ type: "timer", timer: "reconnect", random: 0 });
  connection.handle({ type: "opened" });
  const gap = { first: 3, last: 9 };
  const effects = receive({ welcome: { ...ROOM, head: 11, resumed: true, gap } });
  expect(effects).toContainEqual({ type: "gap", gap });
  expect(shownIn(receive(eventsFrame(10, 11)))).toEqual([10, 11]);
});

test("[P5] history that was refused for now is asked for again after retryAfter, and shown once", () => {
  const { connection, receive } = welcomed();
  const ask = { history: { before: 50, limit: 100 } };
  expect(sentIn(connection.handle({ type: "history", before: 50 }))).toEqual([ask]);
  expect(receive({ refused: { code: "rate-limited", retryAfter: 250 } })).toContainEqual(
    timer("history", 250),
  );
  expect(sentIn(connection.handle({ type: "timer", timer: "history", random: 0 }))).toEqual([ask]);
  const page = { history: { before: 50, events: [messageAt(49)], more: true } };
  expect(receive(page)).toContainEqual({ type: "history", messages: [messageAt(49)], more: true });
  expect(receive(page)).not.toContainEqual(expect.objectContaining({ type: "history" }));
  expect(sentIn(connection.handle({ type: "timer", timer: "history", random: 0 }))).toEqual([]);
});

test("[P5] history that was on its way when the connection broke is asked for again after the welcome", () => {
  const { connection, receive } = welcomed();
  receive(eventsFrame(50, 51));
  connection.handle({ type: "history", before: 50 });
  connection.handle({ type: "closed", code: 1006, random: 0 });
  connection.handle({ type: "timer", timer: "reconnect", random: 0 });
  connection.handle({ type: "opened" });
  const effects = receive({ welcome: { ...ROOM, head: 51, resumed: true } });
  expect(sentIn(effects)).toContainEqual({ history: { before: 50, limit: 100 } });
});

test("[P5] history of a log that is gone is neither asked for again nor shown", () => {
  const { connection, receive } = returned();
  connection.handle({ type: "history", before: 50 });
  const effects = receive({ welcome: { ...ROOM, epoch: "another", resumed: false } });
  expect(effects).toContainEqual({ type: "reset" });
  expect(sentIn(effects)).toEqual([]);
  const late = receive({ history: { before: 50, events: [messageAt(49)], more: true } });
  expect(late).not.toContainEqual(expect.objectContaining({ type: "history" }));
});

test("[C6] a message that is too long fails at once and does not go out", () => {
  const { connection } = welcomed();
  const message = "x".repeat(257);
  const effects = connection.handle({ type: "send", id: "long", message });
  expect(sentIn(effects)).toEqual([]);
  expect(effects).toContainEqual(
    expect.objectContaining({
      type: "outbox",
      items: [{ id: "long", message, state: "failed", code: "message-too-long" }],
    }),
  );
});

test("[P8] a refusal for good fails that message alone: the client comes back and sends those after it", () => {
  const { connection, receive } = welcomed();
  for (const id of ["one", "two"]) connection.handle({ type: "send", id, message: id });
  const effects = receive({ refused: { counter: 1, code: "message-too-long" } });
  expect(effects).toContainEqual({ type: "close" });
  expect(statusIn(effects)).toMatchObject({ status: "offline" });
  connection.handle({ type: "timer", timer: "reconnect", random: 0 });
  connection.handle({ type: "opened" });
  const back = receive({ welcome: { ...ROOM, resumed: false } });
  expect(sentIn(back)).toEqual([{ message: "two", counter: 1 }]);
  expect(back.findLast(({ type }) => type === "outbox")).toMatchObject({
    items: [
      { id: "one", state: "failed" },
      { id: "two", state: "pending" },
    ],
  });
});

test("[P8] out-of-order follows from a predecessor's refusal; without one the client begins again", () => {
  const { connection, receive } = welcomed();
  for (const id of ["one", "two"]) connection.handle({ type: "send", id, message: id });
  receive({ refused: { counter: 1, code: "rate-limited", retryAfter: 5_000 } });
  expect(receive({ refused: { counter: 2, code: "out-of-order", expected: 1 } })).not.toContainEqual({
    type: "close",
  });
  expect(sentIn(connection.handle({ type: "timer", timer: "resend", random: 0 }))).toEqual([
    { message: "one", counter: 1 },
    { message: "two", counter: 2 },
  ]);
  expect(receive({ refused: { counter: 2, code: "out-of-order", expected: 1 } })).toContainEqual({
    type: "close",
  });
});

test("[D5] confirmed names what is stored: by the echo, by 'stored', and by the welcome", () => {
  const { connection, receive } = welcomed();
  for (const id of ["one", "two", "three"]) connection.handle({ type: "send", id, message: id });
  const echo = messageAt(1, { author: "me", client: "tab", counter: 1 });
  expect(receive({ first: 1, last: 1, events: [echo] })).toContainEqual({ type: "confirmed", ids: ["one"] });
  expect(receive({ stored: 2 })).toContainEqual({ type: "confirmed", ids: ["two"] });
  connection.handle({ type: "closed", code: 1006, random: 0 });
  connection.handle({ type: "timer", timer: "reconnect", random: 0 });
  connection.handle({ type: "opened" });
  expect(receive({ welcome: { ...ROOM, counter: 3, head: 3, resumed: true } })).toContainEqual({
    type: "confirmed",
    ids: ["three"],
  });
});

test("[D2] a frame with a hole in it is not shown, and the next one makes the client come back", () => {
  const { receive } = welcomed();
  expect(shownIn(receive({ first: 1, last: 3, events: [messageAt(1), messageAt(3)] }))).toEqual([]);
  expect(receive(eventsFrame(4, 4))).toContainEqual({ type: "close" });
});

const tab = (connection: string): object => ({ connection, author: "bob", name: "Bob" });

test("[P9] people come and go, connections do not: a second tab, or a new one for an old one, is no news", () => {
  const { receive } = welcomed();
  const news = (frame: object): string[] =>
    receive({ presence: frame }).flatMap(({ type }) => (type === "arrived" || type === "left" ? [type] : []));
  receive({ welcome: { ...ROOM, resumed: false, roster: [] } });
  expect(news({ count: 2, joined: [tab("b1")], left: [] })).toEqual(["arrived"]);
  expect(news({ count: 3, joined: [tab("b2")], left: [] })).toEqual([]);
  expect(news({ count: 2, joined: [], left: ["b1"] })).toEqual([]);
  expect(news({ count: 2, joined: [tab("b3")], left: ["b2"] })).toEqual([]);
  expect(news({ count: 1, joined: [], left: ["b3"] })).toEqual(["left"]);
});
