// What a run says while it runs: the scripts' progress lines in, one live line out. Pure but for the clock given to it.
import { duration, short } from "./scales.ts";

/** What one VU logs once a second; delivered and sent count from its beginning, p99 and lag are of the last second (ms). */
export interface Progress {
  readonly vu: number;
  readonly joined: number;
  readonly delivered: number;
  readonly sent: number;
  readonly p99: number | null;
  readonly lag: number | null;
}

/** The progress in a line of an engine's output, as the host prints it or as k6 wraps it; null where there is none. */
export function readProgress(line: string): Progress | null {
  const bare = /(?:^|msg="|\s)progress (\{.*?\})/.exec(line.replaceAll('\\"', '"'))?.[1];
  if (bare === undefined) return null;
  try {
    const value = JSON.parse(bare) as Partial<Progress>;
    const { vu, joined = 0, delivered = 0, sent = 0, p99 = null, lag = null } = value;
    return typeof vu === "number" ? { vu, joined, delivered, sent, p99, lag } : null;
  } catch {
    return null;
  }
}

/** So many are kept: a terminal shows no more. */
const KEPT = 120;

function keep<T>(values: T[], value: T): void {
  values.push(value);
  if (values.length > KEPT) values.shift();
}

/** Sums what the VUs said into one line. */
export class LiveLine {
  /** A number for each line that was said, the newest last. */
  readonly rates: number[] = [];
  readonly p99s: (number | null)[] = [];
  readonly lags: (number | null)[] = [];
  private readonly vus = new Map<number, Progress>();
  private deliveredBefore = 0;
  private askedAt: number;
  private readonly began: number;

  constructor(now: number) {
    this.began = now;
    this.askedAt = now;
  }

  observe(progress: Progress): void {
    this.vus.set(progress.vu, progress);
  }

  /** Members that are in, as far as it was said. */
  get joined(): number {
    return [...this.vus.values()].reduce((sum, { joined }) => sum + joined, 0);
  }

  /** All of it so far, for who keeps it. */
  state(now: number): Record<string, number | null> {
    const all = [...this.vus.values()];
    const sum = (pick: (progress: Progress) => number): number =>
      all.reduce((total, vu) => total + pick(vu), 0);
    const worst = (pick: (progress: Progress) => number | null): number | null =>
      all.map(pick).reduce((a, b) => (a === null || b === null ? (a ?? b) : Math.max(a, b)), null);
    return {
      second: Math.round((now - this.began) / 1_000),
      joined: sum((vu) => vu.joined),
      sent: sum((vu) => vu.sent),
      delivered: sum((vu) => vu.delivered),
      p99Ms: worst((vu) => vu.p99),
      lagMs: worst((vu) => vu.lag),
    };
  }

  /** The line for this moment (ms): the rate is since the line before. */
  say(now: number): string {
    const all = [...this.vus.values()];
    const elapsed = `${((now - this.began) / 1_000).toFixed(0)} s`;
    if (all.length === 0) return `  ${elapsed}  running`;
    const sum = (pick: (progress: Progress) => number): number =>
      all.reduce((total, vu) => total + pick(vu), 0);
    const worst = (pick: (progress: Progress) => number | null, kept: (number | null)[]): string => {
      const known = all.map(pick).filter((value) => value !== null);
      const value = known.length === 0 ? null : Math.max(...known);
      keep(kept, value);
      return value === null ? "-" : duration(value);
    };
    const delivered = sum((vu) => vu.delivered);
    const rate = (delivered - this.deliveredBefore) / Math.max(0.001, (now - this.askedAt) / 1_000);
    this.deliveredBefore = delivered;
    this.askedAt = now;
    keep(this.rates, rate);
    return `  ${elapsed}  joined ${sum((vu) => vu.joined)}  ${short(rate)} deliveries/s  p99 ${worst((vu) => vu.p99, this.p99s)}  lag ${worst((vu) => vu.lag, this.lags)}`;
  }
}
