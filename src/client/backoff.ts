// How long to wait before the next attempt: exponential with full jitter, so that a crowd does not come back at once.

const BASE_MS = 500;
const CAP_MS = 30_000;

/** Milliseconds before attempt number `attempt` (from 0). `random` is uniform in [0, 1). */
export function backoff(attempt: number, random: number): number {
  return Math.floor(random * Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempt, 16)));
}
