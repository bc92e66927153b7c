// The room's flushes on real sockets and a real disk. What many do at once is put in between two turns of the event loop, so
// that what leaves together is determined.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import type { Room } from "../../../src/room/room.ts";
import { fromAttachment } from "../../../src/room/session.ts";
import type { Frame } from "../../support/frames.ts";
import { connect, freshAddress, freshRoom, roomOf, type TestClient } from "./client.ts";
import { until } from "./held-room.ts";

const hello = (name: string): object => ({
  name,
  protocol: 1,
  key: `a-secret-key-of-${name}`,
  client: "tab",
});

/** Comes in by the delivery protocol, or by the classic one. */
async function enter(
  room: string,
  name: string,
  isClassic = false,
  address = freshAddress(),
): Promise<TestClient> {
  const client = await connect(room, address);
  client.send(isClassic ? { name } : hello(name));
  await client.upTo(isClassic ? "ready" : "welcome");
  return client;
}

/** Waits until everything is told, and a flush would begin at once. */
async function quiet(room: string): Promise<void> {
  const isQuiet = (): Promise<boolean> =>
    runInDurableObject(roomOf(room), (object) => (Reflect.get(object, "room") as Room).isQuiet);
  await until(isQuiet, "The room did not come to rest.");
  await new Promise((resolve) => setTimeout(resolve, 20));
}

/** What a room's own end of a socket knows; null is somebody without a name. */
function socketOf(state: DurableObjectState, name: string | null): WebSocket {
  const found = state.getWebSockets().find((socket) => {
    const session = fromAttachment(socket.deserializeAttachment());
    return session !== null && (session.joined?.name ?? null) === name;
  });
  if (found === undefined) throw new Error(`${name} is not here.`);
  return found;
}

type Saying = readonly [name: string | null, frame: object];

/** All this arrives before the event loop turns. */
const arrive = (room: string, sayings: readonly Saying[]): Promise<void> =>
  runInDurableObject(roomOf(room), (object, state) => {
    const sockets = new Map(sayings.map(([name]) => [name, socketOf(state, name)]));
    for (const [name, frame] of sayings) {
      const socket = sockets.get(name);
      if (socket !== undefined) object.webSocketMessage(socket, JSON.stringify(frame));
    }
  });

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

/** What is numbered from 1, as somebody says it. */
const said = (name: string, counters: readonly number[]): Saying[] =>
  counters.map((counter) => [name, { message: `${name} ${counter}`, counter }]);

const framesOf = ({ frames }: TestClient): Frame[] => frames;
const eventsOf = (client: TestClient): string[] =>
  framesOf(client).flatMap(({ events }) => (events ?? []).map(({ message }) => message));
const classicOf = (client: TestClient): string[] => framesOf(client).flatMap(({ message }) => message ?? []);
const flushesOf = (client: TestClient): number =>
  framesOf(client).filter(({ events }) => events !== undefined).length;

const logOf = (room: string): Promise<unknown[]> =>
  runInDurableObject(roomOf(room), (_room, { storage: { sql } }) =>
    sql
      .exec("SELECT message FROM messages ORDER BY seq")
      .toArray()
      .map(({ message }) => message),
  );

describe("a flush", () => {
  test("[P17] [D6] in a quiet room begins in the turn that the message came in, and is written before a frame leaves", async () => {
    const room = freshRoom();
    await enter(room, "ann");
    await enter(room, "bob", true);
    await quiet(room);
    const seen = await runInDurableObject(roomOf(room), (object, state) => {
      const writtenAt: unknown[] = [];
      for (const name of ["ann", "bob"]) {
        const value = (): void => {
          writtenAt.push(state.storage.sql.exec("SELECT COUNT(*) AS rows FROM messages").one().rows);
        };
        Object.defineProperty(socketOf(state, name), "send", { value });
      }
      object.webSocketMessage(socketOf(state, "ann"), JSON.stringify({ message: "hi", counter: 1 }));
      return writtenAt;
    });
    expect(seen).toEqual([1, 1]);
  });

  test("[P17] [D1] [D4] many messages at once leave in two frames a member; everybody hears them in one order", async () => {
    const room = freshRoom();
    const delivery = await Promise.all(["ann", "bob", "cat"].map((name) => enter(room, name)));
    const classic = await enter(room, "dan", true);
    await quiet(room);
    const before = delivery.map(flushesOf);
    const [ann, bob] = [said("ann", numbers(15)), said("bob", numbers(15))];
    const mixed = ann.flatMap((saying, i) => [saying, bob[i] ?? saying]);
    await arrive(room, mixed);
    await quiet(room);
    const order = mixed.map(([name], i) => `${name} ${Math.floor(i / 2) + 1}`);
    expect(await logOf(room)).toEqual(order);
    for (const client of [...delivery, classic]) await client.fence();
    for (const [i, client] of delivery.entries()) {
      expect(eventsOf(client)).toEqual(order);
      // The first one at once, all others with the next flush.
      expect(flushesOf(client) - (before[i] ?? 0)).toBe(2);
    }
    expect(classicOf(classic)).toEqual(order);
  });

  test("[D3] [P2] a repeat of what waits for a flush is stored once, and answered by its event alone; a later one by `stored`", async () => {
    const room = freshRoom();
    const ann = await enter(room, "ann");
    await quiet(room);
    await arrive(room, said("ann", [1, 2, 2, 2]));
    await quiet(room);
    await ann.fence();
    expect(eventsOf(ann)).toEqual(["ann 1", "ann 2"]);
    expect(framesOf(ann).filter(({ stored, refused }) => stored ?? refused)).toEqual([]);
    await arrive(room, said("ann", [2]));
    expect(await ann.upTo("stored")).toContainEqual({ stored: 2 });
    expect(await logOf(room)).toEqual(["ann 1", "ann 2"]);
  });

  test("[P9] [D8] who comes while messages leave is named in their frame", async () => {
    const room = freshRoom();
    // The budget of their address is here already: a join waits for nothing.
    const address = freshAddress();
    const ann = await enter(room, "ann", false, address);
    const bob = await connect(room, address);
    await quiet(room);
    const before = ann.frames.length;
    await arrive(room, [[null, hello("bob")], ...said("ann", [1])]);
    await bob.upTo("events");
    await ann.fence();
    const fresh = framesOf(ann).slice(before);
    expect(fresh).toMatchObject([
      { first: 1, last: 1, presence: { count: 2, joined: [{ name: "bob" }], left: [] } },
    ]);
    expect(eventsOf(bob)).toEqual(["ann 1"]);
  });

  test.each([
    [
      "statement",
      `CREATE TRIGGER refuse BEFORE INSERT ON messages WHEN NEW.message = 'ann 3'
       BEGIN SELECT RAISE(ABORT, 'disk full'); END`,
    ],
    [
      "commit",
      `CREATE TABLE debts (seq INTEGER REFERENCES debtors (seq) DEFERRABLE INITIALLY DEFERRED);
       CREATE TABLE debtors (seq INTEGER PRIMARY KEY);
       CREATE TRIGGER refuse AFTER INSERT ON messages WHEN NEW.message = 'ann 3'
       BEGIN INSERT INTO debts VALUES (NEW.seq); END`,
    ],
  ])(
    "[D6] [D3] of a flush with a message that the disk refuses at the %s, nothing is stored or seen",
    async (_moment, trigger) => {
      const room = freshRoom();
      const clients = [
        await enter(room, "ann"),
        await enter(room, "bob"),
        await enter(room, "dan", true),
      ] as const;
      await quiet(room);
      await runInDurableObject(roomOf(room), (_room, { storage }) => void storage.sql.exec(trigger));
      await arrive(room, said("ann", numbers(4)));
      for (const client of clients) await client.closed();
      expect(clients.map((client) => [...eventsOf(client), ...classicOf(client)])).toEqual([
        ["ann 1"],
        ["ann 1"],
        ["ann 1"],
      ]);
      expect(await logOf(room)).toEqual(["ann 1"]);
    },
  );
});

/** Many in one room, so many behind each address. */
async function crowd(room: string, size: number): Promise<TestClient[]> {
  const PER_ADDRESS = 40;
  const clients: TestClient[] = [];
  for (let from = 0; from < size; from += PER_ADDRESS) {
    const address = freshAddress();
    const some = numbers(Math.min(PER_ADDRESS, size - from)).map((i) => `p${from + i}`);
    clients.push(...(await Promise.all(some.map((name) => enter(room, name, false, address)))));
  }
  return clients;
}

test("[P17] [D2] [D3] a flush to 300 members goes out in slices; who joins between two of them hears all of it, once", async () => {
  const room = freshRoom();
  const members = await crowd(room, 300);
  const newcomer = await connect(room);
  await quiet(room);
  // What the newcomer's join finds: how many members have been sent the message.
  const sentBefore = await runInDurableObject(roomOf(room), (object, state) => {
    let sent = 0;
    let sentBefore = 0;
    const newest = socketOf(state, null);
    const join = (): void => {
      sentBefore = sent;
      object.webSocketMessage(newest, JSON.stringify(hello("new")));
    };
    for (const socket of state.getWebSockets()) {
      if (socket === newest) continue;
      const send = socket.send.bind(socket);
      const value = (frame: string): void => {
        send(frame);
        if (!frame.includes('"p1 1"')) return;
        // A turn later: between the first slice and the second.
        if (sent === 0) setTimeout(join, 0);
        sent += 1;
      };
      Object.defineProperty(socket, "send", { value });
    }
    object.webSocketMessage(socketOf(state, "p1"), JSON.stringify({ message: "p1 1", counter: 1 }));
    return new Promise<number>((resolve) => {
      const look = (): void => void (sent === 300 ? resolve(sentBefore) : setTimeout(look, 5));
      look();
    });
  });
  expect(sentBefore).toBeGreaterThan(0);
  expect(sentBefore).toBeLessThan(300);
  await quiet(room);
  await arrive(room, said("p1", [2]));
  await quiet(room);
  for (const client of [...members, newcomer]) {
    await client.fence();
    expect(eventsOf(client)).toEqual(["p1 1", "p1 2"]);
  }
});

test("[P9] [D8] two members of 101 close while the room sleeps: the rosters come back whole", async () => {
  const room = freshRoom();
  const [one, two, ...others] = await crowd(room, 101);
  await quiet(room);
  await evictDurableObject(roomOf(room), { webSockets: "hibernate" });
  for (const client of [one, two]) client?.leave(1000);
  for (const client of [one, two]) await client?.closed();
  await quiet(room);
  for (const client of others) {
    await client.fence();
    const { presence } = framesOf(client).findLast((frame) => frame.presence !== undefined) ?? {};
    expect(presence?.count).toBe(99);
    expect(presence?.roster?.map(({ name }) => name).toSorted()).toEqual(
      numbers(101)
        .slice(2)
        .map((i) => `p${i}`)
        .toSorted(),
    );
  }
});

test("[D1] [D11] what is stored is what was told, whatever the text", async () => {
  const room = freshRoom();
  const ann = await enter(room, "ann");
  const texts = [
    "nul \u0000 and \u0000",
    "🚆👩‍👩‍👧 e\u0301 \u202e",
    `'; DROP TABLE messages; -- " \\ \\u0000 \\`,
    "\u2028\u2029\ufeff\uffff\u0001\u001f\u007f",
    "lone \ud800 and \udc00 and \udc00\ud800",
    "1",
    "null",
    '{"a":[1]}',
  ];
  for (const [i, message] of texts.entries()) ann.send({ message, counter: i + 1 });
  while (eventsOf(ann).length < texts.length) await ann.upTo("events");
  const told = framesOf(ann).flatMap(({ events }) => events ?? []);
  await evictDurableObject(roomOf(room), { webSockets: "hibernate" });
  ann.send({ history: { before: 100, limit: 100 } });
  const { history } = ((await ann.upTo("history")) as Frame[]).at(-1) ?? {};
  expect(history?.events).toEqual(told);
  expect(told.map(({ message }) => message)).toEqual(
    texts.map((text) => text.replace(/[\ud800-\udfff]/gu, "\ufffd")),
  );
});
