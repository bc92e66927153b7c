// A crowd comes in, on real sockets: each is let in once and in its order, joins share commits, and others have their turn meanwhile.
// What comes at once is put in between two turns of the event loop.
import { runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import type { ChatRoom } from "../../../src/room/chat-room.ts";
import { GROUP, type Entrance, MAX_AT_ENTRANCE } from "../../../src/room/entrance.ts";
import type { Room } from "../../../src/room/room.ts";
import { fromAttachment, type Session } from "../../../src/room/session.ts";
import { connect, freshAddress, freshRoom, roomOf, type TestClient } from "./client.ts";
import { until } from "./held-room.ts";

const CROWD = 4 * GROUP;

const hello = (i: number): object => ({
  name: `n${i}`,
  protocol: 1,
  key: `a-secret-key-of-n${i}`,
  client: "tab",
});

/** Connections of one address that say nothing yet. */
async function atTheEntrance(room: string, count: number, address: string): Promise<TestClient[]> {
  const clients: TestClient[] = [];
  for (let i = 0; i < count; i++) clients.push(await connect(room, address));
  return clients;
}

/** Somebody who is in the room already, so that the budget of the address is there. */
async function insider(room: string, address: string): Promise<TestClient> {
  const client = await connect(room, address);
  client.send(hello(99));
  await client.upTo("welcome");
  // The turn in which it came is over: who comes first now is heard at once.
  await until(
    () => inRoom(room, (object) => Reflect.get(object, "isLettingIn") === false),
    "The turn is not over.",
  );
  return client;
}

/** Which of some texts somebody was told, each as often as it was. */
const told = ({ frames }: TestClient): string[] =>
  frames
    .flatMap(({ events }) => (events as { message: string }[] | undefined) ?? [])
    .map(({ message }) => message);

const say = (message: string): string => JSON.stringify({ message, counter: 1 });

const sessionOf = (socket: WebSocket): Session | null => fromAttachment(socket.deserializeAttachment());

/** The room's ends of the sockets that have not joined, oldest first. */
const strangers = (state: DurableObjectState): WebSocket[] =>
  state
    .getWebSockets()
    .flatMap((socket) => {
      const session = sessionOf(socket);
      return session?.joined === null ? [{ socket, order: session.order }] : [];
    })
    .toSorted((a, b) => a.order - b.order)
    .map(({ socket }) => socket);

const inRoom = <T>(room: string, act: (object: ChatRoom, state: DurableObjectState) => T): Promise<T> =>
  runInDurableObject(roomOf(room), act);

const roomIn = (object: ChatRoom): Room => Reflect.get(object, "room") as Room;

test("[C18] a crowd that comes at once is let in a few a turn, in its order, and what each says behind its name is heard behind it", async () => {
  const [room, address] = [freshRoom(), freshAddress()];
  const witness = await insider(room, address);
  const clients = await atTheEntrance(room, CROWD, address);
  const members = await inRoom(room, (object, state) => {
    for (const [i, socket] of strangers(state).entries()) {
      object.webSocketMessage(socket, JSON.stringify(hello(i)));
      object.webSocketMessage(socket, say(`from ${i}`));
    }
    return roomIn(object).members;
  });
  // The first one is heard at once.
  expect(members).toBe(2);
  for (const client of clients) await client.upTo("welcome");
  await until(async () => told(witness).length === CROWD, "Not all was told.");
  expect(told(witness)).toEqual(Array.from({ length: CROWD }, (_, i) => `from ${i}`));
});

test("[C18] somebody who is in by now, of whom something waits, is heard behind that", async () => {
  const [room, address] = [freshRoom(), freshAddress()];
  const witness = await insider(room, address);
  await atTheEntrance(room, 1 + GROUP, address);
  const isWaiting = await inRoom(room, async (object, state) => {
    const sockets = strangers(state);
    for (const [i, socket] of sockets.entries()) object.webSocketMessage(socket, JSON.stringify(hello(i)));
    const last = sockets.at(-1);
    if (last === undefined) throw new Error("Nobody is at the entrance.");
    object.webSocketMessage(last, say("first"));
    while (sessionOf(last)?.joined === null) await new Promise((resolve) => setTimeout(resolve, 0));
    const waits = (Reflect.get(object, "entrance") as Entrance).has(sessionOf(last)?.connection ?? "");
    object.webSocketMessage(last, JSON.stringify({ message: "second", counter: 2 }));
    return waits;
  });
  expect(isWaiting).toBe(true);
  await until(async () => told(witness).length === 2, "Not all was told.");
  expect(told(witness)).toEqual(["first", "second"]);
});

test("[C18] [D2] a connection that is gone before its turn has said what it said", async () => {
  const [room, address] = [freshRoom(), freshAddress()];
  const witness = await insider(room, address);
  await atTheEntrance(room, CROWD, address);
  const sessions = await inRoom(room, (object, state) => {
    const sockets = strangers(state);
    for (const [i, socket] of sockets.entries()) object.webSocketMessage(socket, JSON.stringify(hello(i)));
    for (const [i, socket] of sockets.entries()) {
      object.webSocketMessage(socket, say(`last words of ${i}`));
      object.webSocketClose(socket);
    }
    return roomIn(object).sessions.size;
  });
  expect(sessions).toBe(1);
  await until(async () => told(witness).length === CROWD, "Not all was told.");
  expect(told(witness)).toEqual(Array.from({ length: CROWD }, (_, i) => `last words of ${i}`));
});

test("[D11] what is more than may wait is heard in the turn in which it comes: the room's memory is bounded", async () => {
  const [room, address] = [freshRoom(), freshAddress()];
  await atTheEntrance(room, 1, address);
  await inRoom(room, (object, state) => {
    const [socket] = strangers(state);
    if (socket === undefined) throw new Error("Nobody is at the entrance.");
    const over = 10 * GROUP;
    // The first one is heard at once, as a name; the others are none.
    for (let i = 0; i < 1 + MAX_AT_ENTRANCE.frames + over; i++) object.webSocketMessage(socket, "{}");
    expect(roomIn(object).refusals).toBe(over);
  });
});
