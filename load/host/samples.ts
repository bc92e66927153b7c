// A VU's measurements between two flushes. A Counter is a sum, whatever its rate: the main thread hears once a second, not once a sample.
import type { MetricDeclaration } from "./messages.ts";

export type Tags = Readonly<Record<string, string>>;

/** What one series gathered since the flush before. */
export interface SeriesBatch {
  /** Of the series within its thread; `metric` and `tags` come with its first batch. */
  readonly id: number;
  readonly metric?: MetricDeclaration;
  readonly tags?: Tags;
  readonly sum: number;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly last: number;
  /** Samples that were not zero, for a Rate. */
  readonly nonZero: number;
  /** Every sample, for a Trend. */
  readonly values: readonly number[];
}

export class Series {
  readonly id: number;
  private readonly metric: MetricDeclaration;
  private readonly tags: Tags;
  private readonly keepsValues: boolean;
  private isAnnounced = false;
  private sum = 0;
  private count = 0;
  private min = Infinity;
  private max = -Infinity;
  private last = 0;
  private nonZero = 0;
  private values: number[] = [];

  constructor(id: number, metric: MetricDeclaration, tags: Tags) {
    this.id = id;
    this.metric = metric;
    this.tags = tags;
    this.keepsValues = metric.kind === "trend";
  }

  add(value: number): void {
    this.sum += value;
    this.count += 1;
    this.last = value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    if (value !== 0) this.nonZero += 1;
    if (this.keepsValues) this.values.push(value);
  }

  /** What was gathered, or null where nothing was; begins anew. */
  take(): SeriesBatch | null {
    if (this.count === 0) return null;
    const { id, sum, count, min, max, last, nonZero, values } = this;
    const first = this.isAnnounced ? {} : { metric: this.metric, tags: this.tags };
    this.isAnnounced = true;
    this.sum = this.count = this.nonZero = 0;
    this.min = Infinity;
    this.max = -Infinity;
    this.values = [];
    return { id, ...first, sum, count, min, max, last, nonZero, values };
  }
}

export class Samples {
  private readonly series = new Map<string, Series>();

  /** The series of a metric with these tags; keep it where it is added to often. */
  of(metric: MetricDeclaration, tags: Tags): Series {
    const entries = Object.entries(tags).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const key = `${metric.name}\n${JSON.stringify(entries)}`;
    const known = this.series.get(key);
    if (known !== undefined) return known;
    const series = new Series(this.series.size, metric, tags);
    this.series.set(key, series);
    return series;
  }

  take(): SeriesBatch[] {
    return [...this.series.values()].map((series) => series.take()).filter((batch) => batch !== null);
  }
}
