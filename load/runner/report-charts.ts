// Which charts a report shows, from a result's figures. Pure.
import type { Histogram } from "../lib/histogram.ts";
import { quantile } from "../lib/histogram.ts";
import { figure, type Point, type Series, type Tone } from "./charts.ts";
import type { LadderOutcome } from "./ladder-outcome.ts";
import type { RunResult } from "./result.ts";
import { type Axis, duration, linearAxis, logAxis, nines, percentileAxis, short } from "./scales.ts";

const SPECTRA = [
  ["latency (from due)", "latency", "one"],
  ["response (from sent)", "response", "two"],
  ["service (sender's echo)", "service", "three"],
  ["spread (first to last member)", "spread", "four"],
  ["replayed (from due)", "recovery", "bad"],
  ["live again (from lost, or the end of a cut)", "comeback", "quiet"],
] as const;

/** Latency by percentile, and where members were away what they waited for: the tail to the right, both scales logarithmic. */
export function spectrumChart({ histograms }: Pick<RunResult, "histograms">): string {
  const series = SPECTRA.filter(([, name]) => histograms[name].count > 0).map(
    ([label, name, tone]): Series => ({
      name: label,
      tone,
      kind: "line",
      points: spectrum(histograms[name]),
    }),
  );
  const values = series.flatMap(({ points }) => points.map(({ y }) => y));
  return figure({
    title: "Latency by percentile",
    x: percentileAxis("percentile", histograms.latency.count),
    y: logAxis("", values, duration),
    series,
    height: 300,
  });
}

/** Up to where each histogram has samples to tell. */
export function spectrum(histogram: Histogram): Point[] {
  const last = nines(1 - 1 / histogram.count);
  const steps = 60;
  return Array.from({ length: steps + 1 }, (_, i) => (last * i) / steps).map((x) => ({
    x,
    y: quantile(histogram, 1 - 10 ** -x),
  }));
}

type Used = Pick<RunResult, "usage" | "windowStart" | "started">;

export const coresChart = (result: Used): string =>
  usageChart(result, "Processor cores in use", "cores", ({ cpu }) => cpu, short);

export const memoryChart = (result: Used): string =>
  usageChart(result, "Resident memory", "MiB", ({ rssMiB }) => rssMiB, short);

function usageChart(
  { usage, windowStart, started }: Used,
  title: string,
  unit: string,
  of: (sample: RunResult["usage"]["target"][number]) => number,
  say: (value: number) => string,
): string {
  // All charts of a run have one zero: where the measured window begins. Samples count from the start of the run.
  const before = Math.max(0, (windowStart - Date.parse(started)) / 1_000);
  const lineOf = (name: string, tone: Tone, samples: RunResult["usage"]["target"]): Series => ({
    name: `${name}, ${unit}`,
    tone,
    kind: "line",
    points: samples.map((sample) => ({ x: sample.second - before, y: of(sample) })),
  });
  const series = [lineOf("target", "two", usage.target), lineOf("generator", "one", usage.generator)].filter(
    ({ points }) => points.length > 0,
  );
  const points = series.flatMap((line) => line.points);
  return figure({
    title,
    x: secondsAxis(points.map(({ x }) => x)),
    y: linearAxis(
      "",
      points.map(({ y }) => y),
      say,
    ),
    series,
    height: 170,
  });
}

/** Seconds up to the last one, not to a round number: the charts of one run line up. What was before the measured window is negative. */
export function secondsAxis(values: readonly number[]): Axis {
  const axis = linearAxis("seconds", values, short, 1);
  const [min, max] = [Math.min(0, ...values), Math.max(1, ...values)];
  const step = axis.ticks[1]?.at ?? 1;
  const before = Array.from({ length: Math.floor(-min / step) }, (_, i) => -(i + 1) * step).toReversed();
  const ticks = [...before.map((at) => ({ at, label: short(at) })), ...axis.ticks];
  return { ...axis, min, max, ticks: ticks.filter(({ at }) => at <= max) };
}

/** p50 and p99 by throughput, with the bound and the knee; then throughput by offered load, with the fitted law. */
export function ladderCharts({ steps, best, fit, bounds }: LadderOutcome): string {
  const measured = steps
    .flatMap(({ rate, failure, result }) =>
      result.headline === null ? [] : [{ rate, failure, ...result.headline }],
    )
    .toSorted((a, b) => a.rate - b.rate);
  const line = (name: string, tone: Tone, pick: "p50" | "p99"): Series[] => {
    const points = measured.map((step) => ({
      x: step.deliveriesPerSecondPerRoom,
      y: step[pick],
      says: `${step.rate} messages/s: ${short(step.deliveriesPerSecondPerRoom)} deliveries/s, ${pick} ${duration(step[pick])}${step.failure === null ? "" : ` (${step.failure})`}`,
    }));
    return [
      { name, tone, kind: "line", points },
      { name: "", tone, kind: "dots", points },
    ];
  };
  const throughput = measured.map((step) => step.deliveriesPerSecondPerRoom);
  const latencies = measured.flatMap(({ p50, p99 }) => [p50, p99]);
  const knee = best?.result.headline?.deliveriesPerSecondPerRoom;
  const latency = figure({
    title: "Latency against throughput",
    x: linearAxis("deliveries/s per room", throughput),
    y: logAxis("", [...latencies, bounds.p99Ms], duration),
    series: [...line("p99", "two", "p99"), ...line("p50", "one", "p50")],
    marks: [
      { axis: "y", at: bounds.p99Ms, label: `bound ${duration(bounds.p99Ms)}`, tone: "bad" },
      ...(knee === undefined
        ? []
        : [{ axis: "x", at: knee, label: `knee ${short(knee)}/s`, tone: "three" } as const]),
    ],
    height: 320,
  });
  return latency + scalingChart(fit);
}

function scalingChart(fit: LadderOutcome["fit"]): string {
  if (fit === null) return "";
  const points = fit.points.map(({ load, throughput }) => ({ x: load, y: throughput }));
  const x = logAxis(
    "deliveries under way (throughput × mean latency)",
    points.map(({ x }) => x),
  );
  const curve = Array.from({ length: 61 }, (_, i) => x.min * (x.max / x.min) ** (i / 60)).map((load) => ({
    x: load,
    y: fit.at(load),
  }));
  return figure({
    title: "Throughput against deliveries under way",
    x,
    y: linearAxis(
      "",
      [...points, ...curve].map(({ y }) => y),
    ),
    series: [
      { name: "measured, deliveries/s", tone: "one", kind: "dots", points },
      { name: "Universal Scalability Law", tone: "quiet", kind: "dashed", points: curve },
    ],
    height: 220,
  });
}
