// One clock for all threads: milliseconds since 1970 with a fraction. The monotonic clock is the process's, so that threads agree to
// the microsecond, and a wall clock that is set does not move a measurement.
import { hrtime } from "node:process";
import { performance } from "node:perf_hooks";

const monotonicMs = (): number => Number(hrtime.bigint()) / 1e6;

/** The wall clock's lead over the monotonic one; the main thread takes it once and gives it to the others. */
export const epochLead = (): number => Date.now() - monotonicMs();

/** A clock for this thread. `performance.now()` is the cheap one; its origin is the thread's own, so it is moved once. */
export function createClock(lead: number): () => number {
  const origin = lead + monotonicMs() - performance.now();
  return () => origin + performance.now();
}
