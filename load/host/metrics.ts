// All measurements of a run: sinks by metric, and by the sub-metrics that thresholds name [K33]. Knows no thread.
import { BUILTIN } from "./builtin.ts";
import type { MetricDeclaration } from "./messages.ts";
import type { SeriesBatch, Tags } from "./samples.ts";
import { holds, type Threshold } from "./thresholds.ts";

export interface Sink {
  readonly metric: MetricDeclaration;
  /** Tags that a sample must have; null for the metric itself. */
  readonly tags: Tags | null;
  readonly thresholds: readonly Threshold[];
  sum: number;
  count: number;
  nonZero: number;
  min: number;
  max: number;
  last: number;
  /** [K32] Every sample of a Trend. */
  readonly values: number[];
}

export interface ThresholdResult {
  readonly name: string;
  readonly threshold: Threshold;
  readonly ok: boolean;
}

export class Metrics {
  private readonly declared: ReadonlyMap<string, MetricDeclaration>;
  private readonly sinks = new Map<string, Sink>();
  /** The same by the name of their metric. */
  private readonly byMetric = new Map<string, Sink[]>();
  /** By thread and series: where a batch goes. */
  private readonly routes = new Map<string, readonly Sink[]>();

  constructor(declared: readonly MetricDeclaration[]) {
    this.declared = new Map([...Object.values(BUILTIN), ...declared].map((metric) => [metric.name, metric]));
  }

  kindOf(name: string): MetricDeclaration | undefined {
    return this.declared.get(name);
  }

  /** Makes a metric, or a sub-metric, part of the summary, also where no sample ever comes [K33]. */
  observe(
    fullName: string,
    metric: MetricDeclaration,
    tags: Tags | null,
    thresholds: readonly Threshold[],
  ): void {
    if (tags !== null && !this.sinks.has(metric.name)) this.keep(metric.name, createSink(metric, null, []));
    this.keep(fullName, createSink(metric, tags, thresholds));
  }

  private keep(name: string, sink: Sink): void {
    const known = this.sinks.get(name);
    const same = this.byMetric.get(sink.metric.name) ?? [];
    if (known === undefined) same.push(sink);
    else same[same.indexOf(known)] = sink;
    this.byMetric.set(sink.metric.name, same);
    this.sinks.set(name, sink);
  }

  add(thread: number, batch: SeriesBatch): void {
    const key = `${thread}/${batch.id}`;
    const route = this.routes.get(key) ?? this.route(batch);
    this.routes.set(key, route);
    for (const sink of route) {
      sink.sum += batch.sum;
      sink.count += batch.count;
      sink.nonZero += batch.nonZero;
      sink.min = Math.min(sink.min, batch.min);
      sink.max = Math.max(sink.max, batch.max);
      sink.last = batch.last;
      for (const value of batch.values) sink.values.push(value);
    }
  }

  /** A sample of the host's own. */
  addOne(metric: MetricDeclaration, value: number, tags: Tags = {}): void {
    const nonZero = value === 0 ? 0 : 1;
    const values = metric.kind === "trend" ? [value] : [];
    const numbers = { sum: value, count: 1, min: value, max: value, last: value, nonZero, values };
    this.add(0, { id: this.ownId(metric.name, tags), metric, tags, ...numbers });
  }

  all(): ReadonlyMap<string, Sink> {
    return this.sinks;
  }

  /** [K34] The state of every threshold after `elapsedMs` of the run. Before the end, what has no sample yet breaks nothing. */
  judge(elapsedMs: number, isFinal: boolean): ThresholdResult[] {
    return [...this.sinks].flatMap(([name, sink]) =>
      sink.thresholds.map((threshold) => ({
        name,
        threshold,
        ok:
          (!isFinal && sink.count === 0) ||
          holds(threshold, (aggregation) => aggregate(sink, aggregation, elapsedMs)),
      })),
    );
  }

  private readonly ownIds = new Map<string, number>();

  private ownId(name: string, tags: Tags): number {
    const key = `${name}${JSON.stringify(tags)}`;
    const id = this.ownIds.get(key) ?? this.ownIds.size;
    this.ownIds.set(key, id);
    return id;
  }

  private route({ metric, tags = {} }: SeriesBatch): readonly Sink[] {
    if (metric === undefined) return [];
    if (!this.sinks.has(metric.name)) this.keep(metric.name, createSink(metric, null, []));
    return (this.byMetric.get(metric.name) ?? []).filter((sink) =>
      Object.entries(sink.tags ?? {}).every(([key, value]) => tags[key] === value),
    );
  }
}

function createSink(metric: MetricDeclaration, tags: Tags | null, thresholds: readonly Threshold[]): Sink {
  return {
    metric,
    tags,
    thresholds,
    sum: 0,
    count: 0,
    nonZero: 0,
    min: Infinity,
    max: -Infinity,
    last: 0,
    values: [],
  };
}

/** One number of a sink; null for the rate of nothing. */
export function aggregate(sink: Sink, aggregation: string, elapsedMs: number): number | null {
  const { kind } = sink.metric;
  if (kind === "counter") {
    // [K32] Over the whole run, whatever the measured window was.
    return aggregation === "count" ? sink.sum : elapsedMs === 0 ? 0 : (sink.sum * 1_000) / elapsedMs;
  }
  if (kind === "gauge") return sink.last;
  if (kind === "rate") return sink.count === 0 ? null : sink.nonZero / sink.count;
  if (sink.count === 0) return 0;
  return trendValue(sink, aggregation);
}

function trendValue(sink: Sink, aggregation: string): number {
  if (aggregation === "avg") return sink.sum / sink.count;
  if (aggregation === "min") return sink.min;
  if (aggregation === "max") return sink.max;
  if (aggregation === "count") return sink.count;
  const percent = aggregation === "med" ? 50 : Number(/^p\((.*)\)$/.exec(aggregation)?.[1]);
  return percentile(
    sink.values.sort((a, b) => a - b),
    percent,
  );
}

/** Between the two samples that stand around it. */
function percentile(sorted: readonly number[], percent: number): number {
  const place = (percent / 100) * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}
