// What ChatClient says before its start and at its end, and what it lets go of. chat-client.test.ts has what is between.
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { ChatClient, ChatError, type SavedOutbox } from "../../src/client/chat-client.ts";
import { MemoryStorage } from "../../src/client/extras/storage.ts";
import { eventsFrame } from "../support/client-machine.ts";
import { live, made, newest, receive, useFakeNetwork } from "../support/fake-network.ts";
import { FakeSocket } from "../support/fake-socket.ts";

const OWN = { author: "me", client: "tab", counter: 1 };
const reported = vi.fn();

useFakeNetwork();
beforeEach(() => {
  reported.mockReset();
  vi.stubGlobal("reportError", reported);
});

/** A storage in which an earlier run left this. */
function left(items: SavedOutbox["items"]): MemoryStorage {
  const storage = new MemoryStorage();
  storage.save({ items, epoch: "e", counter: 0 });
  return storage;
}

test("before the start a snapshot is of somebody who connects to an empty room", () => {
  expect(made().snapshot()).toEqual({
    status: "connecting",
    author: "",
    messages: [],
    members: [],
    count: 0,
    outbox: [],
  });
});

test("[D7] the end is told with its code; what waited is rejected in a sentence that has it too", async () => {
  const client = live();
  const closed = vi.fn<(error: ChatError) => void>();
  client.on("closed", closed);
  const waiting = client.send("hi").catch((error: unknown) => error);
  client.close();
  const [[told] = []] = closed.mock.calls;
  expect(told).toBeInstanceOf(ChatError);
  expect(told).toMatchObject({ code: "closed", mayBeStored: false, message: "Not stored: closed." });
  expect(await waiting).toMatchObject({ message: "Perhaps stored: closed." });
});

test("a signal that has aborted before says why", async () => {
  const signal = AbortSignal.abort("changed my mind");
  await expect(live().send("hi", { signal })).rejects.toMatchObject({ cause: "changed my mind" });
});

test("[P10] [P11] a hint of the device reaches the connection: a ping while it is live, an attempt while it is not", () => {
  const client = live();
  client.hint("visible");
  expect(newest().sent.at(-1)).toBe("ping");
  newest().happen("close", { code: 1006 });
  client.hint("offline");
  expect(FakeSocket.opened).toHaveLength(1);
  client.hint("online");
  expect(FakeSocket.opened).toHaveLength(2);
});

test("[D12] a client that was closed leaves nothing at the signal of its options", () => {
  const { signal } = new AbortController();
  const off = vi.spyOn(signal, "removeEventListener");
  const client = made({ signal });
  client.close();
  expect(off.mock.calls).toEqual([["abort", client.close]]);
});

test("[D12] a message that is settled leaves nothing at its signal, and nothing in the client", async () => {
  const { signal } = new AbortController();
  const on = vi.spyOn(signal, "addEventListener");
  const off = vi.spyOn(signal, "removeEventListener");
  const client = live();
  const sent = client.send("hi", { signal });
  receive(eventsFrame(1, 1, OWN));
  expect(await sent).toBe(1);
  expect(off.mock.calls).toEqual(on.mock.calls);
  const looked = vi.spyOn(signal, "aborted", "get");
  client.close();
  expect(off, "whoever is closed has nobody waiting").toHaveBeenCalledTimes(1);
  expect(looked, "nor looks at what was settled").not.toHaveBeenCalled();
});

test("[P8] a storage is written where the outbox changes, and at nothing else", () => {
  const storage = new MemoryStorage();
  live({ storage });
  const save = vi.spyOn(storage, "save");
  receive({ presence: { count: 2, joined: [{ connection: "d", author: "you", name: "bob" }] } });
  receive({ typing: { connection: "d", author: "you", name: "bob" } });
  receive(eventsFrame(1, 2));
  expect(save).not.toHaveBeenCalled();
});

test("[P8] what an earlier run left is confirmed although nobody waits for it", () => {
  const client = made({ storage: left([{ id: "old", message: "hi", state: "pending" }]) }).start();
  const confirmed = vi.fn();
  client.on("confirmed", confirmed);
  newest().welcome();
  receive(eventsFrame(1, 1, OWN));
  expect(confirmed).toHaveBeenCalledExactlyOnceWith({ type: "confirmed", ids: ["old"] });
  expect(client.snapshot().outbox).toEqual([]);
  expect(reported).not.toHaveBeenCalled();
});

test("[P8] what an earlier run left and failed is forgotten although nobody waits for it", () => {
  const client = live({ storage: left([{ id: "old", message: "x".repeat(300), state: "pending" }]) });
  expect(client.snapshot().outbox).toEqual([]);
  expect(reported).not.toHaveBeenCalled();
});

test("where there is no WebSocket, the start says so at once, and nothing is tried for ever", () => {
  vi.stubGlobal("WebSocket", undefined);
  onTestFinished(() => void vi.unstubAllGlobals());
  const client = new ChatClient({ url: "ws://room/", name: "ann", key: "k".repeat(16), client: "tab" });
  expect(() => client.start()).toThrow("No WebSocket");
});
