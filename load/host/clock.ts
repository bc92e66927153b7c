// One clock for all threads: milliseconds since 1970 with a fraction. The monotonic clock is the process's, so that threads agree to
// the microsecond, and a wall clock that is set does not move a measurement.
import { hrtime } from "node:process";
import { performance } from "node:perf_hooks";

const monotonicMs = (): number => Number(hrtime.bigint()) / 1e6;

/** `Date.now()` counts whole milliseconds: so long it takes to see it step. */
const LOOK_MS = 3;

/**
 * The wall clock's lead over the monotonic one; the main thread takes it once and gives it to the others. The best of many
 * readings: a single one is up to a millisecond behind, and several where the first call is slow, and then two instances of one
 * run would disagree about latency.
 */
export function epochLead(): number {
  let lead = -Infinity;
  for (const end = monotonicMs() + LOOK_MS; monotonicMs() < end;) {
    lead = Math.max(lead, Date.now() - monotonicMs());
  }
  return lead;
}

/** As often as it takes for one of them to be without a pause between its two readings. */
const READINGS = 100;

/**
 * A clock for this thread. `performance.now()` is the cheap one; its origin is the thread's own, so it is moved once, by the best of
 * many readings: where a thread is interrupted between the two clocks, the second one is late.
 */
export function createClock(lead: number): () => number {
  let ahead = -Infinity;
  for (let i = 0; i < READINGS; i += 1) ahead = Math.max(ahead, monotonicMs() - performance.now());
  const origin = lead + ahead;
  return () => origin + performance.now();
}
