import { expect, test } from "vitest";
import { ClientMachine, eventsFrame, only, transmitted, WELCOME } from "../support/client-machine.ts";

const ann = { connection: "c", author: "me", name: "ann" };
/** What a room is taken to bear whose welcome does not say it. */
const OLDER = { message: 256, typing: 0 };
const bob = { connection: "d", author: "b", name: "bob" };

test("[P1] a welcome makes the client live, with the roster and what it has to send", () => {
  const machine = new ClientMachine({
    outbox: { items: [{ id: "i", message: "kept", state: "pending" }], epoch: null, counter: 0 },
  });
  expect(machine.join({ roster: [ann] }).slice(1)).toEqual([
    { type: "joined", author: "me", epoch: "e", resumed: false, after: 0, head: 0, limits: OLDER },
    { type: "status", status: "live" },
    { type: "timer", timer: "steady", ms: 10_000 },
    { type: "timer", timer: "ping", ms: 25_000 },
    { type: "roster", members: [ann], count: 1 },
    { type: "transmit", text: JSON.stringify({ message: "kept", counter: 1 }) },
    { type: "timer", timer: "answer", ms: 15_000 },
    {
      type: "outbox",
      underWay: 1,
      items: [{ id: "i", message: "kept", state: "pending" }],
      epoch: "e",
      counter: 0,
    },
  ]);
});

test("[P1] [D5] the welcome's counter confirms what was stored before the connection broke", () => {
  const machine = new ClientMachine();
  machine.join();
  machine.say("one", "two");
  machine.comeBack();
  const effects = machine.receive({ welcome: { ...WELCOME, head: 1, counter: 1 } });
  expect(effects).toContainEqual({ type: "confirmed", ids: ["one"] });
  expect(transmitted(effects)).toEqual([{ message: "two", counter: 2 }]);
});

test("[P3] [P7] another epoch: forget what was shown; nothing of the outbox was stored there", () => {
  const machine = new ClientMachine();
  machine.join();
  machine.receive(eventsFrame(1, 3));
  machine.say("one");
  expect(machine.comeBack()).toMatchObject({ since: { epoch: "e", seq: 3 } });
  const effects = machine.receive({ welcome: { ...WELCOME, epoch: "f", counter: 4 } });
  expect(only(effects, "joined", "reset", "confirmed")).toEqual([
    { type: "joined", author: "me", epoch: "f", resumed: false, after: 0, head: 0, limits: OLDER },
    { type: "reset" },
  ]);
  expect(transmitted(effects)).toEqual([{ message: "one", counter: 5 }]);
});

test("[P3] a room with a history that is new to the client: the first message says where it begins", () => {
  const machine = new ClientMachine();
  expect(machine.join({ head: 300 })).toContainEqual(
    expect.objectContaining({ type: "joined", after: null }),
  );
  expect(only(machine.receive(eventsFrame(201, 300)), "messages", "close")).toMatchObject([
    { type: "messages" },
  ]);
  expect(only(machine.receive(eventsFrame(302, 302)), "messages", "close")).toEqual([{ type: "close" }]);
  expect(machine.fire("reconnect").length).toBeGreaterThan(0);
  expect(transmitted(machine.handle({ type: "opened" }))).toMatchObject([
    { since: { epoch: "e", seq: 300 } },
  ]);
});

test("[P3] who lost the connection before the first message of a history has nothing to resume from", () => {
  const machine = new ClientMachine();
  machine.join({ head: 300 });
  expect(machine.comeBack()).not.toHaveProperty("since");
  const effects = machine.receive({ welcome: { ...WELCOME, head: 300 } });
  expect(only(effects, "reset")).toEqual([]);
});

test("[P3] who joined an empty room and saw nothing resumes from its beginning", () => {
  const machine = new ClientMachine();
  machine.join();
  expect(machine.comeBack()).toMatchObject({ since: { epoch: "e", seq: 0 } });
  const effects = machine.receive({ welcome: { ...WELCOME, head: 1, resumed: true } });
  expect(only(effects, "joined", "reset")).toEqual([
    { type: "joined", author: "me", epoch: "e", resumed: true, after: 0, head: 1, limits: OLDER },
  ]);
});

test("[D11] a room that resumes what nobody asked to resume is taken as it comes", () => {
  const machine = new ClientMachine();
  expect(machine.join({ head: 9, resumed: true })).toContainEqual(
    expect.objectContaining({ type: "joined", resumed: true, after: null }),
  );
});

test("[D8] presence: who came, who went, and who is here now", () => {
  const machine = new ClientMachine();
  machine.join({ roster: [ann] });
  const seen = (presence: object) => only(machine.receive({ presence }), "arrived", "left", "roster");
  expect(seen({ count: 2, joined: [bob], left: [] })).toEqual([
    { type: "arrived", members: [bob] },
    { type: "roster", members: [ann, bob], count: 2 },
  ]);
  expect(seen({ count: 1, joined: [], left: ["d"] })).toEqual([
    { type: "left", members: [bob] },
    { type: "roster", members: [ann], count: 1 },
  ]);
  expect(seen({ count: 101 })).toEqual([{ type: "roster", members: null, count: 101 }]);
});

test("[P5] a page is asked for when the client is in, again after a loss, and not once it has come", () => {
  const machine = new ClientMachine();
  const asked = { history: { before: 50, limit: 100 } };
  expect(machine.handle({ type: "history", before: 50 })).toEqual([]);
  expect(transmitted(machine.join({ head: 60 }))).toEqual([asked]);
  // Whatever wait an earlier refusal asked for is over with it.
  expect(machine.handle({ type: "history", before: 50 })).toEqual([
    { type: "timer", timer: "history", ms: 15_000 },
    { type: "transmit", text: JSON.stringify(asked) },
  ]);
  machine.comeBack();
  expect(transmitted(machine.receive({ welcome: WELCOME }))).toEqual([asked]);
  machine.receive({ history: { before: 7, events: [], more: false } });
  expect(transmitted(machine.fire("history"))).toEqual([asked]);
  expect(machine.receive({ history: { before: 50, events: [], more: true } })).toContainEqual({
    type: "history",
    messages: [],
    more: true,
  });
  expect(machine.fire("history")).toEqual([]);
});

test("[P5] [L2] a page that was refused is asked for again after the wait, and some jitter", () => {
  const machine = new ClientMachine();
  machine.join();
  machine.handle({ type: "history", before: 50 });
  expect(machine.receive({ refused: { code: "rate-limited", retryAfter: 250 } }).slice(1)).toEqual([
    { type: "timer", timer: "history", ms: 375 },
  ]);
});
