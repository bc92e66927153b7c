// What has gone wrong lately, in counts for the log: one line a minute at most, however much there is to tell, so that nobody floods
// the log. Nothing is woken for it: a line leaves with the next incident.

/** Milliseconds from one line to the next. */
export const LINE_MS = 60_000;

export interface Incidents {
  /** From the first of them on. */
  readonly seconds: number;
  readonly counts: Readonly<Record<string, number>>;
}

export class IncidentLog {
  private counts: Record<string, number> = {};
  private hasNews = false;
  private since: number | null = null;
  private toldAt: number;

  /** The first line leaves a minute after `toldAt`. Instants are of its owner's clock, in ms. */
  constructor(toldAt = -Infinity) {
    this.toldAt = toldAt;
  }

  add(what: string, times = 1): void {
    if (times === 0) return;
    this.counts[what] = (this.counts[what] ?? 0) + times;
    this.hasNews = true;
  }

  /** All since the last line, where it is time for one and something was added since the last question; otherwise null. */
  due(now: number): Incidents | null {
    if (!this.hasNews) return null;
    this.hasNews = false;
    const since = (this.since ??= now);
    // A clock that went back keeps a line for a minute and no longer.
    this.toldAt = Math.min(this.toldAt, now);
    if (now - this.toldAt < LINE_MS) return null;
    const { counts } = this;
    this.counts = {};
    this.since = null;
    this.toldAt = now;
    return { seconds: Math.max(0, Math.floor((now - since) / 1_000)), counts };
  }
}
