// Two measurements laid over each other: whether the second is worse, and where in percentiles and in time it is. Pure.
import { escape, figure, type Point, type Series, type Tone } from "./charts.ts";
import { change, type Comparison, least } from "./compare.ts";
import { secondsAxis, spectrum } from "./report-charts.ts";
import { page, row, section, table, TARGET_WORDS } from "./report-page.ts";
import { heatMap, latencyAxis } from "./report-seconds.ts";
import { typicalOf } from "./report.ts";
import type { RunResult } from "./result.ts";
import { type Axis, duration, linearAxis, logAxis, percentileAxis, short, whole } from "./scales.ts";

/** One of the two: its name, and its repeats, at least one. */
interface Half {
  readonly name: string;
  readonly results: readonly RunResult[];
}

export interface Overlay {
  readonly title: string;
  readonly first: Half;
  readonly second: Half;
  /** None where a broken law decides. */
  readonly comparisons: readonly Comparison[];
  /** What came of it, in one sentence; and whether that is bad. */
  readonly sentence: string;
  readonly isWorse: boolean;
  /** What a reader should know beside it; null where nothing. */
  readonly note: string | null;
  readonly command: string;
}

/** A half as it is drawn: its middle repeat in one tone. */
interface Drawn {
  readonly name: string;
  readonly tone: Tone;
  readonly shown: RunResult;
  readonly results: readonly RunResult[];
}

export function renderOverlay(overlay: Overlay): string {
  const { title, first, second, comparisons, sentence, isWorse, note, command } = overlay;
  const drawn: readonly Drawn[] = [
    { ...first, tone: "one", shown: typicalOf(first.results) },
    { ...second, tone: "two", shown: typicalOf(second.results) },
  ];
  const parts = [
    `<header><h1>${escape(title)}</h1><p class="soft">${escape(drawn.map(saidOf).join(" · "))}</p></header>`,
    verdictSection(sentence, isWorse, note),
    comparisons.length === 0 ? "" : section("Measures", MEASURES, table(HEAD, comparisons.map(measureRow))),
    section("Latency by percentile", MIDDLE, spectrumOf(drawn)),
    section(
      "Each second of the measured window",
      `${MIDDLE} One time axis, one scale of latency.`,
      deliveriesOf(drawn) + percentileOf(drawn, "p99", ({ p99Ms }) => p99Ms) + heatMapsOf(drawn),
    ),
    drawn.some(({ results }) => results.length > 1)
      ? section("Repeats", "The p99 of each, in the order in which they were measured.", repeatsOf(drawn))
      : "",
    section("Repeat it", "", `<pre>${escape(command)}</pre>`),
  ];
  return page(title, parts.join("\n"));
}

const MIDDLE = "Of each the repeat whose p99 is the middle one.";
const MEASURES = "The middle of each, and the ratio with its interval (95 % for all measures together).";
const HEAD = ["", "change", "from", "to", "first", "second", "least that could be seen", ""];

const saidOf = ({ name, shown: { target } }: Drawn): string =>
  `${name}: ${TARGET_WORDS[target.kind]} ${target.version}`;

function verdictSection(sentence: string, isWorse: boolean, note: string | null): string {
  const word = isWorse ? "WORSE" : "NOT WORSE";
  const soft = note === null ? "" : `<p class="soft">${escape(note)}</p>`;
  return `<section class="${isWorse ? "void" : ""}"><p><span class="verdict">${word}</span> ${escape(sentence)}</p>${soft}</section>`;
}

function measureRow({ measure, first, second, shift, outcome }: Comparison): string {
  const value = (number: number): string => `${Number(number.toPrecision(4))} ${measure.unit}`.trim();
  const shifts = [shift.ratio, shift.low, shift.high].map(change);
  return row([measure.name, ...shifts, value(first), value(second), least(shift), outcome]);
}

function spectrumOf(drawn: readonly Drawn[]): string {
  const series = drawn
    .filter(({ shown }) => shown.histograms.latency.count > 0)
    .map(({ name, tone, shown }): Series => ({
      name,
      tone,
      kind: "line",
      points: spectrum(shown.histograms.latency),
    }));
  return figure({
    title: "Latency by percentile, both",
    x: percentileAxis("percentile", Math.max(0, ...drawn.map(({ shown }) => shown.histograms.latency.count))),
    y: logAxis("", valuesOf(series), duration),
    series,
    height: 300,
  });
}

const valuesOf = (series: readonly Series[]): number[] =>
  series.flatMap(({ points }) => points.map(({ y }) => y));

type Second = RunResult["seconds"][number];

function pointsOf(
  shown: RunResult,
  name: string,
  of: (second: Second) => number,
  say: (value: number) => string,
): Point[] {
  const half = ((shown.seconds[1]?.second ?? 1) - (shown.seconds[0]?.second ?? 0)) / 2;
  return shown.seconds.map((second) => ({
    x: second.second + half,
    y: of(second),
    says: `${name}, second ${second.second}: ${say(of(second))}`,
  }));
}

const timeAxis = (drawn: readonly Drawn[]): Axis =>
  secondsAxis(drawn.map(({ shown }) => shown.windowMs / 1_000));

function deliveriesOf(drawn: readonly Drawn[]): string {
  const series = drawn.map(({ name, tone, shown }): Series => {
    const step = (shown.seconds[1]?.second ?? 1) - (shown.seconds[0]?.second ?? 0);
    const points = pointsOf(shown, name, ({ delivered }) => delivered / step, whole);
    return { name: `${name}, deliveries/s`, tone, kind: "line", points };
  });
  const y = linearAxis("", valuesOf(series), short);
  return figure({ title: "Deliveries in each second, both", x: timeAxis(drawn), y, series, height: 180 });
}

function percentileOf(drawn: readonly Drawn[], what: string, of: (second: Second) => number): string {
  const series = drawn.map(({ name, tone, shown }): Series => {
    const timed = { ...shown, seconds: shown.seconds.filter((second) => of(second) > 0) };
    return { name: `${name}, ${what}`, tone, kind: "line", points: pointsOf(timed, name, of, duration) };
  });
  const y = logAxis("", valuesOf(series), duration);
  return figure({ title: `${what} in each second, both`, x: timeAxis(drawn), y, series, height: 220 });
}

function heatMapsOf(drawn: readonly Drawn[]): string {
  const x = timeAxis(drawn);
  const y = latencyAxis(...drawn.map(({ shown }) => shown));
  const most = Math.max(
    0,
    ...drawn.flatMap(({ shown }) => shown.heat.flatMap(({ rows }) => rows.map(([, count]) => count))),
  );
  return drawn.map(({ name, tone, shown }) => heatMap(shown, { x, y, most, tone, name })).join("");
}

function repeatsOf(drawn: readonly Drawn[]): string {
  const series = drawn.map(({ name, tone, results }): Series => {
    const points = results.flatMap(({ headline }, i): Point[] =>
      headline === null
        ? []
        : [{ x: i + 1, y: headline.p99, says: `${name}, repeat ${i + 1}: p99 ${duration(headline.p99)}` }],
    );
    return { name, tone, kind: "dots", points };
  });
  const most = Math.max(2, ...drawn.map(({ results }) => results.length));
  const x = linearAxis("repeat", [most], whole, 1);
  return figure({
    title: "p99 of each repeat, both",
    x: { ...x, max: most + 0.5, ticks: x.ticks.filter(({ at }) => at > 0 && at <= most) },
    y: logAxis("", valuesOf(series), duration),
    series,
    marks: drawn.flatMap(({ results, tone }) => middleOf(results, tone)),
    height: 200,
  });
}

function middleOf(
  results: readonly RunResult[],
  tone: Tone,
): { axis: "y"; at: number; label: string; tone: Tone }[] {
  const all = results
    .flatMap(({ headline }) => (headline === null ? [] : [headline.p99]))
    .toSorted((a, b) => a - b);
  const at = all[Math.floor((all.length - 1) / 2)];
  return at === undefined ? [] : [{ axis: "y", at, label: "", tone }];
}
