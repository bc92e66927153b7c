// What ChatClient makes of its connection: promises that settle once, snapshots, listeners, and an end. Two others run with it
// against rooms: test/support/client-contract.ts.
import { expect, test, vi } from "vitest";
import { MemoryStorage } from "../../src/client/extras/storage.ts";
import { eventsFrame } from "../support/client-machine.ts";
import { live, made, newest, receive, useFakeNetwork } from "../support/fake-network.ts";
import { FakeSocket } from "../support/fake-socket.ts";
import { messageAt } from "../support/log-contract.ts";

const OWN = { author: "me", client: "tab" };

useFakeNetwork();

const saidOn = (socket: FakeSocket): string[] =>
  socket.sent.flatMap((text) => (text.includes('"counter"') ? [text] : []));

/** What a promise has come to by now. */
function outcomeOf(promise: Promise<number | null>): { value?: number | null; error?: unknown } {
  const outcome: { value?: number | null; error?: unknown } = {};
  promise.then(
    (value) => Object.assign(outcome, { value }),
    (error: unknown) => Object.assign(outcome, { error }),
  );
  return outcome;
}

const settled = (): Promise<void> => vi.advanceTimersByTimeAsync(0).then(() => {});

test("[P2] [D5] a send is open until the room has stored it, and resolves with the place of its own event", async () => {
  const client = live();
  const outcome = outcomeOf(client.send("hi"));
  await settled();
  expect(outcome).toEqual({});
  receive(eventsFrame(1, 6));
  await settled();
  expect(outcome).toEqual({});
  // The same author in another tab numbers its own messages.
  const own = messageAt(7, { ...OWN, counter: 1 });
  const other = messageAt(8, { ...OWN, client: "other", counter: 1 });
  receive({ first: 7, last: 8, events: [own, other] });
  await settled();
  expect(outcome).toEqual({ value: 7 });
});

test("[P8] [D5] a send whose echo was lost resolves by the replay, with the place that the message has there", async () => {
  const client = live();
  const outcome = outcomeOf(client.send("hi"));
  receive(eventsFrame(1, 1));
  newest().happen("close", { code: 1006 });
  vi.advanceTimersByTime(500);
  newest().welcome({ resumed: true, counter: 1, head: 3 });
  await settled();
  expect(outcome, "stored, and its place is not known yet").toEqual({});
  receive(eventsFrame(2, 2));
  receive(eventsFrame(3, 3, { ...OWN, counter: 1 }));
  await settled();
  expect(outcome).toEqual({ value: 3 });
});

test.each([
  {
    why: "its event is in a gap",
    welcome: { resumed: true, head: 3, gap: { first: 2, last: 3 } },
    replay: [],
  },
  { why: "the replay ends without it", welcome: { resumed: true, head: 3 }, replay: [2, 3] },
])(
  "[P3] [D5] a send that is stored, but whose place the client cannot know, resolves with null: $why",
  async ({ welcome, replay }) => {
    const client = live();
    const outcome = outcomeOf(client.send("hi"));
    receive(eventsFrame(1, 1));
    newest().happen("close", { code: 1006 });
    vi.advanceTimersByTime(500);
    newest().welcome({ ...welcome, counter: 1 });
    for (const seq of replay) receive(eventsFrame(seq, seq));
    await settled();
    expect(outcome).toEqual({ value: null });
  },
);

test("[P7] counters of an erased log say nothing about the next one", async () => {
  const client = live();
  const outcome = outcomeOf(client.send("hi"));
  receive(eventsFrame(1, 1, { ...OWN, client: "other" }));
  newest().happen("close", { code: 4010 });
  vi.advanceTimersByTime(500);
  newest().welcome({ epoch: "f", head: 1, counter: 1 });
  receive(eventsFrame(1, 1, { ...OWN, counter: 1 }));
  await settled();
  expect(outcome).toEqual({});
  expect(saidOn(newest())).toEqual([JSON.stringify({ message: "hi", counter: 2 })]);
  receive(eventsFrame(2, 2, { ...OWN, counter: 2 }));
  await settled();
  expect(outcome).toEqual({ value: 2 });
});

test("[P7] a send that was stored in a log that is gone by its replay resolves with null", async () => {
  const client = live();
  const outcome = outcomeOf(client.send("hi"));
  receive(eventsFrame(1, 1));
  newest().happen("close", { code: 1006 });
  vi.advanceTimersByTime(500);
  newest().welcome({ resumed: true, counter: 1, head: 3 });
  newest().happen("close", { code: 4010 });
  vi.advanceTimersByTime(1_000);
  newest().welcome({ epoch: "f" });
  await settled();
  expect(outcome).toEqual({ value: null });
});

test("[P8] a refusal for now is waited out; one for good rejects with its code, and the message is forgotten", async () => {
  const client = live();
  const outcome = outcomeOf(client.send("hi"));
  receive({ refused: { counter: 1, code: "rate-limited", retryAfter: 1_000 } });
  await settled();
  expect(outcome).toEqual({});
  expect(client.snapshot().outbox).toMatchObject([{ state: "waiting" }]);
  await vi.advanceTimersByTimeAsync(2_000);
  receive({ refused: { counter: 1, code: "message-empty" } });
  await settled();
  expect(outcome.error).toMatchObject({ name: "ChatError", code: "message-empty", mayBeStored: false });
  expect(client.snapshot().outbox).toEqual([]);
});

test("a signal takes back a message that never was on a wire", async () => {
  const client = made().start();
  const hurry = new AbortController();
  const outcome = outcomeOf(client.send("never mind", { signal: hurry.signal }));
  const stays = outcomeOf(client.send("stays"));
  hurry.abort("changed my mind");
  await settled();
  expect(outcome.error).toMatchObject({ code: "aborted", mayBeStored: false, cause: "changed my mind" });
  newest().welcome();
  expect(saidOn(newest())).toEqual([JSON.stringify({ message: "stays", counter: 1 })]);
  receive(eventsFrame(1, 1, { ...OWN, counter: 1 }));
  await settled();
  expect(stays).toEqual({ value: 1 });
});

test("[D3] [D4] a signal cannot take back what is on a wire, nor what was: it ends the waiting, and the order stays", async () => {
  const client = live();
  const hurry = new AbortController();
  const first = outcomeOf(client.send("first", { signal: hurry.signal }));
  const second = outcomeOf(client.send("second"));
  newest().happen("close", { code: 1006 });
  hurry.abort();
  await settled();
  expect(first.error).toMatchObject({ code: "aborted", mayBeStored: true });
  vi.advanceTimersByTime(500);
  newest().welcome();
  expect(saidOn(newest())).toEqual([
    JSON.stringify({ message: "first", counter: 1 }),
    JSON.stringify({ message: "second", counter: 2 }),
  ]);
  receive(eventsFrame(1, 1, { ...OWN, counter: 1 }));
  receive(eventsFrame(2, 2, { ...OWN, counter: 2 }));
  await settled();
  expect(second).toEqual({ value: 2 });
});

test("[D5] a signal that aborts between the welcome that confirms and the replay says that the message may be stored", async () => {
  const client = live();
  const hurry = new AbortController();
  const outcome = outcomeOf(client.send("hi", { signal: hurry.signal }));
  receive(eventsFrame(1, 1));
  newest().happen("close", { code: 1006 });
  vi.advanceTimersByTime(500);
  newest().welcome({ resumed: true, counter: 1, head: 3 });
  hurry.abort();
  await settled();
  expect(outcome.error).toMatchObject({ code: "aborted", mayBeStored: true });
});

test("[D7] a client that is started twice has one socket; what is sent before waits for the start", async () => {
  const client = made();
  const outcome = outcomeOf(client.send("early"));
  client.start().start();
  newest().welcome();
  client.start();
  expect(FakeSocket.opened).toHaveLength(1);
  receive(eventsFrame(1, 1, { ...OWN, counter: 1 }));
  await settled();
  expect(outcome).toEqual({ value: 1 });
});

test("a signal that has aborted before sends nothing; one that aborts after the end changes nothing", async () => {
  const client = live();
  const outcome = outcomeOf(client.send("hi", { signal: AbortSignal.abort() }));
  const late = new AbortController();
  const stored = outcomeOf(client.send("ho", { signal: late.signal }));
  receive(eventsFrame(1, 1, { ...OWN, counter: 1 }));
  const changes = vi.fn();
  client.subscribe(changes);
  late.abort();
  await settled();
  expect(changes).not.toHaveBeenCalled();
  expect(outcome.error).toMatchObject({ code: "aborted", mayBeStored: false });
  expect(stored).toEqual({ value: 1 });
  expect(saidOn(newest())).toHaveLength(1);
});

test("an abort from within a listener is as good as one from outside", async () => {
  const client = made().start();
  const hurry = new AbortController();
  const outcome = outcomeOf(client.send("never mind", { signal: hurry.signal }));
  const off = client.on("status", () => hurry.abort());
  client.hint("offline");
  newest().happen("close", { code: 1006 });
  off();
  await settled();
  expect(outcome.error).toMatchObject({ code: "aborted", mayBeStored: false });
});

test("[D7] a closed client has left: what waits is rejected, what is sent later too, and `closed` is told once", async () => {
  const client = live();
  const closed = vi.fn();
  client.on("closed", closed);
  const waiting = outcomeOf(client.send("hi"));
  client.close();
  client.close();
  const later = outcomeOf(client.start().send("ho"));
  await settled();
  expect(waiting.error).toMatchObject({ code: "closed", mayBeStored: true });
  expect(later.error).toMatchObject({ code: "closed", mayBeStored: false });
  expect(closed).toHaveBeenCalledTimes(1);
  expect(client.snapshot().status).toBe("closed");
  expect(newest().readyState).toBe(3);
  expect(vi.getTimerCount()).toBe(0);
});

test("[D7] `await using` closes, and so does the signal of the options, before the start as after it", async () => {
  {
    await using client = live();
    expect(client.snapshot().status).toBe("live");
  }
  expect(newest().readyState).toBe(3);
  const leave = new AbortController();
  const client = live({ signal: leave.signal });
  leave.abort();
  expect(client.snapshot().status).toBe("closed");
  const opened = FakeSocket.opened.length;
  expect(made({ signal: leave.signal }).start().snapshot().status).toBe("closed");
  expect(FakeSocket.opened).toHaveLength(opened);
});

test("[P4] a client that was thrown out rejects what waits and what comes, until it is started again", async () => {
  const client = live();
  const waiting = outcomeOf(client.send("hi"));
  newest().happen("close", { code: 4001 });
  const later = outcomeOf(client.send("ho"));
  await settled();
  expect(waiting.error).toMatchObject({ code: "superseded", mayBeStored: true });
  expect(later.error).toMatchObject({ code: "superseded", mayBeStored: false });
  client.start();
  newest().welcome({ counter: 1 });
  const again = outcomeOf(client.send("again"));
  receive(eventsFrame(1, 1, { ...OWN, counter: 2 }));
  await settled();
  expect(again).toEqual({ value: 1 });
});

test("a snapshot is the same object between changes, and another one after each", () => {
  const client = live();
  const { snapshot, subscribe } = client;
  const changes = vi.fn();
  const off = subscribe(changes);
  const before = snapshot();
  expect(snapshot()).toBe(before);
  receive({ typing: { connection: "d", author: "you", name: "bob" } });
  expect(snapshot()).toBe(before);
  expect(changes).not.toHaveBeenCalled();
  receive(eventsFrame(1, 2));
  expect(changes).toHaveBeenCalledTimes(1);
  expect(snapshot()).not.toBe(before);
  expect(snapshot().messages.map(({ seq }) => seq)).toEqual([1, 2]);
  expect(before.messages).toEqual([]);
  off();
  receive(eventsFrame(3, 3));
  expect(changes).toHaveBeenCalledTimes(1);
});

/** The seqs of a snapshot after five messages. */
const keeping = (keep: number): number[] => {
  const client = live({ keep });
  receive(eventsFrame(1, 3));
  receive(eventsFrame(4, 5));
  return client.snapshot().messages.map(({ seq }) => seq);
};

test("[D12] a snapshot keeps the newest messages, as many as it is told to", () => {
  expect(keeping(2)).toEqual([4, 5]);
  expect(keeping(0)).toEqual([]);
  live();
  const client = live();
  receive(eventsFrame(1, 250));
  expect(client.snapshot().messages).toHaveLength(200);
});

test("[P16] a log that is gone leaves the snapshot, and what it says of the connection is what was told last", () => {
  const client = live();
  receive(eventsFrame(1, 2));
  newest().happen("close", { code: 4010 });
  expect(client.snapshot()).toMatchObject({ status: "offline", author: "me", count: 1 });
  expect(client.snapshot().retryMs).toBeTypeOf("number");
  vi.advanceTimersByTime(500);
  newest().welcome({ epoch: "f" });
  expect(client.snapshot()).toMatchObject({ status: "live", messages: [] });
  expect(client.snapshot().retryMs).toBeUndefined();
});

test("a listener hears its kind of event until it leaves; one that throws takes nothing from the others", () => {
  const reported = vi.fn();
  vi.stubGlobal("reportError", reported);
  const client = made();
  const heard: string[] = [];
  const oops = new Error("oops");
  client.on("status", () => {
    throw oops;
  });
  const off = client.on("status", ({ status }) => heard.push(status));
  client.start();
  newest().welcome();
  off();
  newest().happen("close", { code: 1006 });
  expect(heard).toEqual(["connecting", "live"]);
  expect(reported.mock.calls).toEqual([[oops], [oops], [oops]]);
});

test("[P8] a storage has every change of the outbox; one that throws is reported, and stops nothing", async () => {
  const reported = vi.fn();
  vi.stubGlobal("reportError", reported);
  const storage = new MemoryStorage();
  const client = live({ storage });
  const hi = outcomeOf(client.send("hi"));
  expect(storage.load()).toMatchObject({
    items: [{ message: "hi", state: "pending" }],
    epoch: "e",
    counter: 0,
  });
  receive(eventsFrame(1, 1, { ...OWN, counter: 1 }));
  expect(storage.load()).toEqual({ items: [], epoch: "e", counter: 1 });
  const full = new Error("full");
  vi.spyOn(storage, "save").mockImplementation(() => {
    throw full;
  });
  const ho = outcomeOf(client.send("ho"));
  receive(eventsFrame(2, 2, { ...OWN, counter: 2 }));
  await settled();
  expect([hi, ho]).toEqual([{ value: 1 }, { value: 2 }]);
  expect(reported).toHaveBeenCalledWith(full);
  const gone = new Error("not allowed");
  vi.spyOn(storage, "load").mockImplementation(() => {
    throw gone;
  });
  expect(live({ storage }).snapshot().status).toBe("live");
  expect(reported).toHaveBeenCalledWith(gone);
});
