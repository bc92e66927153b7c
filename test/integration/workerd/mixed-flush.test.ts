// What leaves in one flush may come from both protocols, and from somebody who is gone.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { Database } from "../../../src/room/database.ts";
import { SqlLog } from "../../../src/room/sql-log.ts";
import { messageAt } from "../../support/log-contract.ts";
import { connect, freshAddress, freshRoom, roomOf } from "./client.ts";

test("[D3] [D9] a counter is stored also where classic messages are written with its message", async () => {
  const stub = env.ROOMS.get(env.ROOMS.idFromName(freshRoom()));
  await runInDurableObject(stub, (_room, { storage }) => {
    const messages = [
      { ...messageAt(1), author: "", client: "", counter: 0 },
      { ...messageAt(2), author: "a", client: "c", counter: 7 },
    ];
    new SqlLog(new Database(storage.sql), "epoch-1").append(messages, JSON.stringify(messages));
    expect(new SqlLog(new Database(storage.sql), "another").counterOf("a", "c")).toBe(7);
  });
});

test("[P17] [D2] a flush that nobody is left to hear is stored, and holds up nobody who comes", async () => {
  const room = freshRoom();
  const gone = await connect(room, freshAddress());
  gone.send({ name: "gone" });
  await gone.upTo("ready");
  // Both in one turn: nobody is there any more when the flush begins.
  await runInDurableObject(roomOf(room), (object, state) => {
    const [socket] = state.getWebSockets();
    if (socket === undefined) throw new Error("Nobody is here.");
    object.webSocketMessage(socket, JSON.stringify({ message: "first" }));
    object.webSocketMessage(socket, JSON.stringify({ message: "last words" }));
    object.webSocketClose(socket);
  });
  const next = await connect(room, freshAddress());
  next.send({ name: "next" });
  await next.upTo("ready");
  next.send({ message: "hello" });
  const heard: unknown[] = [];
  while (heard.at(-1) !== "hello") heard.push((await next.upTo("message")).at(-1)?.message);
  const stored = await runInDurableObject(roomOf(room), (_object, { storage }) =>
    storage.sql.exec("SELECT message FROM messages ORDER BY seq").toArray(),
  );
  expect(stored.map(({ message }) => message)).toEqual(["first", "last words", "hello"]);
});
