import { expect, test } from "vitest";
import { CONFIG, type Socket, World } from "../support/world.ts";

/** Two classic members and one delivery member, settled. */
function threeMembers(): { world: World; ann: Socket; bob: Socket; cleo: Socket } {
  const world = new World();
  const [ann, bob, cleo] = [world.connect("a"), world.connect("b"), world.connect("c")];
  world.say(ann, { name: "ann" });
  world.say(bob, { name: "bob" });
  world.say(cleo, { name: "cleo", protocol: 1, key: "k".repeat(16), client: "tab" });
  world.settle();
  return { world, ann, bob, cleo };
}

test("[D10] a reader that falls behind is closed with 4008, the others talk on, and it can resume", () => {
  const { world, ann, bob, cleo } = threeMembers();
  const epoch = cleo.frames[0]?.welcome?.epoch;
  world.say(ann, { message: "one" });
  world.tooSlow(cleo);
  world.say(ann, { message: "two" });
  world.settle();
  expect(cleo.closed).toBe(4008);
  expect(bob.frames.flatMap(({ message }) => message ?? [])).toEqual(["one", "two"]);
  expect(bob.frames).toContainEqual({ quit: "cleo" });
  const back = world.connect("c");
  const since = { epoch, seq: 1 };
  world.say(back, { name: "cleo", protocol: 1, key: "k".repeat(16), client: "tab", since });
  world.settle();
  expect(back.frames.flatMap(({ events }) => events ?? []).map(({ message }) => message)).toEqual(["two"]);
});

test("[L3] [L4] whoever is in never waits for the limiter: a visit is one take and one give-back, whatever is said", () => {
  const { world, ann, bob } = threeMembers();
  for (let i = 0; i < 20; i++) {
    world.advance(5_000);
    world.say(ann, { message: `${i}` });
    expect(bob.frames.at(-1)).toMatchObject({ message: `${i}` });
  }
  for (let i = 0; i < 20; i++) world.say(ann, { message: "over the budget" });
  expect(world.counts).toMatchObject({ takes: 3, gaveBack: 0 });
  world.leave(ann);
  expect(world.counts).toMatchObject({ takes: 3, gaveBack: 1 });
});

test("[D9] [D3] a member that was silent until the log forgot its counter goes on counting, also after a sleep", () => {
  const { world, cleo } = threeMembers();
  world.say(cleo, { message: "once", counter: 1 });
  world.settle();
  world.advance(2 * CONFIG.historyMaxAgeMs);
  world.alarm();
  expect(world.log.counterOf(`author-of-${"k".repeat(16)}`, "tab")).toBe(0);
  expect(world.hibernate()).toBe(true);
  world.say(cleo, { message: "twice", counter: 2 });
  world.settle();
  expect(cleo.frames.at(-1)?.events).toMatchObject([{ message: "twice", counter: 2 }]);
});

test("[P7] an erased room closes everybody, and tells nobody of the others", () => {
  const { world, ann, bob } = threeMembers();
  const heard = bob.frames.length;
  world.erase("epoch-2");
  expect([ann.closed, bob.closed]).toEqual([4010, 4010]);
  expect(bob.frames.slice(heard)).toEqual([]);
});

test("[D8] above the roster's bound there are counts, and the whole roster when the room comes back under it", () => {
  const { world, cleo } = threeMembers();
  const more = [world.connect("d"), world.connect("e")];
  for (const socket of more) world.say(socket, { name: "more" });
  world.settle();
  expect(cleo.frames.at(-1)).toEqual({ presence: { count: 5 } });
  for (const socket of more) world.leave(socket);
  world.settle();
  expect(cleo.frames.at(-1)?.presence?.roster?.map(({ name }) => name)).toEqual(["ann", "bob", "cleo"]);
});

test("[D12] who is silent for too long is closed, who pings is not", () => {
  const { world, cleo } = threeMembers();
  world.advance(300_000);
  world.alarm();
  expect(cleo.closed).toBeNull();
  world.alarm(new Map());
  expect(cleo.closed).toBe(4009);
});

test("[D8] who is welcomed between somebody's join and quit hears of the quit, though nobody else had heard of the join", () => {
  const world = new World();
  const [ann, cleo] = [world.connect("a"), world.connect("c")];
  for (const [socket, hello] of [
    [ann, { name: "ann" }],
    [cleo, { name: "cleo", protocol: 1, key: "k".repeat(16), client: "tab" }],
  ] as const) {
    world.say(socket, hello);
    world.answer();
  }
  expect(cleo.frames[0]?.welcome?.roster?.map(({ name }) => name)).toEqual(["ann", "cleo"]);
  world.leave(ann);
  world.settle();
  expect(cleo.frames.at(-1)?.presence).toMatchObject({ count: 1, left: [ann.connection] });
});

test("[D12] a full room turns the next away with a sentence and a code, and lets it in when somebody has left", () => {
  const world = new World();
  const sockets = Array.from({ length: 50 }, (_, i) => world.connect(`address-${i}`));
  const late = world.connect("late");
  expect(late.frames).toMatchObject([{ code: "room-full" }]);
  expect(late.closed).toBe(4003);
  world.leave(sockets[0] ?? late);
  expect(world.connect("late").closed).toBeNull();
});

test("[D8] who is welcomed above the roster's bound gets the roster when the room comes back under it before anybody was told", () => {
  const { world, cleo } = threeMembers();
  const [dan, eve] = [world.connect("d"), world.connect("e")];
  world.say(dan, { name: "dan" });
  world.settle();
  world.say(eve, { name: "eve", protocol: 1, key: "e".repeat(16), client: "tab" });
  world.answer();
  expect(eve.frames[0]?.welcome).toMatchObject({ members: 5 });
  expect(eve.frames[0]?.welcome?.roster).toBeUndefined();
  world.leave(dan);
  world.settle();
  for (const { frames } of [cleo, eve]) {
    expect(frames.at(-1)?.presence?.roster?.map(({ name }) => name)).toEqual(["ann", "bob", "cleo", "eve"]);
  }
});

test("[P4] [L4] an older connection that joins after a newer one makes way, and what it said next costs nothing", () => {
  const world = new World();
  const [older, newer] = [world.connect("a"), world.connect("b")];
  const hello = { name: "cleo", protocol: 1, key: "k".repeat(16), client: "tab" };
  world.say(older, hello);
  world.say(older, { message: "too late", counter: 1 });
  world.say(newer, hello);
  world.takes.reverse();
  world.settle();
  expect([older.closed, newer.closed]).toEqual([4001, null]);
  expect(world.ledger.read("a")?.debts).toEqual({ message: 0, join: 5_000 });
  expect(world.log.head).toBe(0);
});

test("[L3] thirty behind one address join at once, as after a redeploy: one call, and nobody is refused", () => {
  const join = { periodMs: 5_000, burst: 30 };
  const world = new World({ ...CONFIG, maxSocketsPerIdentity: 30, rates: { ...CONFIG.rates, join } });
  const sockets = Array.from({ length: 30 }, () => world.connect("office"));
  for (const socket of sockets) world.say(socket, { name: socket.connection });
  world.settle();
  for (const { frames } of sockets) expect(frames).toContainEqual({ ready: true });
  expect(world.counts.takes).toBe(1);
  // Nor did that cost anything of what they may say.
  for (const socket of sockets.slice(0, 5)) world.say(socket, { message: "hi" });
  expect(world.log.head).toBe(5);
});
