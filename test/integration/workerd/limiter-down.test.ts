import { afterEach, expect, test, vi } from "vitest";
import { CALL_MS } from "../../../src/rate-limit/charge.ts";
import { RateLimiter } from "../../../src/rate-limit/rate-limiter.ts";
import { connect, freshRoom } from "./client.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

test("[L9] a limiter that fails is noticed at once, not when it would have been given up", async () => {
  vi.spyOn(RateLimiter.prototype, "charge").mockRejectedValue(new Error("down"));
  const client = await connect(freshRoom());
  const began = Date.now();
  client.send({ name: "ann" });
  await client.upTo("ready");
  expect(Date.now() - began).toBeLessThan(CALL_MS);
});

test("[L1] who leaves while the limiter is asked may have a pass on its way, and gives it back", async () => {
  const silent = new Promise<never>(() => {});
  vi.spyOn(RateLimiter.prototype, "charge").mockReturnValue(silent as never);
  const release = vi.spyOn(RateLimiter.prototype, "release");
  const client = await connect(freshRoom());
  client.send({ name: "ann" });
  client.leave();
  await client.closed();
  // When the room has given up waiting for the answer, not before (L1).
  await vi.waitFor(() => expect(release).toHaveBeenCalledOnce(), { timeout: 5_000 });
});
