import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CALL_MS } from "../../../src/rate-limit/charge.ts";
import { RateLimiter } from "../../../src/rate-limit/rate-limiter.ts";
import { connect, freshRoom, roomOf } from "./client.ts";
import { holdClock, releaseClock } from "./held-room.ts";

beforeEach(holdClock);

afterEach(() => {
  releaseClock();
  vi.restoreAllMocks();
});

test("[L9] a limiter that fails is noticed at once: nobody waits for it until it would have been given up", async () => {
  vi.spyOn(RateLimiter.prototype, "charge").mockRejectedValue(new Error("down"));
  const client = await connect(freshRoom());
  client.send({ name: "ann" });
  await client.upTo("ready");
});

test("[L1] who leaves while the limiter is asked may have a pass on its way, and gives it back after the last charge", async () => {
  const silent = new Promise<never>(() => {});
  vi.spyOn(RateLimiter.prototype, "charge").mockReturnValue(silent as never);
  const release = vi.spyOn(RateLimiter.prototype, "release");
  const room = freshRoom();
  const client = await connect(room);
  client.send({ name: "ann" });
  client.leave();
  await client.closed();
  expect(release).not.toHaveBeenCalled();
  await runInDurableObject(roomOf(room), async () => {
    await vi.advanceTimersByTimeAsync(CALL_MS);
  });
  await vi.waitFor(() => expect(release).toHaveBeenCalledOnce());
});
