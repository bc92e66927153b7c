// Storage on a real disk: what names cost that nobody was let in under.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../tools/command.ts";
import { serve, UNLIMITED } from "../support/fault-server.ts";
import { RawClient } from "../support/raw-client.ts";

/** FAULT_NAMES=10000 tries more, in about a minute: docs/testing.md has a run. */
const NAMES = Number(process.env.FAULT_NAMES ?? 500);
/** Sockets that are open at once. */
const AT_ONCE = 50;
const DEADLINE_MS = 100;
/** A database without a table is its header: one page of SQLite's. workerd keeps the file. */
const EMPTY_BYTES = 4_096;

/** How many objects of one class have a database, and how many of these have more in it than nothing. */
async function databases(state: string, className: string): Promise<{ all: number; filled: number }> {
  const folder = join(ROOT, ".state", "faults", state, "objects", `edge-chat-${className}`);
  const files = (await readdir(folder).catch((): string[] => [])).filter((file) =>
    /^[0-9a-f]{64}\./.test(file),
  );
  const bytes = new Map<string, number>();
  for (const file of files) {
    const object = file.slice(0, 64);
    bytes.set(object, (bytes.get(object) ?? 0) + (await sizeOf(join(folder, file))));
  }
  return { all: bytes.size, filled: [...bytes.values()].filter((size) => size > EMPTY_BYTES).length };
}

/** In bytes; 0 for a file that went between the listing and the look at it. */
const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );

async function emptied(state: string): Promise<number> {
  for (const deadline = Date.now() + 20_000; ;) {
    const { all, filled } = await databases(state, "ChatRoom");
    if (filled === 0) return all;
    if (Date.now() > deadline) throw new Error(`${filled} of ${all} rooms still keep something.`);
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
}

test(
  `[C25] ${NAMES} names that somebody connected to, and said nothing, nonsense or a name too long, leave an empty database each, and none of the limiter`,
  { timeout: 60_000 + NAMES * 60 },
  async () => {
    const server = await serve("names", { vars: { ...UNLIMITED, JOIN_DEADLINE_MS: `${DEADLINE_MS}` } });
    const visit = async (i: number): Promise<void> => {
      const client = await RawClient.connect(server.url, `name-${i}`, "10.20.0.1");
      if (i % 3 === 1) client.send({ message: "hi" });
      if (i % 3 === 2) client.send({ name: "x".repeat(33) });
      // Nobody waits for the answer: the room may have closed the socket by now.
      if (i % 2 === 0) client.close().catch(() => 0);
    };
    for (let i = 0; i < NAMES; i += AT_ONCE)
      await Promise.all(Array.from({ length: AT_ONCE }, (_, k) => visit(i + k)));
    expect(await emptied("names")).toBe(NAMES);
    expect(await databases("names", "RateLimiter")).toEqual({ all: 0, filled: 0 });
  },
);
