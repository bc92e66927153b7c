// The epoch clock with fractions of a millisecond, which k6 does not have: an event's timestamp sets it, the test's duration
// moves it on.
import exec from "k6/execution";

export class Clock {
  // Kept: the getter builds it anew each time (K5). It does not exist before a virtual user runs.
  private readonly instance = exec.instance;
  private offset = -Infinity;

  /** Milliseconds since the test began. */
  elapsed(): number {
    return this.instance.currentTestRunDuration;
  }

  /** An event that was stamped at `timestamp`, epoch ms, is here: the one that waited least sets the clock (K14). */
  observe(timestamp: number): void {
    this.offset = Math.max(this.offset, timestamp - this.elapsed());
  }

  /** Epoch ms; -Infinity before the first event. */
  now(): number {
    return this.offset + this.elapsed();
  }
}
