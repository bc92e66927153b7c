import { expect, test } from "vitest";
import { PresenceQueue } from "../../src/room/presence.ts";
import { DELIVERY, of, RoomMachine, sent } from "../support/room-machine.ts";

const memberOf = (name: string): { connection: string; author: string; name: string } => ({
  connection: name,
  author: "",
  name,
});
const [ann, bob, cleo] = [memberOf("ann"), memberOf("bob"), memberOf("cleo")];
const taken = (queue: PresenceQueue, ...members: (typeof ann)[]): unknown =>
  (JSON.parse(queue.take(members)) as { presence: unknown }).presence;

test("[D8] changes gather until they are taken; only the first of them orders a flush", () => {
  const queue = new PresenceQueue(2);
  expect(queue.isEmpty).toBe(true);
  const orders = [
    queue.add({ joined: ann }, 1),
    queue.add({ joined: bob }, 2),
    queue.add({ left: "ann" }, 1),
  ];
  expect(orders).toEqual([true, false, false]);
  expect(queue.isEmpty).toBe(false);
  // The quit of ann stays: somebody may have been welcomed between her join and her quit.
  expect(taken(queue, bob)).toEqual({ count: 1, joined: [bob], left: ["ann"] });
  expect(queue.isEmpty).toBe(true);
  expect(queue.add({ left: "bob" }, 0)).toBe(true);
  expect(taken(queue)).toEqual({ count: 0, joined: [], left: ["bob"] });
});

test("[D8] above the bound there are counts; the first frame under it has the whole roster, the next the changes", () => {
  const queue = new PresenceQueue(2);
  queue.add({ joined: cleo }, 3);
  expect(taken(queue, ann, bob, cleo)).toEqual({ count: 3 });
  queue.add({ left: "cleo" }, 2);
  expect(taken(queue, ann, bob)).toEqual({ count: 2, roster: [ann, bob] });
  queue.add({ left: "bob" }, 1);
  expect(taken(queue, ann)).toEqual({ count: 1, joined: [], left: ["bob"] });
});

test("[D8] above the bound for a moment between two frames: whoever was welcomed then is owed the roster", () => {
  const queue = new PresenceQueue(2);
  queue.add({ joined: cleo }, 3);
  queue.add({ left: "bob" }, 2);
  expect(taken(queue, ann, cleo)).toEqual({ count: 2, roster: [ann, cleo] });
});

test.each([
  { count: 2, told: { count: 1, joined: [], left: ["bob"] } },
  { count: 3, told: { count: 1, roster: [ann] } },
])("[D9] a room that woke with $count members, two of them named at most, tells $told", ({ count, told }) => {
  const queue = new PresenceQueue(2);
  queue.revived(count);
  queue.add({ left: "bob" }, 1);
  expect(taken(queue, ann)).toEqual(told);
});

test("[D8] delivery members hear of joins and quits 100 ms later, in one frame; classic ones at once", () => {
  const machine = new RoomMachine();
  expect(of("flush-after", machine.join("del", DELIVERY))).toEqual([{ type: "flush-after", ms: 100 }]);
  machine.join("ann");
  expect(of("flush-after", machine.close("ann"))).toEqual([]);
  expect(sent(machine.handle({ type: "flush" }))).toEqual([
    ["del", { presence: { count: 1, joined: [expect.objectContaining({ name: "del" })], left: ["ann"] } }],
  ]);
  expect(machine.handle({ type: "flush" })).toEqual([]);
});

test("[D9] a room is quiet when neither a flush nor a charge is under way", () => {
  const machine = new RoomMachine();
  machine.accept("ann");
  expect(machine.room.isQuiet).toBe(true);
  machine.say("ann", { name: "ann" });
  expect(machine.room.isQuiet).toBe(false);
  machine.answer("ann");
  expect(machine.room.isQuiet).toBe(false);
  machine.handle({ type: "flush" });
  expect(machine.room.isQuiet).toBe(true);
});

test("[D9] a room that woke among too many members to name says the whole roster when it comes under the bound", () => {
  const before = new RoomMachine({ rosterMax: 1 });
  before.join("del", DELIVERY);
  before.join("ann");
  const machine = new RoomMachine({ rosterMax: 1 }, [...before.room.sessions.values()]);
  machine.close("ann");
  expect(sent(machine.handle({ type: "flush" }))).toMatchObject([
    ["del", { presence: { roster: [{ name: "del" }] } }],
  ]);
});

test("[D9] so does a room that was woken by the close of one too many", () => {
  const before = new RoomMachine({ rosterMax: 1 });
  before.join("del", DELIVERY);
  before.join("ann");
  const [del, ann] = [...before.room.sessions.values()];
  if (del === undefined || ann === undefined) throw new Error("two have joined");
  const machine = new RoomMachine({ rosterMax: 1 }, [del]);
  machine.room.revive(ann);
  machine.close("ann");
  expect(sent(machine.handle({ type: "flush" }))).toMatchObject([
    ["del", { presence: { roster: [{ name: "del" }] } }],
  ]);
});
