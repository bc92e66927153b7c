// A run while it runs, as its virtual users tell it: the parts of a result that a report draws. Pure but for what it is told.
import { type Column, mergeColumns, rowOf, stepsOfColumn } from "../lib/heat.ts";
import { mergeHistograms, NO_TIMES, quantile } from "../lib/histogram.ts";
import type { LiveStep, LiveSteps } from "../lib/live-steps.ts";
import { mergePhases, type Phase } from "../lib/phases.ts";
import { HISTOGRAMS, type Histograms, type Second } from "../lib/tally.ts";
import type { RunResult } from "./result.ts";

/** What there is of a result before there is one. */
export type PartialResult = Pick<
  RunResult,
  "seconds" | "heat" | "phases" | "windowStart" | "windowMs" | "histograms" | "started" | "usage"
>;

export class LiveRun {
  private readonly started: number;
  private readonly windowMs: number;
  private windowStart = 0;
  private phases: readonly Phase[] = [];
  /** By second, and by virtual user: each tells its newest seconds again and again. */
  private readonly steps = new Map<number, Map<number, LiveStep>>();

  constructor(started: number, windowMs: number) {
    this.started = started;
    this.windowMs = windowMs;
  }

  observe({ vu, windowStart, steps, phases }: LiveSteps): void {
    this.windowStart = windowStart;
    this.phases = mergePhases(this.phases, phases);
    for (const step of steps) {
      const known = this.steps.get(step.second) ?? new Map<number, LiveStep>();
      this.steps.set(step.second, known.set(vu, step));
    }
  }

  /** `done` is what the runner itself did. */
  partial(usage: RunResult["usage"], done: readonly Phase[] = []): PartialResult {
    const steps = [...this.steps].toSorted(([a], [b]) => a - b);
    const wide = stepsOfColumn(Math.ceil(this.windowMs / 1_000));
    const all = steps.map(([second, told]) => ({ second, told: [...told.values()] }));
    const latency = all.flatMap(({ told }) => told.map((step) => step.latency));
    const none = Object.fromEntries(HISTOGRAMS.map((name) => [name, NO_TIMES])) as Histograms;
    return {
      started: new Date(this.started).toISOString(),
      windowStart: this.windowStart,
      windowMs: this.windowMs,
      phases: mergePhases(this.phases, done),
      usage,
      seconds: all.map(({ second, told }) => secondOf(second, told)),
      heat: mergeColumns(
        all.flatMap(({ second, told }) => columnsOf(Math.floor(second / wide) * wide, told)),
        [],
      ),
      histograms: { ...none, latency: latency.reduce(mergeHistograms, NO_TIMES) },
    };
  }
}

function secondOf(second: number, told: readonly LiveStep[]): Second {
  const latency = told.map((step) => step.latency).reduce(mergeHistograms, NO_TIMES);
  const sum = (of: (step: LiveStep) => number): number => told.reduce((all, step) => all + of(step), 0);
  const most = (of: (step: LiveStep) => number): number => Math.max(0, ...told.map(of));
  return {
    second,
    delivered: sum(({ delivered }) => delivered),
    sent: sum(({ sent }) => sent),
    lagMaxMs: most(({ lagMaxMs }) => lagMaxMs),
    hiccupMaxMs: most(({ hiccupMaxMs }) => hiccupMaxMs),
    p50Ms: quantile(latency, 0.5),
    p95Ms: quantile(latency, 0.95),
    p99Ms: quantile(latency, 0.99),
    maxMs: latency.max,
  };
}

const columnsOf = (second: number, told: readonly LiveStep[]): Column[] =>
  told.flatMap(({ latency }) =>
    latency.buckets.map(([bucket, count]): Column => ({ second, rows: [[rowOf(bucket), count]] })),
  );
