import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../../../scripts/lib/command.ts";
import { type LocalServer, startServer } from "../../../scripts/lib/server.ts";
import { ChatClient } from "../../../src/client/chat-client.ts";
import type { ChatMessage } from "../../../src/protocol/messages.ts";
import { RawClient } from "../../support/raw-client.ts";

const STATE = ".state/process-tests";
const serve = (port: number): Promise<LocalServer> =>
  startServer({ port, state: STATE, vars: { RATE_BURST: "1000" } });

let server: LocalServer;

beforeAll(async () => {
  await rm(join(ROOT, STATE), { recursive: true, force: true });
  server = await serve(0);
});

afterAll(async () => {
  await server?.stop();
});

test("[C3] [C5] the classic protocol over a real socket, frame by frame", async () => {
  const transcript: string[] = [];
  const bob = await RawClient.connect(server.url, "transcript", "10.9.0.1");
  bob.send({ name: "bob" });
  await bob.until(({ ready }) => ready === true, "ready");
  bob.send({ message: "hello" });
  await bob.until(({ message }) => message === "hello", "echo");
  const ann = await RawClient.connect(server.url, "transcript", "10.9.0.2");
  ann.send({ name: "ann" });
  await ann.until(({ ready }) => ready === true, "ready");
  ann.send({ message: "hi" });
  await ann.until(({ message }) => message === "hi", "echo");
  expect(await ann.close()).toBe(1000);
  await bob.until(({ quit }) => quit === "ann", "quit");
  for (const frame of bob.frames) transcript.push(`bob < ${JSON.stringify(frame)}`);
  for (const frame of ann.frames) transcript.push(`ann < ${JSON.stringify(frame)}`);
  expect(transcript.map((line) => line.replace(/\d{13}/, "T"))).toEqual([
    'bob < {"joined":"bob"}',
    'bob < {"ready":true}',
    'bob < {"name":"bob","message":"hello","timestamp":T}',
    'bob < {"joined":"ann"}',
    'bob < {"name":"ann","message":"hi","timestamp":T}',
    'bob < {"quit":"ann"}',
    'ann < {"joined":"bob"}',
    'ann < {"name":"bob","message":"hello","timestamp":T}',
    'ann < {"joined":"ann"}',
    'ann < {"ready":true}',
    'ann < {"name":"ann","message":"hi","timestamp":T}',
  ]);
});

/** A headless client that keeps what it is shown. */
class Headless {
  readonly shown: ChatMessage[] = [];
  unconfirmed = 0;
  /** How often the connection was lost. */
  losses = 0;
  readonly client: ChatClient;

  constructor(name: string, room: string) {
    this.client = new ChatClient({
      url: `${server.url.replace("http", "ws")}/api/room/${room}/websocket`,
      name,
      key: `the secret key of ${name}`,
      client: "test",
      onEvent: (event) => {
        if (event.type === "messages") this.shown.push(...event.messages);
        if (event.type === "status" && event.status === "offline") this.losses += 1;
        if (event.type === "outbox") this.unconfirmed = event.items.length;
      },
    });
  }

  async until(done: () => boolean, what: string): Promise<void> {
    const deadline = Date.now() + 40_000;
    while (!done()) {
      if (Date.now() > deadline) throw new Error(`Not ${what} within 40 s; shown: ${this.shown.length}`);
      await new Promise((resolve) => {
        setTimeout(resolve, 10);
      });
    }
  }
}

test.each(["stop", "kill"] as const)(
  "[D2] [D3] [D4] [D5] two clients talk through a restart by %s: nothing is lost, doubled or reordered",
  async (how) => {
    const people = [new Headless("ann", how), new Headless("bob", how)];
    const each = 60;
    for (const { client } of people) client.start();
    for (let i = 1; i <= each; i++) {
      for (const { client } of people) client.send(`${i}`);
      if (i % 20 !== 10) continue;
      // In mid-traffic: some are stored, some on their way, some not yet sent.
      const shown = people[0]?.shown.length ?? 0;
      await people[0]?.until(() => (people[0]?.shown.length ?? 0) > shown, "shown anything more");
      const port = Number(new URL(server.url).port);
      await server[how]();
      server = await serve(port);
    }
    for (const person of people) {
      await person.until(() => person.shown.length >= 2 * each && person.unconfirmed === 0, "all shown");
      expect(person.shown.map(({ seq }) => seq)).toEqual(person.shown.map((_, i) => i + 1));
      for (const name of ["ann", "bob"]) {
        const said = person.shown.filter((message) => message.name === name).map(({ message }) => message);
        expect(said).toEqual(Array.from({ length: each }, (_, i) => `${i + 1}`));
      }
      expect(person.losses).toBeGreaterThanOrEqual(3);
      person.client.stop();
    }
    expect(people[0]?.shown).toEqual(people[1]?.shown);
  },
  120_000,
);

test("[D13] every close is answered within a second, also before the join", async () => {
  for (let i = 0; i < 5; i++) {
    const client = await RawClient.connect(server.url, "closing", "10.9.0.3");
    if (i % 2 === 0) {
      client.send({ name: "ann" });
      await client.until(({ ready }) => ready === true, "ready");
    }
    expect(await client.close()).toBe(1000);
  }
});

test("[D9] a room falls asleep by itself, and nobody notices", async () => {
  const ann = await RawClient.connect(server.url, "asleep", "10.9.0.4");
  const bob = await RawClient.connect(server.url, "asleep", "10.9.0.5");
  ann.send({ name: "ann" });
  await ann.until(({ ready }) => ready === true, "ready");
  bob.send({ name: "bob" });
  await bob.until(({ ready }) => ready === true, "ready");
  // The platform hibernates an object after ten idle seconds.
  await new Promise((resolve) => {
    setTimeout(resolve, 12_000);
  });
  ann.send({ message: "awake?" });
  await bob.until(({ message }) => message === "awake?", "message after the sleep");
  expect(await bob.close()).toBe(1000);
  await ann.until(({ quit }) => quit === "bob", "quit");
});
