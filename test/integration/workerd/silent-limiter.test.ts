import { afterEach, expect, test, vi } from "vitest";
import { CALL_MS } from "../../../src/rate-limit/charge.ts";
import { RateLimiter } from "../../../src/rate-limit/rate-limiter.ts";
import { connect, freshRoom } from "./client.ts";

const SILENT = new Promise<never>(() => {});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Milliseconds until a first frame is admitted. */
async function joinTime(): Promise<number> {
  const client = await connect(freshRoom());
  const began = Date.now();
  client.send({ name: "ann" });
  await client.upTo("ready");
  return Date.now() - began;
}

test("[L9] a limiter that fails is noticed at once, one that is silent after CALL_MS: no hang", async () => {
  const charge = vi.spyOn(RateLimiter.prototype, "charge");
  charge.mockRejectedValue(new Error("down"));
  expect(await joinTime()).toBeLessThan(CALL_MS);
  charge.mockReturnValue(SILENT as never);
  expect(await joinTime()).toBeGreaterThanOrEqual(CALL_MS - 50);
});

test("[L1] who leaves while the limiter is asked may have a pass on its way, and gives it back", async () => {
  vi.spyOn(RateLimiter.prototype, "charge").mockReturnValue(SILENT as never);
  const release = vi.spyOn(RateLimiter.prototype, "release");
  const client = await connect(freshRoom());
  client.send({ name: "ann" });
  client.leave();
  await client.closed();
  // When the room has given up waiting for the answer, not before (L1).
  await vi.waitFor(() => expect(release).toHaveBeenCalledOnce(), { timeout: 5_000 });
});
