import { expect, test } from "vitest";
import { newSession, toAttachment } from "../../../src/room/session.ts";
import { slices } from "../../../src/room/fan-out.ts";
import { Sockets } from "../../../src/room/sockets.ts";

/** A socket that logs what is done to it; a broken one throws at everything. */
class FakeSocket {
  readonly done: unknown[][] = [];
  bufferedAmount?: unknown;
  attachment: unknown = null;
  private readonly isBroken: boolean;

  constructor(isBroken = false) {
    this.isBroken = isBroken;
  }

  send(frame: string): void {
    this.note("send", frame);
  }

  close(code: number, reason: string): void {
    this.note("close", code, reason);
  }

  serializeAttachment(value: unknown): void {
    this.note("attach", value);
    this.attachment = value;
  }

  deserializeAttachment(): unknown {
    return this.attachment;
  }

  private note(...entry: unknown[]): void {
    if (this.isBroken) throw new Error("the socket is gone");
    this.done.push(entry);
  }
}

const LIMIT = 1_000;
const NOW = 7;

function socketsOf(fakes: Readonly<Record<string, FakeSocket>>): Sockets {
  const sockets = new Sockets(LIMIT);
  for (const [connection, fake] of Object.entries(fakes))
    sockets.add(connection, fake as unknown as WebSocket);
  return sockets;
}

const session = newSession("a", "address", 1, 0);

test("[D10] a send says who is dead and who reads too slowly; the others get all frames, in their order", () => {
  const [well, full, slow, broken, odd] = [
    new FakeSocket(),
    new FakeSocket(),
    new FakeSocket(),
    new FakeSocket(true),
    new FakeSocket(),
  ];
  full.bufferedAmount = LIMIT;
  slow.bufferedAmount = LIMIT + 1;
  odd.bufferedAmount = `${LIMIT + 1}`;
  const sockets = socketsOf({ well, full, slow, broken, odd });
  const to = ["well", "full", "slow", "broken", "odd", "gone"];
  const long = "x".repeat(LIMIT);
  expect(sockets.send(to, ["hi", long], NOW)).toEqual([
    { type: "slow", now: NOW, connection: "slow" },
    { type: "closed", now: NOW, connection: "broken" },
  ]);
  for (const fake of [well, full, slow, odd])
    expect(fake.done).toEqual([
      ["send", "hi"],
      ["send", long],
    ]);
});

test("[D10] how much waits is asked whenever over a sixteenth of the bound was sent, in whatever pieces", () => {
  const slow = new FakeSocket();
  slow.bufferedAmount = LIMIT + 1;
  const sockets = socketsOf({ slow });
  const part = ["x".repeat(20), "x".repeat(11)];
  const heard = Array.from({ length: 6 }, () => sockets.send(["slow"], part, NOW).length);
  expect(heard).toEqual([0, 0, 1, 0, 0, 1]);
});

test("[P17] a flush is cut into slices for so many members in all, who each get all their frames", () => {
  const all = [
    { to: ["a"], frames: ["0"] },
    { to: ["b", "c", "d", "e"], frames: ["1", "2"] },
    { to: [], frames: ["3"] },
    { to: ["f"], frames: ["4"] },
  ];
  expect(slices(all, 2)).toEqual([
    [
      { to: ["a"], frames: ["0"] },
      { to: ["b"], frames: ["1", "2"] },
    ],
    [{ to: ["c", "d"], frames: ["1", "2"] }],
    [
      { to: ["e"], frames: ["1", "2"] },
      { to: ["f"], frames: ["4"] },
    ],
  ]);
  expect(slices([], 2)).toEqual([]);
});

test("[D9] what is attached is restored after a wake, and a closed connection's socket is not", () => {
  const [here, closed] = [new FakeSocket(), new FakeSocket()];
  socketsOf({ a: here }).attach(session);
  expect(here.done).toEqual([["attach", toAttachment(session)]]);
  const woken = new Sockets(LIMIT);
  expect(woken.restore([here, closed] as unknown as WebSocket[])).toEqual([session]);
  expect(woken.connectionOf(here as unknown as WebSocket)).toBe("a");
  expect(woken.connectionOf(closed as unknown as WebSocket)).toBeUndefined();
});

test("[D13] a close forgets the attachment, answers, and is done once", () => {
  const here = new FakeSocket();
  const sockets = socketsOf({ a: here });
  for (let i = 0; i < 2; i++) sockets.close("a", 4001, "You joined from elsewhere.");
  expect(here.done).toEqual([
    ["attach", null],
    ["close", 4001, "You joined from elsewhere."],
  ]);
  expect(sockets.connectionOf(here as unknown as WebSocket)).toBeUndefined();
  expect(sockets.send(["a"], ["hi"], NOW)).toEqual([]);
});

test("[D10] [D11] a socket that is gone, or never was, breaks nothing", () => {
  const sockets = socketsOf({ a: new FakeSocket(true) });
  sockets.attach(session);
  sockets.attach(newSession("nobody", "address", 2, 0));
  sockets.close("a", 1000, "Bye.");
  sockets.close("nobody", 1000, "Bye.");
});

test("[D12] who was heard by the runtime, and when", () => {
  const [pinged, silent] = [new FakeSocket(), new FakeSocket()];
  const sockets = socketsOf({ pinged, silent });
  const lastHeard = (socket: WebSocket): Date | null =>
    socket === (pinged as unknown as WebSocket) ? new Date(7) : null;
  expect([...sockets.heard(lastHeard)]).toEqual([["pinged", 7]]);
});
