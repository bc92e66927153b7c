import { expect, test } from "vitest";
import { Connection } from "../../src/client/connection.ts";
import type { ClientEffect } from "../../src/client/events.ts";
import { backoff } from "../../src/client/backoff.ts";
import { messageAt } from "../support/log-contract.ts";

const ROOM = { protocol: 1, epoch: "e", head: 0, counter: 0, connection: "c", author: "me", members: 1 };

/** A connection that was welcomed to an empty room. */
function welcomed(): { receive: (frame: object) => readonly ClientEffect[]; connection: Connection } {
  const connection = new Connection({ name: "ann", key: "k".repeat(16), client: "tab" });
  connection.handle({ type: "start" });
  connection.handle({ type: "opened" });
  const receive = (frame: object): readonly ClientEffect[] =>
    connection.handle({ type: "frame", frame: JSON.stringify(frame), random: 0.5 });
  receive({ welcome: { ...ROOM, resumed: false } });
  return { receive, connection };
}

const eventsFrame = (first: number, last: number): object => ({
  first,
  last,
  events: Array.from({ length: last - first + 1 }, (_, i) => messageAt(first + i)),
});

const shownIn = (effects: readonly ClientEffect[]): number[] =>
  effects.flatMap((effect) => (effect.type === "messages" ? effect.messages.map(({ seq }) => seq) : []));

test("[D3] a message that comes again is not shown again, alone or within a frame", () => {
  const { receive } = welcomed();
  expect(shownIn(receive(eventsFrame(1, 2)))).toEqual([1, 2]);
  expect(shownIn(receive(eventsFrame(1, 2)))).toEqual([]);
  expect(shownIn(receive(eventsFrame(2, 4)))).toEqual([3, 4]);
});

test("[D2] a hole in the order makes the client come back and resume from what it has", () => {
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

test("[P4] a superseded client stays away until it is told to come back", () => {
  const { connection } = welcomed();
  const effects = connection.handle({ type: "closed", code: 4001, random: 0 });
  expect(effects).toContainEqual({
    type: "status",
    status: "superseded",
    reason: "You joined from elsewhere.",
  });
  expect(connection.handle({ type: "online" })).toEqual([]);
});

test("backoff is full-jitter: anywhere from nothing to twice as much each time, up to 30 s", () => {
  expect([0, 1, 2, 3, 20].map((attempt) => backoff(attempt, 0.999_999))).toEqual([
    499, 999, 1_999, 3_999, 29_999,
  ]);
  expect(backoff(5, 0)).toBe(0);
});
