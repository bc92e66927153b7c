import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../../../tools/command.ts";
import { type LocalServer, startServer } from "../../../tools/server.ts";
import { Crowd } from "../../support/crowd.ts";
import { serve as serveAlone } from "../../support/fault-server.ts";
import { RawClient } from "../../support/raw-client.ts";
import { until } from "../../support/until.ts";

const STATE = ".state/process-tests";

let server: LocalServer;

beforeAll(async () => {
  await rm(join(ROOT, STATE), { recursive: true, force: true });
  server = await startServer({ port: 0, state: STATE, vars: { RATE_BURST: "1000" } });
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

test.each(["stop", "kill"] as const)(
  "[D2] [D3] [D4] [D5] two clients talk through restarts by %s: nothing is lost, doubled or reordered",
  async (how) => {
    const workerd = await serveAlone(`restart-by-${how}`);
    const crowd = await Crowd.gather(workerd.url, how, { people: 2, classics: 0 });
    let unconfirmed = 0;
    for (let restart = 1; restart <= 3; restart++) {
      const { head } = crowd;
      crowd.say(60);
      // In mid-traffic: some are stored, some on their way, some not yet sent.
      await until(
        () => crowd.head > head,
        () => "anything shown",
      );
      unconfirmed += crowd.count("unconfirmed");
      await workerd[how]();
      await workerd.start();
      await until(
        () => crowd.people.every(({ losses }) => losses === restart),
        () => "the loss noticed by both",
      );
      await crowd.untilHere();
    }
    const { sent, acknowledged } = await crowd.judge();
    expect({ sent, acknowledged }).toEqual({ sent: 360, acknowledged: 360 });
    expect(unconfirmed, "under way at a restart").toBeGreaterThan(0);
  },
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
