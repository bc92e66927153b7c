// The lanes as a picture: rows, arrows, bars. Knows nothing of what is looked at but what it is told.
import type { PageData } from "../page.ts";
import type { Flight, Lane, Mark, Told } from "../trace.ts";
import { type Moment, placeOf } from "./scale.ts";

export const ROW = 34;
const TOP = 42;
/** Of an arrow that is lost, so much is drawn. */
const LOST = 0.62;

export interface Scene {
  readonly data: PageData;
  readonly lanes: readonly Lane[];
  readonly moments: readonly Moment[];
  readonly isShown: (i: number) => boolean;
  readonly isLit: (i: number) => boolean;
  readonly labels: ReadonlyMap<number, string>;
  readonly told: (at: number) => string;
}

type Attributes = Readonly<Record<string, string | number>>;

function svg(name: string, attributes: Attributes, text?: string): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, `${value}`);
  if (text !== undefined) element.textContent = text;
  return element;
}

/** The whole picture, with its height and width. */
export function draw(scene: Scene): SVGElement {
  const { data, lanes, moments } = scene;
  const width = (moments.at(-1)?.x ?? 0) + 160;
  const height = heightOf(lanes);
  const picture = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  for (const [i, lane] of lanes.entries()) {
    const y = TOP + i * ROW + ROW / 2;
    picture.append(svg("line", { class: `lane ${lane.kind}`, x1: 0, x2: width, y1: y, y2: y }));
  }
  picture.append(...ticks(scene));
  // Bars lie beneath arrows.
  for (const isBar of [true, false]) {
    for (const [i, happening] of data.happenings.entries()) {
      if (!scene.isShown(i)) continue;
      if (happening.type === "mark" && isBar) picture.append(...bar(scene, happening, i));
      else if (happening.type === "flight" && !isBar) picture.append(...arrow(scene, happening, i));
      else if (happening.type === "told" && !isBar) picture.append(...dot(scene, happening, i));
    }
  }
  picture.append(svg("line", { id: "now", x1: 0, x2: 0, y1: 0, y2: height }));
  return picture;
}

const heightOf = (lanes: readonly Lane[]): number => TOP + lanes.length * ROW + 6;

const rowOf = ({ lanes }: Scene, name: string): number | null => {
  const index = lanes.findIndex((lane) => lane.name === name);
  return index < 0 ? null : TOP + index * ROW + ROW / 2;
};

/** The time at the top, where there is room for it. */
function ticks({ moments, told }: Scene): SVGElement[] {
  let free = 0;
  return moments.flatMap(({ at, x }) => {
    if (x < free) return [];
    free = x + 74;
    return [svg("text", { class: "tick", x, y: 14 }, told(at))];
  });
}

function group(scene: Scene, i: number, kind: string): SVGElement {
  const element = svg("g", { class: `${kind}${scene.isLit(i) ? " lit" : ""}`, "data-i": i });
  element.append(svg("title", {}, scene.data.words[i] ?? ""));
  return element;
}

function arrow(scene: Scene, flight: Flight, i: number): SVGElement[] {
  const from = rowOf(scene, flight.from);
  const to = rowOf(scene, flight.to);
  if (from === null || to === null) return [];
  const x1 = placeOf(scene.moments, flight.at);
  const end = placeOf(scene.moments, flight.end ?? flight.at);
  const part = flight.isLost ? LOST : 1;
  // What is lost at once still has a direction.
  const x2 =
    flight.isLost && end === x1 ? x1 + 10 : x1 + (end - x1) * (flight.isLost ? Math.min(1, part) : 1);
  const y2 = from + (to - from) * part;
  const element = group(scene, i, `flight${flight.isLost ? " lost" : ""}`);
  element.append(svg("line", { x1, y1: from, x2, y2 }));
  element.append(flight.isLost ? cross(x2, y2) : head(x1, from, x2, y2));
  element.append(...label(scene, i, x2 + 7, y2 - 5));
  return [element];
}

const cross = (x: number, y: number): SVGElement =>
  svg("path", {
    class: "cross",
    d: `M${x - 4} ${y - 4}L${x + 4} ${y + 4}M${x - 4} ${y + 4}L${x + 4} ${y - 4}`,
  });

function head(x1: number, y1: number, x2: number, y2: number): SVGElement {
  const angle = Math.atan2(y2 - y1, x2 - x1);
  const at = (turn: number): string =>
    `${x2 - 8 * Math.cos(angle + turn)} ${y2 - 8 * Math.sin(angle + turn)}`;
  return svg("path", { class: "head", d: `M${x2} ${y2}L${at(0.42)}L${at(-0.42)}Z` });
}

/** Something that a client was told, on its lane; without frames, an arrow from or to its room. */
function dot(scene: Scene, { at, room, lane, event }: Told, i: number): SVGElement[] {
  const y = rowOf(scene, lane);
  if (y === null) return [];
  const x = placeOf(scene.moments, at);
  const element = group(scene, i, `told ${event.type}`);
  const other = scene.data.isTimed ? null : rowOf(scene, room);
  if (other !== null && other !== y) {
    const isSent = event.type === "sent";
    element.append(svg("line", { x1: x, y1: y, x2: x, y2: other }));
    element.append(isSent ? head(x, y, x, other) : head(x, other, x, y));
  }
  element.append(svg("circle", { cx: x, cy: y, r: 4 }));
  element.append(...label(scene, i, x + 7, y + 13));
  return [element];
}

function label({ labels }: Scene, i: number, x: number, y: number): SVGElement[] {
  const text = labels.get(i);
  return text === undefined ? [] : [svg("text", { x, y }, text)];
}

/** A crash, a sleep, a jump: over one lane, or over all. */
function bar(scene: Scene, { at, until, lane, kind }: Mark, i: number): SVGElement[] {
  const y = lane === null ? null : rowOf(scene, lane);
  if (lane !== null && y === null) return [];
  const x = placeOf(scene.moments, at);
  const width = Math.max(kind === "step" ? 2 : 5, placeOf(scene.moments, until) - x);
  const element = group(scene, i, `mark ${kind}`);
  const box =
    y === null ? { y: 18, height: heightOf(scene.lanes) - 18 } : { y: y - ROW / 2 + 3, height: ROW - 6 };
  element.append(svg("rect", { x, width, rx: 2, ...box }));
  element.append(...label(scene, i, x + width + 3, y === null ? 31 : y + (kind === "step" ? -8 : 13)));
  return [element];
}
