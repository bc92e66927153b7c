import { performance } from "node:perf_hooks";
import { afterEach, expect, test, vi } from "vitest";
import { createClock, epochLead } from "../../../load/host/clock.ts";

afterEach(() => vi.restoreAllMocks());

test("a thread that is interrupted between the readings of two clocks has no other time for it", () => {
  const lead = epochLead();
  const real = performance.now.bind(performance);
  const readings = vi.spyOn(performance, "now").mockImplementationOnce(() => {
    // The other clock was read, and 9 ms go by.
    for (const end = real() + 9; real() < end;);
    return real();
  });
  const clock = createClock(lead);
  expect(readings.mock.calls.length).toBeGreaterThan(1);
  readings.mockRestore();
  const other = createClock(lead);
  expect(Math.abs(clock() - other())).toBeLessThan(2);
  expect(Math.abs(clock() - Date.now())).toBeLessThan(5);
});
