// What a test of an app can make a fake room do; that it speaks as a real one does is in fake-room-contract.test.ts.
import { expect, test } from "vitest";
import { FakeRoom } from "../../src/client/extras/fake-room.ts";
import { MessageStream } from "../../src/client/extras/stream.ts";
import { until } from "../support/until.ts";
import { SeenClient } from "../support/seen-client.ts";

const enter = (room: FakeRoom, name = "ann"): SeenClient =>
  new SeenClient({
    url: "ws://fake",
    name,
    key: `the secret key of ${name}`,
    client: "tab",
    WebSocket: room.WebSocket,
  }).start();

const isLive = (client: SeenClient): Promise<void> =>
  until(
    () => client.snapshot().status === "live",
    () => client.snapshot().status,
  );

test("somebody without a client talks, and the test sees who is here and what was said", async () => {
  const room = new FakeRoom({ now: () => 1_000 });
  room.say("before", "bob");
  await using ann = enter(room);
  expect(await ann.send("hello")).toBe(2);
  expect(room.say("after")).toMatchObject({ seq: 3, name: "somebody", author: "", timestamp: 1_002 });
  expect(room.messages.map(({ name, message }) => `${name}: ${message}`)).toEqual([
    "bob: before",
    "ann: hello",
    "somebody: after",
  ]);
  // The same connection as at first: the room and the client count alike.
  expect(await ann.send("again")).toBe(4);
  expect(room.members).toEqual([{ connection: "1", author: ann.snapshot().author, name: "ann" }]);
  expect(ann.snapshot().author).toHaveLength(22);
  await using bob = enter(room, "bob");
  await isLive(bob);
  expect(bob.snapshot().author).not.toBe(ann.snapshot().author);
});

test("a refusal for good rejects the send with its code; one for a while is waited out", async () => {
  const room = new FakeRoom();
  await using ann = enter(room);
  room.refuseNext("bad-frame");
  await expect(ann.send("no")).rejects.toMatchObject({ code: "bad-frame", mayBeStored: false });
  room.refuseNext("rate-limited", 20);
  const sent = ann.send("later");
  await until(
    () => ann.snapshot().outbox[0]?.state === "waiting",
    () => JSON.stringify(ann.snapshot().outbox),
  );
  expect(await sent).toBe(1);
});

test("a room that is down lets nobody in, and a client comes when it is up", async () => {
  const room = new FakeRoom();
  room.isDown = true;
  await using ann = enter(room);
  await until(
    () => ann.snapshot().status === "offline",
    () => ann.snapshot().status,
  );
  const sent = ann.send("hello");
  room.isDown = false;
  expect(await sent).toBe(1);
});

test("[P3] what is forgotten while somebody is away is a gap to them", async () => {
  const room = new FakeRoom();
  room.say("1");
  await using ann = enter(room);
  const stream = new MessageStream(ann);
  await isLive(ann);
  await stream.next();
  room.drop();
  for (const text of ["2", "3", "4"]) room.say(text);
  room.forget(3);
  expect((await stream.next()).value).toEqual({ type: "gap", first: 2, last: 3 });
  expect((await stream.next()).value).toMatchObject({ message: { seq: 4, message: "4" } });
});

test("[P7] an erased room begins again, and clients reset", async () => {
  const room = new FakeRoom();
  await using ann = enter(room);
  await ann.send("old");
  const reset = new Promise<void>((resolve) => {
    ann.on("reset", () => resolve());
  });
  room.erase();
  room.say("fresh");
  await reset;
  expect(await ann.send("new")).toBe(2);
  expect(ann.snapshot().messages.map(({ message }) => message)).toEqual(["fresh", "new"]);
});

test("[P13] who comes first is given the last hundred messages, and pages of what is before", async () => {
  const room = new FakeRoom();
  for (let i = 1; i <= 250; i++) room.say(`${i}`);
  await using ann = enter(room);
  await until(
    () => ann.snapshot().messages.length === 100,
    () => `${ann.snapshot().messages.length} messages`,
  );
  expect(ann.snapshot().messages[0]?.seq).toBe(151);
  const page = new Promise<unknown>((resolve) => {
    ann.on("history", ({ messages, more }) => resolve([messages[0]?.seq, messages.at(-1)?.seq, more]));
  });
  ann.history(151);
  expect(await page).toEqual([51, 150, true]);
});

test("[C3] a classic hello is refused: a fake room speaks the delivery protocol only", async () => {
  const socket = new new FakeRoom().WebSocket("ws://fake");
  const answer = new Promise<unknown>((resolve) => {
    socket.addEventListener("message", (event) => resolve((event as MessageEvent).data));
  });
  socket.addEventListener("open", () => socket.send('{"name":"ann"}'));
  expect(JSON.parse(String(await answer))).toMatchObject({ code: "bad-frame" });
});
