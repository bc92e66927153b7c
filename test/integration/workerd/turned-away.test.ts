// Which sockets that a wake does not know are news to the others: not those that the room has closed itself, and that the platform
// still lists.
import { expect, test } from "vitest";
import { newSession, toAttachment } from "../../../src/room/session.ts";
import { Sockets } from "../../../src/room/sockets.ts";

/** As much of a socket as a wake asks for. */
const socket = (readyState: number, attachment: unknown): WebSocket =>
  ({ readyState, deserializeAttachment: () => attachment, close: () => {} }) as unknown as WebSocket;

const { READY_STATE_OPEN, READY_STATE_CLOSING } = WebSocket;
const known = toAttachment(newSession("a", "address", 1, 0));

test.each([
  { what: "one that it knows", isNews: false, sockets: [socket(READY_STATE_OPEN, known)] },
  { what: "one that it has closed", isNews: false, sockets: [socket(READY_STATE_CLOSING, null)] },
  { what: "an open one of which nothing was kept", isNews: true, sockets: [socket(READY_STATE_OPEN, null)] },
  { what: "an open one of a version to come", isNews: true, sockets: [socket(READY_STATE_OPEN, { v: 99 })] },
])("[C26] [D9] a wake that finds $what owes the others a roster: $isNews", ({ sockets, isNews }) => {
  const woken = new Sockets(1_000);
  woken.restore(sockets);
  expect(woken.hasTurnedAway).toBe(isNews);
});
