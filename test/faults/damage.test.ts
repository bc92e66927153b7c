// Files that something else has written into: a room serves what it can read, and no other room is touched.
import { copyFile, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { ROOT } from "../../tools/command.ts";
import type { Workerd } from "../../tools/workerd.ts";
import { Crowd } from "../support/crowd.ts";
import { serve } from "../support/fault-server.ts";
import { RawClient } from "../support/raw-client.ts";
import { readLog } from "../support/read-log.ts";

const PAGE_BYTES = 4_096;

/** Where the only room of a server that is stopped has its database. */
async function databaseOf(state: string): Promise<string> {
  const folder = join(ROOT, ".state", "faults", state, "objects", "edge-chat-ChatRoom");
  const [file, ...others] = (await readdir(folder)).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  expect(others).toEqual([]);
  return join(folder, String(file));
}

/** Somebody joins, speaks and hears it. */
async function visit(server: Workerd, room: string): Promise<void> {
  const visitor = await RawClient.connect(server.url, room, "10.1.2.3");
  visitor.send({ name: "visitor" });
  await visitor.until(({ ready }) => ready === true, "ready");
  visitor.send({ message: "I am here" });
  await visitor.until(({ message }) => message === "I am here", "echo");
  await visitor.close();
}

test("[D2] a row of which nothing makes sense is one message without sense: all others are there, and the room goes on", async () => {
  const server = await serve("row");
  const crowd = await Crowd.gather(server.url, "row", { people: 2, classics: 0 });
  crowd.say(3);
  await crowd.untilQuiet();
  crowd.leave();
  const before = await readLog(server.url, "row");
  await server.stop();
  const database = new DatabaseSync(await databaseOf("row"));
  // The last one, too: the room's clock and order go on from it.
  database.exec(
    `UPDATE messages SET message = x'00ff', timestamp = 'noon', counter = 'many' WHERE seq IN (3, ${before.messages.length});
     UPDATE senders SET counter = 'many'; UPDATE budgets SET message_debt = 'much', at = 'noon', state = 'lost'`,
  );
  database.close();
  await server.start();
  await visit(server, "row");
  const { epoch, messages } = await readLog(server.url, "row");
  expect(epoch).toBe(before.epoch);
  expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, i) => i + 1));
  const whole = before.messages.filter(({ seq }) => seq !== 3 && seq !== before.messages.length);
  expect(messages).toEqual(expect.arrayContaining(whole));
  expect(messages.at(-1)?.message).toBe("I am here");
});

test("[D2] [D6] a database that is overwritten: its room answers 500 and invents nothing, other rooms go on, and with the file put back all is there", async () => {
  const server = await serve("pages");
  const crowd = await Crowd.gather(server.url, "pages", { people: 2, classics: 0 });
  crowd.say(50, "x".repeat(200));
  await crowd.untilQuiet();
  crowd.leave();
  const before = await readLog(server.url, "pages");
  await server.stop();
  const file = await databaseOf("pages");
  await copyFile(file, `${file}.whole`);
  const handle = await open(file, "r+");
  const { size } = await handle.stat();
  expect(size).toBeGreaterThan(4 * PAGE_BYTES);
  // The first page says that this is a database.
  await handle.write(Buffer.alloc(size - PAGE_BYTES, 0xff), 0, size - PAGE_BYTES, PAGE_BYTES);
  await handle.close();
  await server.start();
  for (let i = 0; i < 3; i++) {
    await expect(RawClient.connect(server.url, "pages", "10.1.2.3")).rejects.toThrow("500");
    await visit(server, "another");
  }
  await server.stop();
  await copyFile(`${file}.whole`, file);
  await server.start();
  expect((await readLog(server.url, "pages")).messages).toEqual(before.messages);
});
