// The async iterator over messages: bounded, and honest about what a slow reader missed.
import { expect, test, vi } from "vitest";
import { MessageStream, type StreamItem, type StreamOptions } from "../../src/client/extras/stream.ts";
import { eventsFrame, WELCOME } from "../support/client-machine.ts";
import { receive, useFakeNetwork } from "../support/fake-network.ts";
import { FakeSocket } from "../support/fake-socket.ts";
import { SeenClient } from "../support/seen-client.ts";

useFakeNetwork();

/** A client that is let in, and its stream. */
function live(options: StreamOptions = {}): { client: SeenClient; stream: MessageStream } {
  const named = { url: "wss://chat.example", name: "ann", key: "k".repeat(16), client: "tab" };
  const client = new SeenClient(named).start();
  const stream = new MessageStream(client, options);
  FakeSocket.newest.welcome();
  return { client, stream };
}

/** An item in short: the seq of a message, or what it is. */
const short = (item: StreamItem): unknown => {
  if (item.type === "message") return item.message.seq;
  if (item.type === "gap") return `gap ${item.first} to ${item.last}`;
  return item.type === "lagged" ? `lagged ${item.dropped}` : item.type;
};

/** All that can be read at once; "done" where the stream is over. */
async function read(stream: MessageStream): Promise<unknown[]> {
  const items: unknown[] = [];
  for (;;) {
    const next = await Promise.race([
      stream.next(),
      new Promise<null>((resolve) => {
        queueMicrotask(() => queueMicrotask(() => resolve(null)));
      }),
    ]);
    if (next === null) return items;
    if (next.done === true) return [...items, "done"];
    items.push(short(next.value));
  }
}

test("[D2] messages are told in order, whether they or the reader came first", async () => {
  const { stream } = live();
  receive(eventsFrame(1, 2));
  expect(await Promise.all([stream.next(), stream.next()])).toMatchObject([
    { value: { message: { seq: 1 } } },
    { value: { message: { seq: 2 } } },
  ]);
  const [third, fourth] = [stream.next(), stream.next()];
  receive(eventsFrame(3, 4));
  expect(await third).toMatchObject({ done: false, value: { message: { seq: 3 } } });
  expect(await fourth).toMatchObject({ done: false, value: { message: { seq: 4 } } });
});

test("[D12] a reader that is too slow loses the oldest, and is told how many before it is told the rest", async () => {
  const { stream } = live({ limit: 3 });
  receive(eventsFrame(1, 3));
  receive(eventsFrame(4, 5));
  expect(await read(stream)).toEqual(["lagged 2", 3, 4, 5]);
});

test("[D12] what was told is not counted again; each lag is told by itself", async () => {
  const { stream } = live({ limit: 2 });
  receive(eventsFrame(1, 3));
  expect(short((await stream.next()).value as StreamItem)).toBe("lagged 1");
  receive(eventsFrame(4, 4));
  expect(short((await stream.next()).value as StreamItem)).toBe("lagged 1");
  expect(short((await stream.next()).value as StreamItem)).toBe(3);
  expect(short((await stream.next()).value as StreamItem)).toBe(4);
});

test("[D12] a limit under one is one, and without one there are a thousand", async () => {
  const none = live({ limit: 0 });
  receive(eventsFrame(1, 2));
  expect(await read(none.stream)).toEqual(["lagged 1", 2]);
  const { stream } = live();
  receive(eventsFrame(1, 1_001));
  expect((await read(stream)).slice(0, 2)).toEqual(["lagged 1", 2]);
});

test("[P3] [P16] a gap and a reset stand where they belong", async () => {
  const { stream } = live();
  receive(eventsFrame(1, 1));
  FakeSocket.newest.happen("close", { code: 1006 });
  vi.advanceTimersByTime(500);
  FakeSocket.newest.welcome({ resumed: true, head: 9, gap: { first: 2, last: 8 } });
  receive(eventsFrame(9, 9));
  FakeSocket.newest.happen("close", { code: 4010 });
  vi.advanceTimersByTime(1_000);
  FakeSocket.newest.welcome({ ...WELCOME, epoch: "f" });
  receive(eventsFrame(1, 1));
  expect(await read(stream)).toEqual([1, "gap 2 to 8", 9, "reset", 1]);
});

test("[D7] a closed client ends it: what had come is told, then it is over, and stays so", async () => {
  const { client, stream } = live();
  receive(eventsFrame(1, 1));
  client.close();
  expect(await read(stream)).toEqual([1, "done"]);
  expect(await stream.next()).toEqual({ done: true, value: undefined });
  expect(await read(new MessageStream(client))).toEqual(["done"]);
});

test("[P4] a client that is thrown out ends it with the reason, once", async () => {
  const { stream } = live();
  const waiting = stream.next();
  FakeSocket.newest.happen("close", { code: 4001 });
  await expect(waiting).rejects.toMatchObject({ name: "ChatError", code: "superseded" });
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

test("[P1] a hello that is refused ends it with the room's code", async () => {
  const { client } = live();
  FakeSocket.newest.happen("close", { code: 1006 });
  vi.advanceTimersByTime(500);
  const waiting = new MessageStream(client).next();
  FakeSocket.newest.happen("open");
  receive({ error: "Name too long.", code: "name-too-long" });
  await expect(waiting).rejects.toMatchObject({ code: "name-too-long" });
});

test("a loop that is left, a signal, and `await using` end it and forget what waits; the client lives on", async () => {
  const signal = new AbortController();
  const { client, stream } = live({ signal: signal.signal });
  const left = new MessageStream(client);
  receive(eventsFrame(1, 2));
  for await (const item of left) if (short(item) === 1) break;
  signal.abort();
  const used = new MessageStream(client);
  await used[Symbol.asyncDispose]();
  receive(eventsFrame(3, 3));
  for (const one of [left, stream, used]) expect(await read(one)).toEqual(["done"]);
  expect(client.snapshot().status).toBe("live");
  expect(await read(new MessageStream(client, { signal: AbortSignal.abort() }))).toEqual(["done"]);
});
