// What an app may rely on of ChatClient: one suite over the fake room of its users' tests, and over a real one.
import { expect, test } from "vitest";
import { ChatError, type ChatMessage, type SocketClass } from "../../src/client/chat-client.ts";
import { MemoryStorage } from "../../src/client/extras/storage.ts";
import { MessageStream } from "../../src/client/extras/stream.ts";
import { SeenClient, type SeenClientOptions } from "./seen-client.ts";

/** A server of rooms; each name is a room that nobody was in. */
export interface Place {
  readonly url: (room: string) => string;
  readonly WebSocket: SocketClass;
  /** All connections are lost at once, as when a network goes. */
  readonly drop: () => void;
}

const texts = (messages: readonly ChatMessage[]): string[] => messages.map(({ message }) => message);

/** Longer than a client takes to come back. */
const WAIT_MS = 20_000;

/** Resolves when this holds of the client's snapshot. */
function when(client: SeenClient, holds: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const { status, count, messages, outbox } = client.snapshot();
      const state = JSON.stringify({ status, count, messages: texts(messages), outbox });
      reject(new Error(`After ${WAIT_MS} ms ${String(holds)} does not hold; the client has ${state}`));
    }, WAIT_MS);
    const look = (): void => {
      if (!holds()) return;
      clearTimeout(timer);
      off();
      resolve();
    };
    const off = client.subscribe(look);
    look();
  });
}

const isLive = (client: SeenClient): Promise<void> => when(client, () => client.snapshot().status === "live");

/** A client of this person in a room of the place, started; `more` stands above what everybody has. */
const enter = (place: Place, room: string, name: string, more: Partial<SeenClientOptions> = {}) =>
  new SeenClient({
    url: place.url(room),
    name,
    key: `the secret key of ${name}`,
    client: "tab",
    WebSocket: place.WebSocket,
    ...more,
  }).start();

export function clientContract(what: string, open: () => Promise<Place>): void {
  test(`[P2] [D5] ${what}: a send resolves with its seq, and everybody has the messages in that order`, async () => {
    const place = await open();
    await using ann = enter(place, "order", "ann");
    await using bob = enter(place, "order", "bob");
    const seqs = await Promise.all([ann.send("1"), ann.send("2")]);
    expect(seqs).toEqual([1, 2]);
    expect(await bob.send("3")).toBe(3);
    await when(ann, () => ann.snapshot().messages.length === 3);
    expect(texts(ann.snapshot().messages)).toEqual(["1", "2", "3"]);
    expect(texts(bob.snapshot().messages)).toEqual(["1", "2", "3"]);
    expect(ann.snapshot().outbox).toEqual([]);
  });

  test(`[C6] [P18] ${what}: what the room takes for no message rejects with its code, and what is behind it is stored`, async () => {
    const place = await open();
    await using ann = enter(place, "refused", "ann");
    const [long, empty, fine] = await Promise.allSettled([
      ann.send("x".repeat(2_001)),
      ann.send(" \u200b "),
      ann.send("fine"),
    ]);
    expect(long).toMatchObject({ reason: { code: "message-too-long", mayBeStored: false } });
    expect(empty).toMatchObject({ reason: { code: "message-empty" } });
    expect(empty.status === "rejected" && empty.reason).toBeInstanceOf(ChatError);
    expect(fine).toMatchObject({ value: 1 });
    expect(ann.snapshot().outbox).toEqual([]);
  });

  test(`[D2] [D3] ${what}: after a loss nothing is missing and nothing is there twice, and what was said meanwhile goes out`, async () => {
    const place = await open();
    await using ann = enter(place, "loss", "ann");
    await using bob = enter(place, "loss", "bob");
    await Promise.all([isLive(ann), bob.send("before")]);
    place.drop();
    await when(ann, () => ann.snapshot().status !== "live");
    const seqs = await Promise.all([ann.send("a"), ann.send("b"), bob.send("c")]);
    expect(seqs.toSorted((a, b) => Number(a) - Number(b))).toEqual([2, 3, 4]);
    await when(ann, () => ann.snapshot().messages.length === 4);
    expect(ann.snapshot().messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(texts(ann.snapshot().messages).toSorted()).toEqual(["a", "b", "before", "c"]);
  });

  test(`[P4] ${what}: a second client of the same tag takes over; the first one is told, and sends nothing more`, async () => {
    const place = await open();
    await using first = enter(place, "twice", "ann");
    await isLive(first);
    await using second = enter(place, "twice", "ann");
    await when(first, () => first.snapshot().status === "superseded");
    await expect(first.send("from the first")).rejects.toMatchObject({ code: "superseded" });
    expect(await second.send("from the second")).toBe(1);
  });

  test(`[P1] ${what}: a hello that is refused for good ends it with the room's code`, async () => {
    const place = await open();
    await using ann = enter(place, "name", "n".repeat(33));
    await expect(ann.send("hi")).rejects.toMatchObject({ code: "name-too-long", mayBeStored: true });
    expect(ann.snapshot()).toMatchObject({ status: "refused", reason: "Name too long." });
  });

  test(`[P8] [D3] ${what}: what waits when a client is closed is kept by its storage, and said once by the next one`, async () => {
    const place = await open();
    const storage = new MemoryStorage();
    const away = enter(place, "reload", "ann", { storage });
    await isLive(away);
    place.drop();
    await when(away, () => away.snapshot().status !== "live");
    const lost = away.send("kept");
    away.close();
    await expect(lost).rejects.toMatchObject({ code: "closed", mayBeStored: true });
    await using back = enter(place, "reload", "ann", { storage });
    expect(await back.send("behind it")).toBe(2);
    expect(texts(back.snapshot().messages)).toEqual(["kept", "behind it"]);
  });

  test(`[P5] [P9] [P19] ${what}: people, typing and pages of history are told`, async () => {
    const place = await open();
    await using ann = enter(place, "people", "ann");
    await ann.send("1");
    await ann.send("2");
    await using bob = enter(place, "people", "bob");
    await when(ann, () => ann.snapshot().count === 2);
    expect(
      ann
        .snapshot()
        .members?.map(({ name }) => name)
        .toSorted(),
    ).toEqual(["ann", "bob"]);
    const typing = new Promise((resolve) => {
      ann.on("typing", ({ member }) => resolve(member.name));
    });
    await when(bob, () => bob.snapshot().count === 2);
    bob.typed();
    expect(await typing).toBe("bob");
    const page = new Promise<unknown>((resolve) => {
      bob.on("history", ({ messages, more }) => resolve([texts(messages), more]));
    });
    bob.history(2);
    expect(await page).toEqual([["1"], false]);
    bob.close();
    await when(ann, () => ann.snapshot().count === 1);
  });

  test(`[D2] ${what}: a stream has every message in order, over a loss, and ends with its client`, async () => {
    const place = await open();
    await using bob = enter(place, "stream", "bob");
    const ann = enter(place, "stream", "ann");
    await isLive(ann);
    const heard: string[] = [];
    const reading = (async () => {
      for await (const item of new MessageStream(ann))
        heard.push(item.type === "message" ? item.message.message : item.type);
    })();
    await bob.send("1");
    place.drop();
    await bob.send("2");
    await when(ann, () => ann.snapshot().messages.length === 2);
    ann.close();
    await reading;
    expect(heard).toEqual(["1", "2"]);
  });
}
