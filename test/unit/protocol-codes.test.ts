// SPEC.md sections 2 to 4, rule by rule, on the pure room: what is refused, in which words, and what it changes.
import { describe, expect, test } from "vitest";
import { CLOSE, type ErrorCode } from "../../src/protocol/messages.ts";
import type { Frame } from "../support/frames.ts";
import { enter, eventsOf, HELLO, unhurried } from "../support/unhurried.ts";
import { CONFIG, World } from "../support/world.ts";

interface Fault {
  readonly what: string;
  /** What is said before: nothing, a classic join or a delivery one. */
  readonly as: "nobody" | "classic" | "delivery";
  readonly frame: unknown;
  readonly answer: Frame;
  readonly closed?: number;
}

const error = (code: ErrorCode): Frame => ({ error: expect.any(String) as string, code });
const bad = error("bad-frame");
const refused = (counter: number, code: ErrorCode): Frame => ({ refused: { counter, code } });
const hello = (fields: object): object => ({ ...HELLO, ...fields });

/** Every code that one frame brings about. `rate-limited`, `busy` and the full room need a story: below. */
const FAULTS: readonly Fault[] = [
  { what: "a binary frame", as: "nobody", frame: new ArrayBuffer(8), answer: bad },
  { what: "no JSON", as: "nobody", frame: "{", answer: bad },
  { what: "no object", as: "nobody", frame: [], answer: bad },
  { what: "a name that is no text", as: "nobody", frame: { name: 1 }, answer: bad },
  { what: "a message before the name", as: "nobody", frame: { message: "hi" }, answer: bad },
  { what: "history before the name", as: "nobody", frame: { history: { before: 1 } }, answer: bad },
  { what: "another protocol", as: "nobody", frame: hello({ protocol: 2 }), answer: bad },
  { what: "a short key", as: "nobody", frame: hello({ key: "k".repeat(15) }), answer: bad },
  { what: "a long key", as: "nobody", frame: hello({ key: "k".repeat(129) }), answer: bad },
  { what: "a long client tag", as: "nobody", frame: hello({ client: "c".repeat(33) }), answer: bad },
  { what: "no client tag", as: "nobody", frame: hello({ client: undefined }), answer: bad },
  { what: "since without seq", as: "nobody", frame: hello({ since: { epoch: "e" } }), answer: bad },
  {
    what: "a long name",
    as: "nobody",
    frame: { name: "n".repeat(33) },
    answer: error("name-too-long"),
    closed: 1009,
  },
  {
    what: "a huge frame",
    as: "classic",
    frame: "x".repeat(16_385),
    answer: error("frame-too-large"),
    closed: 1009,
  },
  { what: "a message that is no text", as: "classic", frame: { message: 1 }, answer: bad },
  {
    what: "a long message",
    as: "classic",
    frame: { message: "x".repeat(257) },
    answer: error("message-too-long"),
  },
  {
    what: "a message of nothing",
    as: "classic",
    frame: { message: " \u200b\u3164\n" },
    answer: error("message-empty"),
  },
  {
    what: "a message of nothing",
    as: "delivery",
    frame: { message: "", counter: 1 },
    answer: refused(1, "message-empty"),
  },
  { what: "history", as: "classic", frame: { history: { before: 1 } }, answer: bad },
  { what: "no counter", as: "delivery", frame: { message: "hi" }, answer: bad },
  { what: "counter 0", as: "delivery", frame: { message: "hi", counter: 0 }, answer: bad },
  { what: "no text, with counter", as: "delivery", frame: { counter: 1 }, answer: refused(1, "bad-frame") },
  {
    what: "a long message",
    as: "delivery",
    frame: { message: "x".repeat(257), counter: 1 },
    answer: refused(1, "message-too-long"),
  },
  { what: "history before 0", as: "delivery", frame: { history: { before: 0 } }, answer: bad },
  { what: "a long page", as: "delivery", frame: { history: { before: 1, limit: 101 } }, answer: bad },
  {
    what: "a hole",
    as: "delivery",
    frame: { message: "hi", counter: 3 },
    answer: { refused: { counter: 3, code: "out-of-order", expected: 1 } },
  },
];

describe("codes", () => {
  test.each(FAULTS)("[C14] [C15] $as says $what", ({ as, frame, answer, closed = null }) => {
    const world = unhurried();
    const witness = enter(world, { name: "witness" });
    const socket = world.connect("address");
    if (as !== "nobody") world.say(socket, as === "classic" ? { name: "ann" } : HELLO);
    world.settle();
    const [before, seen] = [socket.frames.length, witness.frames.length];
    const owed = world.ledger.all();
    world.say(socket, frame);
    world.settle();
    expect(socket.frames.slice(before)).toEqual([answer]);
    expect(socket.closed).toBe(closed);
    expect(world.log.head).toBe(0);
    if (closed === null) expect(world.ledger.all(), "a fault costs nothing").toEqual(owed);
    if (closed === null) expect(witness.frames.length, "nobody else hears of it").toBe(seen);
  });

  test("[C14] every code is brought about by a frame here or by a story below", () => {
    const told: Readonly<Record<ErrorCode, "frame" | "story">> = {
      "bad-frame": "frame",
      "frame-too-large": "frame",
      "name-too-long": "frame",
      "message-too-long": "frame",
      "message-empty": "frame",
      "out-of-order": "frame",
      "rate-limited": "story",
      busy: "story",
      "room-full": "story",
      "too-many-sockets": "story",
    };
    const framed = new Set(FAULTS.flatMap(({ answer }) => answer.code ?? answer.refused?.code ?? []));
    const expected = Object.entries(told).flatMap(([code, by]) => (by === "frame" ? [code] : []));
    expect([...framed].toSorted()).toEqual(expected.toSorted());
  });

  test("[C15] a refused first frame may be said again; without one the socket is closed at the deadline", () => {
    const world = unhurried();
    const [late, never] = [world.connect("a"), world.connect("b")];
    for (const socket of [late, never]) world.say(socket, "nonsense");
    world.say(late, { name: "late" });
    world.settle();
    expect(late.frames.at(-1)).toEqual({ ready: true });
    world.advance(CONFIG.joinDeadlineMs - 1);
    world.alarm();
    expect(never.closed).toBeNull();
    world.advance(1);
    world.alarm();
    expect([late.closed, never.closed]).toEqual([null, CLOSE.joinDeadline]);
  });

  test("[C17] sockets over the caps are told why at once and closed, and those without a name count", () => {
    const world = new World({ ...CONFIG, maxSockets: 3, maxSocketsPerIdentity: 2 });
    for (let i = 0; i < 2; i++) expect(world.connect("one").closed).toBeNull();
    const third = world.connect("one");
    expect(third.frames).toEqual([error("too-many-sockets")]);
    expect(world.connect("two").closed).toBeNull();
    const fourth = world.connect("three");
    expect(fourth.frames).toEqual([error("room-full")]);
    expect([third.closed, fourth.closed]).toEqual([CLOSE.full, CLOSE.full]);
  });

  test("[C18] [P14] 32 actions wait for the limiter in their order, the 33rd is busy and keeps its counter", () => {
    const world = unhurried();
    const ann = world.connect("address");
    world.say(ann, HELLO);
    for (let counter = 1; counter <= 32; counter++) world.say(ann, { message: `${counter}`, counter });
    expect(ann.frames).toEqual([refused(32, "busy")]);
    world.settle();
    expect(eventsOf(ann)).toEqual(Array.from({ length: 31 }, (_, i) => i + 1));
    world.say(ann, { message: "32", counter: 32 });
    expect(world.log.after(31, 1)).toMatchObject([{ seq: 32, message: "32", counter: 32 }]);
  });

  test("[P14] [L2] what the limiter refuses keeps its counter, and so does what comes behind it", () => {
    const world = new World(CONFIG);
    const ann = world.connect("address");
    world.say(ann, HELLO);
    for (let counter = 1; counter <= 8; counter++) world.say(ann, { message: `${counter}`, counter });
    world.settle();
    const refusals = ann.frames.flatMap((frame) => frame.refused ?? []);
    expect(refusals).toMatchObject([
      { counter: 6, code: "rate-limited" },
      { counter: 7, code: "out-of-order", expected: 6 },
      { counter: 8, code: "out-of-order", expected: 6 },
    ]);
    world.advance(refusals[0]?.retryAfter ?? 0);
    world.say(ann, { message: "6", counter: 6 });
    expect(eventsOf(ann)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("[P14] a repeat is answered 'stored' and costs no action", () => {
    const world = unhurried();
    const ann = enter(world);
    world.say(ann, { message: "once", counter: 1 });
    const owed = world.ledger.all();
    world.say(ann, { message: "once", counter: 1 });
    expect(ann.frames.at(-1)).toEqual({ stored: 1 });
    expect(world.ledger.all()).toEqual(owed);
    expect(world.log.head).toBe(1);
  });
});
