// A run's measured window on one time axis: deliveries, latency by percentile and as a heat map, and what the generator kept back; what
// was done to members and target is shaded in all of them. Pure.
import { edgesOfRow, stepsOfColumn } from "../lib/heat.ts";
import { quantile } from "../lib/histogram.ts";
import type { PhaseName } from "../lib/phases.ts";
import { mayKeep } from "../lib/validity.ts";
import { type Band, type Cell, figure, type Series, type Tone } from "./charts.ts";
import { secondsAxis } from "./report-charts.ts";
import type { RunResult } from "./result.ts";
import { type Axis, duration, linearAxis, logAxis, whole } from "./scales.ts";

type Second = RunResult["seconds"][number];
type Seconds = Pick<RunResult, "seconds" | "heat" | "phases" | "windowStart" | "windowMs" | "histograms">;

const TONES: Readonly<Record<PhaseName, Tone>> = {
  "members join": "three",
  "members away": "four",
  "target down": "two",
};

export function secondsCharts(result: Seconds): string {
  const x = secondsAxis([...result.seconds.map(({ second }) => second), result.windowMs / 1_000]);
  const bands = bandsOf(result);
  const quiet = bands.map((band) => ({ ...band, name: "" }));
  const y = latencyAxis(result);
  return [
    deliveriesChart(result, x, bands),
    percentilesChart(result, x, y, quiet),
    heatMap(result, { x, y, bands: quiet }),
    generatorChart(result, x, quiet),
  ].join("");
}

/** Seconds of the window in which something was done, and those in which the generator stood still for longer than its bound. */
function bandsOf({ phases, seconds, windowStart, windowMs, histograms }: Seconds): Band[] {
  const last = windowMs / 1_000;
  const into = (instant: number): number => Math.min(last, Math.max(0, (instant - windowStart) / 1_000));
  const done = phases.map(({ what, from, until }): Band => {
    const tone = TONES[what];
    return { from: into(from), until: into(until), name: what, tone };
  });
  const bound = mayKeep(quantile(histograms.latency, 0.99));
  const wide = stepOf(seconds);
  const still = seconds
    .filter(({ hiccupMaxMs }) => hiccupMaxMs > bound)
    .map(({ second }): Band => {
      const name = `generator stood still for over ${duration(bound)}`;
      return { from: second, until: second + wide, name, tone: "bad" };
    });
  return [...done, ...still].filter(({ from, until }) => until > from);
}

/** How many seconds one step of the window has. */
const stepOf = (seconds: readonly Second[]): number => (seconds[1]?.second ?? 1) - (seconds[0]?.second ?? 0);

/** One for percentiles and heat map, so that they can be laid over each other by eye. */
export function latencyAxis(...results: readonly Seconds[]): Axis {
  const told = results.flatMap(({ seconds }) => seconds.flatMap(({ p50Ms, maxMs }) => [p50Ms, maxMs]));
  const columns = results.flatMap(({ heat }) => heat);
  const cells = columns.flatMap(({ rows }) => rows.flatMap(([row]) => [...edgesOfRow(row)]));
  return logAxis("", [...told, ...cells], duration);
}

/** Points in the middle of their step. */
function pointsOf(
  seconds: readonly Second[],
  of: (second: Second) => number,
  say: (value: number) => string,
): Series["points"] {
  const half = stepOf(seconds) / 2;
  return seconds.map((second) => ({
    x: second.second + half,
    y: of(second),
    says: `second ${second.second}: ${say(of(second))}`,
  }));
}

function deliveriesChart({ seconds }: Seconds, x: Axis, bands: readonly Band[]): string {
  const step = stepOf(seconds);
  const a = (delivered: number): number => delivered / step;
  const points = pointsOf(
    seconds,
    ({ delivered }) => a(delivered),
    (rate) => `${whole(rate)} deliveries/s`,
  );
  const y = linearAxis(
    "",
    points.map((point) => point.y),
  );
  const series: Series[] = [{ name: "deliveries/s, all rooms", tone: "one", kind: "bars", points }];
  return figure({ title: "Deliveries in each second", x, y, series, bands, height: 200 });
}

const PERCENTILES = [
  ["slowest", "quiet", "dashed", ({ maxMs }: Second) => maxMs],
  ["p99", "two", "line", ({ p99Ms }: Second) => p99Ms],
  ["p95", "three", "line", ({ p95Ms }: Second) => p95Ms],
  ["p50", "one", "line", ({ p50Ms }: Second) => p50Ms],
] as const;

/** Of the messages that were due in each second, as the virtual user has it that has the worst. */
function percentilesChart({ seconds }: Seconds, x: Axis, y: Axis, bands: readonly Band[]): string {
  const timed = seconds.filter(({ maxMs }) => maxMs > 0);
  if (timed.length === 0) return "";
  const series = PERCENTILES.map(([name, tone, kind, of]): Series => ({
    name,
    tone,
    kind: timed.length === 1 ? "dots" : kind,
    points: pointsOf(timed, of, (value) => `${name} ${duration(value)}`),
  }));
  return figure({ title: "Latency by percentile in each second", x, y, series, bands, height: 230 });
}

/** What may differ where several heat maps stand beneath each other: `most` is how many deliveries the fullest cell of them has. */
export interface HeatMapOptions {
  readonly x: Axis;
  readonly y: Axis;
  readonly bands?: readonly Band[];
  readonly most?: number;
  readonly tone?: Tone;
  readonly name?: string;
}

/** How many deliveries of what was due in each second took how long. */
export function heatMap(
  { heat, seconds, windowMs }: Seconds,
  { x, y, bands = [], most = fullestOf(heat), tone = "one", name = "deliveries" }: HeatMapOptions,
): string {
  if (most === 0) return "";
  // Of the whole window, also where only its beginning is known.
  const wide = stepsOfColumn(Math.ceil(windowMs / 1_000 / stepOf(seconds))) * stepOf(seconds);
  const cells = heat.flatMap(({ second, rows }) =>
    rows.map(([row, count]): Cell => {
      const [from, until] = edgesOfRow(row);
      const end = Math.min(second + wide, windowMs / 1_000);
      return {
        x: [second, end],
        y: [from, until],
        tone,
        share: Math.log(1 + count) / Math.log(1 + most),
        says: `second ${second}: ${whole(count)} took ${duration(from)} to ${duration(until)}`,
      };
    }),
  );
  const caption: Series = { name: `${name}: the stronger, the more`, tone, kind: "bars", points: [] };
  return figure({
    title: `Heat map of latency, ${name}`,
    x,
    y,
    series: [caption],
    bands,
    cells,
    height: 230,
  });
}

const fullestOf = (heat: Seconds["heat"]): number =>
  Math.max(0, ...heat.flatMap(({ rows }) => rows.map(([, count]) => count)));

function generatorChart({ seconds }: Seconds, x: Axis, bands: readonly Band[]): string {
  const lag = pointsOf(seconds, ({ lagMaxMs }) => lagMaxMs, duration);
  const still = pointsOf(
    seconds,
    ({ hiccupMaxMs }) => hiccupMaxMs,
    (ms) => `stood still for ${duration(ms)}`,
  );
  const y = linearAxis(
    "",
    [...lag, ...still].map((point) => point.y),
    duration,
  );
  const series: Series[] = [
    { name: "longest generator lag", tone: "bad", kind: "bars", points: lag },
    { name: "longest stall", tone: "quiet", kind: "line", points: still },
  ];
  return figure({ title: "Generator lag in each second", x, y, series, bands, height: 150 });
}
