import { expect, test } from "vitest";
import { PresenceQueue } from "../../src/room/presence.ts";
import { fromAttachment, toAttachment } from "../../src/room/session.ts";
import { DELIVERY, of, RoomMachine, sent } from "../support/room-machine.ts";

const memberOf = (name: string): { connection: string; author: string; name: string } => ({
  connection: name,
  author: "",
  name,
});
const [ann, bob, cleo] = [memberOf("ann"), memberOf("bob"), memberOf("cleo")];
const taken = (queue: PresenceQueue, ...members: (typeof ann)[]): unknown =>
  queue.take(members.length, () => members);

test("[D8] changes gather until they are taken", () => {
  const queue = new PresenceQueue(2);
  expect(queue.isEmpty).toBe(true);
  queue.add({ joined: ann }, 1);
  queue.add({ joined: bob }, 2);
  queue.add({ left: "ann" }, 1);
  expect(queue.isEmpty).toBe(false);
  // The quit of ann stays: somebody may have been welcomed between her join and her quit.
  expect(taken(queue, bob)).toEqual({ count: 1, joined: [bob], left: ["ann"] });
  expect(queue.isEmpty).toBe(true);
  queue.add({ left: "bob" }, 0);
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
  { isCountsOnly: false, told: { count: 1, joined: [], left: ["bob"] } },
  { isCountsOnly: true, told: { count: 1, roster: [ann] } },
])(
  "[D9] a room that woke where only counts were told: $isCountsOnly, tells $told",
  ({ isCountsOnly, told }) => {
    const queue = new PresenceQueue(2);
    queue.revived(isCountsOnly);
    queue.add({ left: "bob" }, 1);
    expect(taken(queue, ann)).toEqual(told);
  },
);

test("[D8] delivery members hear of joins and quits 100 ms later, in one frame; classic ones at once", () => {
  const machine = new RoomMachine();
  expect(of("flush-after", machine.join("del", DELIVERY))).toEqual([{ type: "flush-after", ms: 100 }]);
  machine.join("bob");
  expect(sent(machine.join("ann")).at(-1)).toEqual(["bob", { joined: "ann" }]);
  expect(sent(machine.close("ann"))).toEqual([["bob", { quit: "ann" }]]);
  machine.isSlow = true;
  machine.now += 100;
  const joined = ["del", "bob"].map((name) => expect.objectContaining({ name }) as unknown);
  expect(sent(machine.handle({ type: "flush" }))).toEqual([
    ["del", { presence: { count: 2, joined, left: ["ann"] } }],
  ]);
  machine.handle({ type: "drained" });
  expect(machine.flush()).toEqual([]);
});

test("[D9] a room is quiet when neither a flush nor a budget is under way", () => {
  const machine = new RoomMachine();
  machine.accept("ann");
  expect(machine.room.isQuiet).toBe(true);
  machine.say("ann", DELIVERY);
  expect(machine.room.isQuiet).toBe(false);
  machine.isSlow = true;
  machine.grant();
  // Presence waits,
  expect(machine.room.isQuiet).toBe(false);
  machine.flush();
  // and is on its way to the sockets.
  expect(machine.room.isQuiet).toBe(false);
  machine.handle({ type: "drained" });
  expect(machine.room.isQuiet).toBe(true);
  machine.say("ann", { message: "1", counter: 1 });
  machine.handle({ type: "drained" });
  machine.say("ann", { message: "2", counter: 2 });
  // A message waits.
  expect(machine.room.isQuiet).toBe(false);
});

test("[D9] a room that woke among too many members to name says the whole roster when it comes under the bound", () => {
  const before = new RoomMachine({ rosterMax: 1 });
  before.join("del", DELIVERY);
  before.join("ann");
  const machine = new RoomMachine({ rosterMax: 1 }, [...before.room.sessions.values()]);
  machine.close("ann");
  expect(sent(machine.flush())).toMatchObject([["del", { presence: { roster: [{ name: "del" }] } }]]);
});

test.each([1, 2, 3])(
  "[P9] [D9] so does a room that woke by the closes of %d of them, which it found no more among its sockets",
  (closes) => {
    const before = new RoomMachine({ rosterMax: 1 });
    before.join("del", DELIVERY);
    const names = ["ann", "bob", "cleo"].slice(0, closes);
    for (const name of names) before.join(name);
    before.flush();
    // Through the attachments, as a wake would.
    const sleeping = [...before.room.sessions.values()].map((session) =>
      fromAttachment(toAttachment(session)),
    );
    const [del, ...gone] = sleeping.filter((session) => session !== null);
    if (del === undefined) throw new Error("del has joined");
    const machine = new RoomMachine({ rosterMax: 1 }, [del]);
    for (const session of gone) {
      machine.room.revive(session);
      machine.close(session.connection);
    }
    expect(sent(machine.flush())).toMatchObject([["del", { presence: { roster: [{ name: "del" }] } }]]);
    expect(del.hasRoster).toBe(true);
  },
);

test("[P9] [D9] a room whose members know each other says only what changed when a close wakes it", () => {
  const before = new RoomMachine({ rosterMax: 2 });
  before.join("del", DELIVERY);
  before.join("ann");
  before.flush();
  const [del, ann] = [...before.room.sessions.values()];
  if (del === undefined || ann === undefined) throw new Error("two have joined");
  const machine = new RoomMachine({ rosterMax: 2 }, [del]);
  machine.room.revive(ann);
  machine.close("ann");
  expect(sent(machine.flush())).toEqual([["del", { presence: { count: 1, joined: [], left: ["ann"] } }]]);
});
