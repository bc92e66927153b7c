import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CALL_MS } from "../../../src/rate-limit/budget.ts";
import { inTime } from "../../../src/rate-limit/in-time.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

test("[L9] [D12] a call that was answered, or failed, leaves no timer behind that would keep the object awake", async () => {
  expect(await inTime(() => Promise.resolve("yes"))).toBe("yes");
  expect(await inTime(() => Promise.reject(new Error("down")))).toBeNull();
  expect(vi.getTimerCount()).toBe(0);
});

function failAtOnce(): Promise<string> {
  throw new TypeError("Invalid Durable Object ID");
}

test("[L9] a call that can not even be made is no answer either, at once", async () => {
  expect(await inTime(failAtOnce)).toBeNull();
  expect(vi.getTimerCount()).toBe(0);
});

test("[L9] a call without an answer is given up after CALL_MS, and not before", async () => {
  const given = vi.fn();
  void inTime(() => new Promise(() => {})).then(given);
  await vi.advanceTimersByTimeAsync(CALL_MS - 1);
  expect(given).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(given).toHaveBeenCalledWith(null);
});
