// Charts as SVG text, drawn by what they are given; colours are CSS classes of the page around them. Pure.
import { type Axis, place } from "./scales.ts";

export type Tone = "one" | "two" | "three" | "four" | "bad" | "quiet";

export interface Series {
  readonly name: string;
  readonly tone: Tone;
  /** A line joins its points, and shows them as dots when `dots` says so; bars stand on the axis. */
  readonly kind: "line" | "dashed" | "dots" | "bars";
  readonly points: readonly Point[];
}

/** `says` is shown when the pointer rests on it. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly says?: string;
}

/** A line across the whole chart at one x or one y, with a word beside it. */
interface Mark {
  readonly axis: "x" | "y";
  readonly at: number;
  readonly label: string;
  readonly tone: Tone;
}

/** A part of the x axis that is shaded. */
export interface Band {
  readonly from: number;
  readonly until: number;
  /** Bands of one name have one key in the legend; "" has none. */
  readonly name: string;
  readonly tone: Tone;
}

/** A rectangle of a heat map; `share` from 0 to 1 says how full it is. */
export interface Cell {
  readonly x: readonly [from: number, until: number];
  readonly y: readonly [from: number, until: number];
  readonly tone: Tone;
  readonly share: number;
  readonly says: string;
}

export interface Chart {
  /** What the chart shows, for those who cannot see it. */
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  readonly marks?: readonly Mark[];
  readonly bands?: readonly Band[];
  readonly cells?: readonly Cell[];
  readonly height?: number;
}

/** A chart for wide windows and one for phones: the page shows the one that fits, so that letters keep their size. */
export const figure = (chart: Chart): string =>
  `<figure>${legend(chart)}${svg(chart, 760, "wide")}${svg(chart, 350, "narrow")}</figure>`;

/** Text as it may stand in HTML and SVG. */
export const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const LEFT = 58;
const RIGHT = 26;
const TOP = 22;
const BOTTOM = 40;

function svg(chart: Chart, width: number, className: string): string {
  const total = chart.height ?? 260;
  const frame: Frame = { left: LEFT, top: TOP, width: width - LEFT - RIGHT, height: total - TOP - BOTTOM };
  const parts = [
    xAxis(chart.x, frame),
    yAxis(chart.y, frame),
    ...(chart.cells ?? []).map((cell) => drawCell(cell, chart, frame)),
    // Over the cells, and beneath the lines.
    ...(chart.bands ?? []).map((band) => drawBand(band, chart, frame)),
    ...chart.series.map((series) => draw(series, chart, frame)),
    ...(chart.marks ?? []).map((mark) => drawMark(mark, chart, frame)),
  ];
  const label = escape(chart.title);
  return `<svg class="${className}" viewBox="0 0 ${width} ${total}" role="img" aria-label="${label}">${parts.join("")}</svg>`;
}

function legend({ series, bands = [] }: Chart): string {
  const shaded = new Map(bands.map(({ name, tone }) => [name, { name, tone, kind: "band" }]));
  const keys = [...series, ...shaded.values()].filter(({ name }) => name !== "");
  return `<figcaption>${keys
    .map(({ name, tone, kind }) => `<span class="key ${tone} ${kind}"><i></i>${escape(name)}</span>`)
    .join("")}</figcaption>`;
}

const fixed = (value: number): string => `${Number(value.toFixed(1))}`;
const xOf = (axis: Axis, frame: Frame, value: number): number =>
  frame.left + place(axis, value) * frame.width;
const yOf = (axis: Axis, frame: Frame, value: number): number =>
  frame.top + (1 - place(axis, value)) * frame.height;

function text(
  x: number,
  y: number,
  anchor: "start" | "middle" | "end",
  said: string,
  className = "",
): string {
  const style = className === "" ? "" : ` class="${className}"`;
  return `<text x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}"${style}>${escape(said)}</text>`;
}

const line = (x1: number, y1: number, x2: number, y2: number, className: string): string =>
  `<line x1="${fixed(x1)}" y1="${fixed(y1)}" x2="${fixed(x2)}" y2="${fixed(y2)}" class="${className}"/>`;

function xAxis(axis: Axis, frame: Frame): string {
  const bottom = frame.top + frame.height;
  let free = Number.NEGATIVE_INFINITY;
  const ticks = axis.ticks.map(({ at, label }) => {
    const x = xOf(axis, frame, at);
    const rule = line(x, frame.top, x, bottom, "grid");
    // A label is written only where the one before leaves room: about 7 units a letter.
    const half = (label.length * 7) / 2;
    if (x - half < free) return rule;
    free = x + half + 6;
    return rule + text(x, bottom + 15, "middle", label);
  });
  return ticks.join("") + text(frame.left + frame.width, bottom + 32, "end", axis.label, "label");
}

function yAxis(axis: Axis, frame: Frame): string {
  const ticks = axis.ticks.map(({ at, label }) => {
    const y = yOf(axis, frame, at);
    return (
      line(frame.left, y, frame.left + frame.width, y, "grid") + text(frame.left - 6, y + 4, "end", label)
    );
  });
  return ticks.join("") + text(4, frame.top - 9, "start", axis.label, "label");
}

function draw(series: Series, chart: Chart, frame: Frame): string {
  const placed = series.points.map(({ x, y, says }) => ({
    x: xOf(chart.x, frame, x),
    y: yOf(chart.y, frame, y),
    says,
  }));
  switch (series.kind) {
    case "line":
    case "dashed":
      return `<polyline class="${series.kind} ${series.tone}" points="${placed.map(({ x, y }) => `${fixed(x)},${fixed(y)}`).join(" ")}"/>`;
    case "dots":
      return placed
        .map(
          ({ x, y, says }) =>
            `<circle class="dot ${series.tone}" cx="${fixed(x)}" cy="${fixed(y)}" r="4">${tip(says)}</circle>`,
        )
        .join("");
    case "bars": {
      const bottom = frame.top + frame.height;
      const wide = Math.max(1, (frame.width / Math.max(1, chart.x.max - chart.x.min)) * 0.8);
      return placed
        .map(
          ({ x, y, says }) =>
            `<rect class="bar ${series.tone}" x="${fixed(x - wide / 2)}" y="${fixed(y)}" width="${fixed(wide)}" height="${fixed(bottom - y)}">${tip(says)}</rect>`,
        )
        .join("");
    }
    default:
      return series.kind satisfies never;
  }
}

/** At least so wide: what is short is seen, too. */
const LEAST_BAND = 2;

function drawBand({ from, until, name, tone }: Band, chart: Chart, frame: Frame): string {
  const [x, end] = [xOf(chart.x, frame, from), xOf(chart.x, frame, until)];
  const width = Math.max(LEAST_BAND, end - x);
  return `<rect class="band ${tone}" x="${fixed(x)}" y="${frame.top}" width="${fixed(width)}" height="${frame.height}">${tip(name === "" ? undefined : name)}</rect>`;
}

/** So that no light comes between two cells. */
const OVERLAP = 0.5;
/** Percent of its tone. What is nearly empty is seen, too: the few that wait longest are what one looks for. */
const FAINTEST = 14;

/** Opaque, so that two that overlap are no darker there. */
function drawCell({ x, y, tone, share, says }: Cell, chart: Chart, frame: Frame): string {
  const [left, right] = x.map((at) => xOf(chart.x, frame, at)) as [number, number];
  const [bottom, top] = y.map((at) => yOf(chart.y, frame, at)) as [number, number];
  const strength = Math.round(FAINTEST + (100 - FAINTEST) * share);
  return `<rect class="cell ${tone}" x="${fixed(left)}" y="${fixed(top)}" width="${fixed(right - left + OVERLAP)}" height="${fixed(bottom - top + OVERLAP)}" style="--s:${strength}%">${tip(says)}</rect>`;
}

const tip = (says: string | undefined): string =>
  says === undefined ? "" : `<title>${escape(says)}</title>`;

function drawMark({ axis, at, label, tone }: Mark, chart: Chart, frame: Frame): string {
  if (axis === "y") {
    const y = yOf(chart.y, frame, at);
    return (
      line(frame.left, y, frame.left + frame.width, y, `mark ${tone}`) +
      text(frame.left + 4, y - 4, "start", label, `said ${tone}`)
    );
  }
  const x = xOf(chart.x, frame, at);
  // The word stands on the side that has room.
  const isRight = x > frame.left + frame.width / 2;
  return (
    line(x, frame.top, x, frame.top + frame.height, `mark ${tone}`) +
    text(x + (isRight ? -5 : 5), frame.top + 12, isRight ? "end" : "start", label, `said ${tone}`)
  );
}
