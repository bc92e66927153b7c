// How long to wait before the next attempt. Always with jitter, so that a crowd does not come back at once.

const BASE_MS = 500;
const CAP_MS = 30_000;

/** Milliseconds before attempt number `attempt` (from 0). `random` is uniform in [0, 1). */
export function backoff(attempt: number, random: number): number {
  return Math.floor(random * Math.min(CAP_MS, BASE_MS * 2 ** attempt));
}

/** People behind one address are refused together; they must not all come again in the same millisecond. */
const SPREAD_MS = 1_000;
/** A timer that is given more fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Milliseconds until a refused frame is sent again: `retryAfter`, and at most a second more. `random` is in [0, 1). */
export function spread(retryAfter: number, random: number): number {
  const more = Math.floor(random * Math.min(retryAfter, SPREAD_MS));
  return Math.min(retryAfter + more, LONGEST_TIMER_MS);
}
