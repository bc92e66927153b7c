// When a room speaks, and in which order it writes and tells: one flush at a time.
import { expect, test } from "vitest";
import type { RoomEffect } from "../../src/room/effects.ts";
import { MAX_FLUSH_MESSAGES, MAX_PENDING, windowMs } from "../../src/room/fan-out.ts";
import { DELIVERY, of, RoomMachine, sent } from "../support/room-machine.ts";

const WINDOW = windowMs(0);
const BURST = { periodMs: 5_000, burst: 2 * MAX_PENDING };
const RATES = { message: BURST, join: BURST };

/** A room in which somebody has just spoken: the flush is under way, and the test says when it is drained. */
function busy(...names: readonly string[]): RoomMachine {
  const machine = new RoomMachine({ rates: RATES });
  machine.join("ann");
  machine.join("del", DELIVERY);
  for (const name of names) machine.join(name);
  machine.flush();
  machine.now += WINDOW;
  machine.isSlow = true;
  machine.say("ann", { message: "m1" });
  return machine;
}

/** The flush under way is out, and the window of the next one is over. */
function next(machine: RoomMachine): readonly RoomEffect[] {
  machine.handle({ type: "drained" });
  machine.now += WINDOW;
  return machine.handle({ type: "flush" });
}

const texts = (effects: readonly RoomEffect[], connection: string): string[] =>
  sent(effects).flatMap(([to, frame]) => {
    const { message, events } = frame as { message?: string; events?: { message: string }[] };
    if (!to.split(" ").includes(connection)) return [];
    return events?.map((event) => event.message) ?? message ?? [];
  });

test("[P17] where the clock jumped over the time of a timer, a new one is ordered: it was to ring for something later", () => {
  const machine = new RoomMachine();
  machine.join("ann");
  machine.join("del", DELIVERY);
  // Presence waits for a timer that is far off in a large room. The clock jumps over it before it rings.
  machine.now += 1_000_000;
  machine.isSlow = true;
  machine.say("ann", { message: "m1" });
  machine.say("ann", { message: "m2" });
  expect(machine.handle({ type: "drained" })).toEqual([{ type: "flush-after", ms: WINDOW }]);
});

test("[P17] one flush at a time: what comes meanwhile leaves together, when the last one is drained and a window is over", () => {
  const machine = busy();
  for (const message of ["m2", "m3"]) expect(machine.say("ann", { message })).toEqual([]);
  expect(machine.handle({ type: "flush" })).toEqual([]);
  machine.now += 1_000;
  expect(machine.handle({ type: "drained" })).toEqual([{ type: "flush-after", ms: WINDOW }]);
  machine.now += WINDOW;
  const effects = machine.handle({ type: "flush" });
  expect(of("append", effects).map(({ messages }) => messages.length)).toEqual([2]);
  expect(texts(effects, "ann")).toEqual(["m2", "m3"]);
  expect(texts(effects, "del")).toEqual(["m2", "m3"]);
});

test("[D6] [L6] a flush writes what it costs and says before it tells it", () => {
  const machine = busy();
  machine.say("ann", { message: "m2" });
  expect(next(machine).map(({ type }) => type)).toEqual([
    "budgets",
    "alarm-by",
    "append",
    "alarm-by",
    "fan-out",
  ]);
});

test("[P12] [D2] [D3] who joins while a flush is under way and messages wait gets each once, in order", () => {
  const machine = busy();
  machine.say("ann", { message: "m2" });
  const phone = { ...DELIVERY, name: "phone", client: "phone" };
  const welcome = machine.join("phone", phone);
  const classic = machine.join("bob");
  // What is written and told, and no more: the rest comes with the next flush.
  expect(sent(welcome)).toMatchObject([
    ["phone", { welcome: { head: 1 } }],
    ["phone", { first: 1, last: 1 }],
  ]);
  expect(texts(classic, "bob")).toEqual(["m1"]);
  expect(sent(classic).at(-1)).toEqual(["bob", { ready: true }]);
  // By now the log has what the others were not told.
  expect(sent(machine.join("tablet", { ...phone, client: "tablet" }))).toMatchObject([
    ["tablet", { welcome: { head: 1 } }],
    ["tablet", { first: 1, last: 1 }],
  ]);
  machine.say("ann", { message: "m3" });
  const effects = next(machine);
  for (const name of ["ann", "bob", "del", "phone", "tablet"])
    expect(texts(effects, name)).toEqual(["m2", "m3"]);
  expect(of("append", effects).flatMap(({ messages }) => messages.map(({ seq }) => seq))).toEqual([3]);
});

test("[C7] [C3] classic members hear joins and quits between the messages, newcomers only what is new", () => {
  const machine = busy("bob");
  machine.say("ann", { message: "m2" });
  machine.join("cleo");
  machine.close("bob");
  machine.say("ann", { message: "m3" });
  const frames = sent(next(machine)).filter(([to]) => to !== "del");
  const of = (name: string): unknown[] => frames.filter(([to]) => to === name).map(([, frame]) => frame);
  expect(of("ann")).toMatchObject([
    { message: "m2" },
    { joined: "cleo" },
    { quit: "bob" },
    { message: "m3" },
  ]);
  expect(of("cleo")).toMatchObject([{ message: "m2" }, { quit: "bob" }, { message: "m3" }]);
});

test("[D5] [P1] the welcome's counter includes what is admitted and waits: that is written first, once", () => {
  const machine = busy();
  for (const counter of [1, 2]) machine.say("del", { message: `d${counter}`, counter });
  const effects = machine.join("again", { ...DELIVERY, since: { epoch: "e", seq: 1 } });
  expect(sent(effects)).toMatchObject([["again", { welcome: { head: 1, counter: 2, resumed: true } }]]);
  const types = effects.map(({ type }) => type);
  expect(types.indexOf("budgets")).toBeLessThan(types.indexOf("append"));
  expect(types.indexOf("append")).toBeLessThan(types.indexOf("send"));
  expect(sent(machine.say("again", { message: "d2", counter: 2 }))).toEqual([]);
  machine.say("again", { message: "d3", counter: 3 });
  const told = next(machine);
  expect(of("append", told).flatMap(({ messages }) => messages.map(({ counter }) => counter))).toEqual([3]);
  expect(texts(told, "again")).toEqual(["d1", "d2", "d3"]);
  expect(machine.log.after(1, 9).map(({ message }) => message)).toEqual(["d1", "d2", "d3"]);
});

test("[P9] [P17] presence rides with messages, in their frame; alone it waits until it is gathered", () => {
  const machine = busy();
  machine.join("bob");
  machine.say("ann", { message: "m2" });
  expect(sent(next(machine)).filter(([to]) => to === "del")).toMatchObject([
    ["del", { first: 2, last: 2, presence: { count: 3, joined: [{ name: "bob" }], left: [] } }],
  ]);
  machine.close("bob");
  // The quit is told to classic members now, to the others it is not due.
  expect(sent(next(machine))).toEqual([["ann", { quit: "bob" }]]);
  machine.handle({ type: "drained" });
  machine.now += 100;
  expect(sent(machine.handle({ type: "flush" }))).toEqual([
    ["del", { presence: { count: 2, joined: [], left: ["bob"] } }],
  ]);
});

test("[P9] presence that is due leaves with notices, too", () => {
  const machine = busy();
  machine.join("bob");
  next(machine);
  machine.handle({ type: "drained" });
  machine.now += 100;
  expect(sent(machine.close("bob"))).toMatchObject([
    ["ann", { quit: "bob" }],
    ["del", { presence: { count: 2, joined: [], left: ["bob"] } }],
  ]);
});

test("[C18] [P17] [D12] over MAX_PENDING messages that wait are refused as busy, cost nothing, and flushes are bounded", () => {
  const machine = busy();
  for (let i = 1; i <= MAX_PENDING; i++) machine.say("ann", { message: `${i}` });
  expect(sent(machine.say("del", { message: "over", counter: 1 }))).toEqual([
    ["del", { refused: { counter: 1, code: "busy" } }],
  ]);
  machine.say("ann", { message: "over" });
  const first = next(machine);
  const [row] = of("budgets", first).flatMap(({ rows }) => rows);
  expect(row?.debts.message).toBe((MAX_PENDING + 1) * BURST.periodMs);
  expect(of("append", first)[0]?.messages).toHaveLength(MAX_FLUSH_MESSAGES);
  expect(machine.say("del", { message: "now", counter: 1 })).toEqual([]);
  const heard = [...texts(first, "ann")];
  for (let i = 0; i < 10; i++) {
    const effects = next(machine);
    heard.push(...texts(effects, "ann"));
    // The refusal stands behind what was said before it.
    const isLast = i === 8;
    expect(sent(effects).some(([, frame]) => (frame as { code?: string }).code === "busy")).toBe(isLast);
  }
  expect(heard).toHaveLength(MAX_PENDING + 1);
  expect(heard.at(-1)).toBe("now");
});

test("[P7] [D12] erasing drops what waits: it is neither written nor told, and the new log begins at 1", () => {
  const machine = busy();
  machine.say("ann", { message: "m2" });
  machine.handle({ type: "erase", epoch: "f" });
  machine.log.erase("f");
  expect(next(machine)).toEqual([]);
  expect(sent(machine.join("del", DELIVERY))).toMatchObject([["del", { welcome: { head: 0, counter: 0 } }]]);
  expect(of("append", machine.say("del", { message: "new", counter: 1 }))[0]?.messages).toMatchObject([
    { seq: 1 },
  ]);
});

test("[P5] a page of history ends at what was told", () => {
  const machine = busy();
  machine.say("ann", { message: "m2" });
  machine.join("other", { ...DELIVERY, client: "other" });
  const [page] = sent(machine.say("del", { history: { before: 100 } }));
  expect(page?.[1]).toMatchObject({ history: { events: [{ message: "m1" }] } });
});

test("[C18] [C6] every answer to a classic member stands behind what it said before, also of a frame that is none", () => {
  const machine = busy();
  machine.say("ann", { message: "m2" });
  expect(machine.say("ann", { message: "x".repeat(257) })).toEqual([]);
  expect(machine.say("ann", { nothing: true })).toEqual([]);
  const heard = sent(next(machine)).flatMap(([to, frame]) => (to.split(" ").includes("ann") ? [frame] : []));
  expect(heard).toMatchObject([{ message: "m2" }, { code: "message-too-long" }, { code: "bad-frame" }]);
});
