// Presence that comes in a frame of messages: what a client makes of it.
import { expect, test } from "vitest";
import { ClientMachine, eventsFrame, only } from "../support/client-machine.ts";

const ME = { connection: "c", author: "me", name: "ann" };
const BOB = { connection: "b", author: "bob", name: "bob" };

test("[P9] presence comes with the next messages: a client shows who came, then what was said, unless it has not joined, or a message is missing", () => {
  const machine = new ClientMachine();
  const presence = { count: 2, joined: [BOB], left: [] };
  const seen = (first: number) =>
    only(
      machine.receive({ ...eventsFrame(first, first), presence }),
      "messages",
      "arrived",
      "left",
      "roster",
    ).map(({ type }) => type);
  expect(seen(1)).toEqual([]);
  machine.join({ roster: [ME] });
  expect(seen(1)).toEqual(["arrived", "messages", "roster"]);
  expect(seen(3)).toEqual([]);
});
