import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { CLOSE } from "../../src/protocol/messages.ts";
import { Crowd } from "../support/crowd.ts";
import { serve, UNLIMITED } from "../support/fault-server.ts";
import { Person } from "../support/person.ts";
import { Proxy } from "../support/proxy.ts";
import { Reached } from "../support/reached.ts";
import { pause, until } from "../support/until.ts";

const MB = 1_048_576;
/** Well above what the buffers on the way take, so that a reader can lag behind them and not over the bound. */
const BOUND = 8 * MB;
const LAG = 7.5 * MB;
/** JSON writes each with six bytes: a line costs over 1,500 bytes in a frame. */
const PADDING = "\u0001".repeat(230);
/** What the kernel's buffers on the way may take: the most that Linux gives a sender is 4 MiB. */
const KERNEL_BYTES = 8 * MB;
const PAGE_EVERY_MS = 260;

/** The middle of some round trips, in ms: everybody says lines, and everybody has seen all of them. */
async function roundTrip(crowd: Crowd, times: number): Promise<number> {
  const took: number[] = [];
  for (let i = 0; i < times; i++) {
    const began = performance.now();
    crowd.say(4, PADDING);
    await crowd.untilQuiet();
    took.push(performance.now() - began);
  }
  return took.toSorted((a, b) => a - b)[Math.floor(times / 2)] ?? 0;
}

/** Keeps the room talking, and lets these ask for all the pages that they may have, until `done`. Returns the middle round trip. */
async function flood(crowd: Crowd, greedy: readonly Person[], done: () => boolean): Promise<number> {
  const ask = (): void => greedy.forEach((person) => person.page());
  for (let page = 0; page < 20; page++) ask();
  const timer = setInterval(ask, PAGE_EVERY_MS);
  const took: number[] = [];
  const deadline = performance.now() + 30_000;
  while (!done() && performance.now() < deadline) took.push(await roundTrip(crowd, 1));
  clearInterval(timer);
  expect(done(), "the flood did what it was for, within 30 s").toBe(true);
  return took.toSorted((a, b) => a - b)[Math.floor(took.length / 2)] ?? 0;
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1_024;
}

test("[D2] [D10] a reader that stops is closed with 4008 at the bound, slows nobody, and resumes with everything; who only lags is kept", async () => {
  const reached = new Reached(
    "bytes until it was closed",
    "bytes it was spared",
    "bytes it lagged behind and was kept",
    "resumes",
    "acknowledged",
    "ms a round trip before",
    "ms a round trip beside it",
  );
  const vars = { ...UNLIMITED, SLOW_READER_BYTES: `${BOUND}` };
  const server = await serve("reader", { vars });
  const [stopping, steady] = await Promise.all([Proxy.before(server.url), Proxy.before(server.url)]);
  const crowd = await Crowd.gather(server.url, "reader", { people: 3, classics: 1 });
  // The twin is sent what the slow one is sent, and reads it: so we know how much that is.
  const slow = new Person(crowd.history, stopping.url, "reader", "slow");
  const twin = new Person(crowd.history, steady.url, "reader", "twin");
  for (const person of [slow, twin]) person.start();
  await until(
    () => crowd.people.every(({ members }) => members === 6),
    () => "six members",
  );
  const before = await roundTrip(crowd, 12);
  const memory = await residentBytes(server.pid);

  stopping.stopReading();
  const offeredAtStop = steady.received;
  const beside = await flood(crowd, [slow, twin], () => crowd.people.every(({ members }) => members === 5));
  const closedAfter = steady.received - offeredAtStop;
  expect(closedAfter).toBeGreaterThan(BOUND);
  expect(closedAfter).toBeLessThan(BOUND + KERNEL_BYTES);
  expect(beside).toBeLessThan(10 * before + 50);
  expect(slow.losses, "it does not know yet").toBe(0);

  // What comes after the close costs nothing: neither memory nor bytes.
  const offeredAtClose = steady.received;
  await flood(crowd, [twin], () => steady.received > offeredAtClose + 2 * MB);
  const spared = steady.received - offeredAtClose;
  expect(await residentBytes(server.pid)).toBeLessThan(memory + 64 * MB);
  stopping.readOn();
  await until(
    () => slow.losses === 1 && slow.newest === twin.newest,
    () => `the slow reader back with everything: ${slow.status}, ${slow.head} of ${twin.head}`,
  );
  const [closed] = stopping.ended;
  expect(closed?.tail).toContain(String.fromCodePoint(CLOSE.slowReader >> 8, CLOSE.slowReader & 255));
  expect(closed?.received).toBeLessThan(offeredAtClose + MB);
  expect(slow.resumes).toBe(1);

  // Deep in the room's buffer, and not over the bound, whatever the buffers on the way take this time.
  expect(closedAfter - BOUND, "bytes that the buffers on the way took").toBeLessThan(LAG);
  stopping.stopReading();
  const offeredAtLag = steady.received;
  await flood(crowd, [slow, twin], () => steady.received - offeredAtLag > LAG);
  stopping.readOn();
  await pause(100);
  await until(
    () => slow.newest === twin.newest && twin.newest === crowd.people[0]?.newest,
    () => `the lagging reader has everything: ${slow.status}, ${slow.head} of ${twin.head}`,
  );
  expect(slow.losses, "thrown out once, not twice").toBe(1);
  const { acknowledged } = await crowd.judge();
  for (const person of [slow, twin]) person.stop();
  reached.add("bytes until it was closed", closedAfter);
  reached.add("bytes it was spared", spared);
  reached.add("bytes it lagged behind and was kept", steady.received - offeredAtLag);
  reached.add("resumes", slow.resumes);
  reached.add("acknowledged", acknowledged);
  reached.add("ms a round trip before", Math.ceil(before));
  reached.add("ms a round trip beside it", Math.ceil(beside));
  reached.report("[D10] a reader that stops:");
});
