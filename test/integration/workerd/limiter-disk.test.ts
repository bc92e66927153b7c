// A limiter whose disk refuses a write starts again from what is stored.
import { runInDurableObject } from "cloudflare:test";
import { expect, test, vi } from "vitest";
import { limiterOf } from "./client.ts";

test("[L6] [D6] a limiter that cannot write starts again from what is on disk, and says so in the log", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const address = "203.0.113.77";
  const asker = { room: "a".repeat(64), identity: `4:${address}` };
  const first = await limiterOf(address).take(asker);
  const left = { debts: { message: 5_000, join: 0 }, isSpent: true };
  await runInDurableObject(limiterOf(address), (limiter, { storage }) => {
    vi.spyOn(storage.kv, "put").mockImplementation(() => {
      throw new Error("disk full");
    });
    limiter.giveBack(first?.term ?? "", left);
  }).catch(() => {});
  expect(log).toHaveBeenCalledWith({ event: "limiter-reset", cause: expect.stringContaining("disk full") });
  log.mockRestore();
  // Nothing was given back: the holder is who it was.
  const stored = await runInDurableObject(limiterOf(address), (_limiter, { storage }) => [
    ...storage.kv.list<{ holder: { term: string } }>(),
  ]);
  expect(stored).toMatchObject([["budget", { holder: { term: first?.term } }]]);
});
