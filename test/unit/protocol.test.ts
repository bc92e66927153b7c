// SPEC.md sections 2 to 4, rule by rule, on the pure room: what who joins is told, and what who is here hears.
import { describe, expect, test } from "vitest";
import { nextTrim, trimAfter } from "../../src/room/housekeeping.ts";
import { enter, eventsOf, HELLO, UNHURRIED, unhurried } from "../support/unhurried.ts";
import { CONFIG, World } from "../support/world.ts";

/** A room with so many messages, said by a classic member who then left. */
function roomWith(count: number): World {
  const world = unhurried();
  const bob = enter(world, { name: "bob" });
  for (let i = 0; i < count; i++) {
    world.say(bob, { message: `${i}` });
    world.settle();
    world.advance(10);
  }
  world.leave(bob);
  world.settle();
  return world;
}

describe("joins and resumption", () => {
  test("[P12] nothing comes before the welcome; then the log up to head in frames of at most 100, then live ones", () => {
    const world = roomWith(250);
    const bob = enter(world, { name: "bob" });
    const ann = world.connect("address");
    world.say(bob, { message: "before ann's join" });
    expect(ann.frames).toEqual([]);
    world.say(ann, { ...HELLO, since: { epoch: "epoch-1", seq: 0 } });
    world.settle();
    world.say(bob, { message: "live" });
    world.settle();
    expect(ann.frames[0]?.welcome).toMatchObject({ head: 251, resumed: true });
    expect(eventsOf(ann)).toEqual(Array.from({ length: 252 }, (_, i) => i + 1));
    for (const { events = [] } of ann.frames) expect(events.length).toBeLessThanOrEqual(100);
  });

  test.each([
    { since: undefined, resumed: false, first: 1_051, gap: undefined },
    { since: { epoch: "another", seq: 5 }, resumed: false, first: 1_051, gap: undefined },
    { since: { epoch: "epoch-1", seq: 1_151 }, resumed: false, first: 1_051, gap: undefined },
    { since: { epoch: "epoch-1", seq: 1_150 }, resumed: true, first: undefined, gap: undefined },
    { since: { epoch: "epoch-1", seq: 150 }, resumed: true, first: 151, gap: undefined },
    { since: { epoch: "epoch-1", seq: 149 }, resumed: true, first: 151, gap: { first: 150, last: 150 } },
  ])("[P3] [P13] since $since: resumed $resumed, from $first, gap $gap", ({ since, resumed, first, gap }) => {
    const ann = enter(roomWith(1_150), { ...HELLO, since });
    expect(ann.frames[0]?.welcome?.resumed).toBe(resumed);
    expect(ann.frames[0]?.welcome?.gap).toEqual(gap);
    expect(eventsOf(ann)[0]).toBe(first);
    if (first !== undefined) expect(eventsOf(ann).at(-1)).toBe(1_150);
  });

  test("[P15] [P3] rows over the bound go, their seqs are a gap, and counters outlive the messages, for a time", () => {
    const world = new World({ ...CONFIG, historyMaxRows: 100, rates: UNHURRIED });
    const ann = enter(world);
    for (let counter = 1; counter <= 120; counter++) {
      world.advance(10);
      world.say(ann, { message: `${counter}`, counter });
      world.settle();
    }
    world.alarm();
    expect([world.log.floor, world.log.head]).toEqual([20, 120]);
    const back = enter(world, { ...HELLO, since: { epoch: "epoch-1", seq: 3 } });
    expect(back.frames[0]?.welcome).toMatchObject({ counter: 120, gap: { first: 4, last: 20 } });
    world.leave(back);
    world.advance(CONFIG.historyMaxAgeMs - 1);
    world.alarm();
    expect(enter(world).frames[0]?.welcome).toMatchObject({ head: 120, counter: 120 });
    world.advance(10_000);
    world.alarm();
    expect(enter(world).frames[0]?.welcome).toMatchObject({ head: 120, counter: 0, epoch: "epoch-1" });
  });

  test("[P15] a tenth too many rows are trimmed within ten seconds, old ones within an hour", () => {
    const { historyMaxRows, historyMaxAgeMs } = CONFIG;
    expect(trimAfter(historyMaxRows * 1.1 + 1, CONFIG)).toBe(10_000);
    expect(trimAfter(historyMaxRows * 1.1, CONFIG)).toBe(historyMaxAgeMs);
    expect(nextTrim(1_000, CONFIG, 1_000)).toBe(1_000 + historyMaxAgeMs);
    expect(nextTrim(1_000, CONFIG, 1_000 + historyMaxAgeMs)).toBe(1_000 + historyMaxAgeMs + 3_600_000);
  });

  test("[P5] 20 pages at once, then one every 250 ms; the refusal names no counter", () => {
    const world = roomWith(3);
    const ann = enter(world);
    for (let i = 0; i < 21; i++) world.say(ann, { history: { before: 3 } });
    expect(ann.frames.filter(({ history }) => history !== undefined)).toHaveLength(20);
    expect(ann.frames.at(-1)).toEqual({ refused: { code: "rate-limited", retryAfter: 250 } });
    world.advance(250);
    world.say(ann, { history: { before: 3, limit: 1 } });
    expect(ann.frames.at(-1)?.history).toMatchObject({ before: 3, events: [{ seq: 2 }], more: true });
    world.advance(250);
    world.say(ann, { history: { before: 3 } });
    expect(ann.frames.at(-1)?.history).toMatchObject({ events: [{ seq: 1 }, { seq: 2 }], more: false });
    world.advance(250);
    world.say(ann, { history: { before: 1 } });
    expect(ann.frames.at(-1)?.history).toEqual({ before: 1, events: [], more: false });
  });
});

describe("presence", () => {
  test("[P9] joins and quits of 100 ms come as one frame, with both lists", () => {
    const world = unhurried();
    const ann = enter(world);
    const before = ann.frames.length;
    const [bob, cleo] = [world.connect("b"), world.connect("c")];
    for (const socket of [bob, cleo]) world.say(socket, { name: socket.identity });
    while (world.takes.length > 0) world.answer();
    world.leave(bob);
    world.advance(99);
    expect(ann.frames).toHaveLength(before);
    world.advance(1);
    expect(ann.frames.slice(before)).toEqual([
      {
        presence: {
          count: 2,
          joined: [{ connection: cleo.connection, author: "", name: "c" }],
          left: [bob.connection],
        },
      },
    ]);
  });
});
