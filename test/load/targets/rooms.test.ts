// What the load targets have in common with Edge Chat: two people in a room hear each other, in both protocols where there are two.
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Target } from "../../../load/targets/servers.ts";
import { startTarget } from "../../../load/targets/start.ts";
import type { Tally } from "../../../load/lib/tally.ts";
import { start } from "../../support/host-run.ts";
import { until } from "../../support/until.ts";

let target: Target | null = null;
afterEach(async () => {
  await target?.stop();
  target = null;
  for (const name of ["relay", "demo"]) expect(existsSync(`.state/${name}-${process.pid}`)).toBe(false);
});

async function member(
  url: string,
  hello: object,
): Promise<{ readonly socket: WebSocket; readonly frames: string[] }> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/room/test/websocket`);
  const frames: string[] = [];
  socket.on("message", (data: Buffer) => frames.push(data.toString()));
  await once(socket, "open", { signal: AbortSignal.timeout(10_000) });
  socket.send(JSON.stringify(hello));
  await until(
    () => frames.some((frame) => /"ready"|"welcome"/.test(frame)),
    () => `no welcome: ${frames.join()}`,
  );
  return { socket, frames };
}

test.each(["null", "node-ws", "relay", "demo"] as const)(
  "classic members of %s hear of each other, and each other, in order",
  async (name) => {
    target = await startTarget(name, { port: 0 });
    const ann = await member(target.url, { name: "ann" });
    const bob = await member(target.url, { name: "bob" });
    for (const message of ["one", "two", "three"]) ann.socket.send(JSON.stringify({ message }));
    await until(
      () => ann.frames.some((frame) => frame.includes("bob")),
      () => ann.frames.join(),
    );
    // Senders wait until they have heard of everybody.
    for (const { frames } of [ann, bob]) {
      const joined = frames.filter((frame) => frame.includes('"joined"'));
      expect(joined.toSorted()).toEqual(['{"joined":"ann"}', '{"joined":"bob"}']);
    }
    for (const { frames } of [ann, bob]) {
      await until(
        () => frames.some((frame) => frame.includes("three")),
        () => frames.join(),
      );
      const said = frames
        .filter((frame) => frame.includes('"message"'))
        .map((frame) => JSON.parse(frame) as Record<string, unknown>);
      expect(said.map(({ name: who, message }) => [who, message])).toEqual([
        ["ann", "one"],
        ["ann", "two"],
        ["ann", "three"],
      ]);
    }
    bob.socket.close(1000);
    await once(bob.socket, "close", { signal: AbortSignal.timeout(2_000) });
  },
);

test("a climb fills a room, is quiet, and doubles its rate from step to step", async () => {
  target = await startTarget("null", { port: 0, windowMs: 10 });
  const folder = await mkdtemp(join(tmpdir(), "edge-chat-climb-"));
  const out = join(folder, "tally.json");
  const given = {
    CHAT_TARGET: target.url,
    CHAT_OUT: out,
    CHAT_MEMBERS: "10",
    CHAT_RATE: "20",
    CHAT_STEP_S: "1",
    CHAT_DURATION_S: "5",
    CHAT_P99_MS: "5000",
  };
  const args = Object.entries(given).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
  const { code, stdout } = await start(["load/host/main.ts", "run", "-q", ...args, "load/climb.ts"]);
  const { counts, joining, seconds, windowStart } = JSON.parse(await readFile(out, "utf8")) as Tally;
  await rm(folder, { recursive: true });
  expect(stdout).toContain("10 joined, 0 failed");
  expect(code).toBe(0);
  expect(joining.from).toBeLessThan(joining.until);
  expect(joining.until).toBeLessThan(windowStart);
  // A second at 50 messages/s that warms up, two quiet ones at 2, then 20 and 40, each for three quarters of a second; a busy
  // machine may need two tries.
  const sent = seconds.map((step) => step.sent).filter((count) => count > 0);
  expect(sent.slice(0, 4)).toEqual([38, 2, 2, 15]);
  expect([15, 30]).toContain(sent[4]);
  expect(seconds.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(counts.sent * 10);
  expect(seconds.slice(0, 3).every(({ p50Ms, p99Ms }) => p50Ms > 0 && p99Ms >= p50Ms)).toBe(true);
  expect([counts.lost, counts.duplicate, counts.handlerErrors]).toEqual([0, 0, 0]);
});

test("delivery members of the null room get batches with first and last seq, and lose what they are to lose", async () => {
  target = await startTarget("null", {
    port: 0,
    windowMs: 20,
    faults: { lose: 3, double: 0, reorder: 0, corrupt: 0 },
  });
  const hello = { name: "ann", protocol: 1, key: "0123456789abcdef", client: "tab" };
  const { socket, frames } = await member(target.url, hello);
  for (let counter = 1; counter <= 4; counter++)
    socket.send(JSON.stringify({ message: `m${counter}`, counter }));
  await until(
    () => frames.some((frame) => frame.includes('"m4"')),
    () => frames.join(),
  );
  const batch = JSON.parse(frames.at(-1) ?? "") as {
    readonly first: number;
    readonly last: number;
    readonly events: unknown[];
  };
  expect([batch.first, batch.last, batch.events.length]).toEqual([1, 4, 3]);
});

test("the demo-like object relays first, stores after, and gives the newest 100 to who joins", async () => {
  target = await startTarget("demo", { port: 0 });
  const ann = await member(target.url, { name: "ann" });
  for (let i = 0; i < 105; i += 1) ann.socket.send(JSON.stringify({ message: `m${i}` }));
  await until(
    () => ann.frames.length === 2 + 105,
    () => `${ann.frames.length} frames`,
  );
  const bob = await member(target.url, { name: "bob" });
  const told = bob.frames.map((frame) => JSON.parse(frame) as Record<string, unknown>);
  expect(told.map(({ joined, message, ready }) => joined ?? message ?? ready)).toEqual([
    "ann",
    ...Array.from({ length: 100 }, (_, i) => `m${i + 5}`),
    "bob",
    true,
  ]);
  expect(ann.frames.some((frame) => frame.includes("error"))).toBe(false);
  bob.socket.close(1000);
  await once(bob.socket, "close", { signal: AbortSignal.timeout(2_000) });
  await until(
    () => ann.frames.includes('{"quit":"bob"}'),
    () => ann.frames.slice(-3).join(),
  );
});
