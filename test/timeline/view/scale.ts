// Where each moment stands on the page. Time is not drawn to scale: a run has moments a millisecond apart, and hours in which
// nothing happens. A longer wait is a wider step, by its logarithm; what is looked at gets the room for its words.
import type { Happening } from "../trace.ts";

export interface Moment {
  readonly at: number;
  readonly x: number;
  /** The happenings that begin or end now. */
  readonly happenings: readonly number[];
}

const NARROW = 16;
/** For each tenfold wait. */
const WAIT = 9;

/** The moments of what `isShown`, in their order. `widthAt` says what words a moment needs room for, in pixels. */
export function momentsOf(
  happenings: readonly Happening[],
  isShown: (i: number) => boolean,
  widthAt: (i: number, at: number) => number,
  zoom: number,
): readonly Moment[] {
  const by = new Map<number, number[]>();
  const add = (at: number, i: number): void => {
    const there = by.get(at);
    if (there === undefined) by.set(at, [i]);
    else if (!there.includes(i)) there.push(i);
  };
  for (const [i, happening] of happenings.entries()) {
    if (!isShown(i)) continue;
    add(happening.at, i);
    if (happening.type === "flight" && happening.end !== null) add(happening.end, i);
  }
  let x = NARROW;
  let last: number | null = null;
  return [...by]
    .toSorted(([a], [b]) => a - b)
    .map(([at, there]) => {
      if (last !== null) x += (NARROW + WAIT * Math.log10(1 + at - last)) * zoom;
      last = at;
      const moment = { at, x, happenings: there };
      x += Math.max(...there.map((i) => widthAt(i, at)));
      return moment;
    });
}

/** The place of an instant, also between two moments. */
export function placeOf(moments: readonly Moment[], at: number): number {
  const next = moments.findIndex((moment) => moment.at >= at);
  if (next < 0) return (moments.at(-1)?.x ?? 0) + NARROW;
  const after = moments[next];
  const before = moments[next - 1];
  if (after === undefined || after.at === at || before === undefined) return after?.x ?? 0;
  return before.x + ((after.x - before.x) * (at - before.at)) / (after.at - before.at);
}

/** The moment that holds at an instant: the last one that is not later. */
export function indexAt(moments: readonly Moment[], at: number): number {
  const next = moments.findIndex((moment) => moment.at > at);
  return next < 0 ? moments.length - 1 : Math.max(0, next - 1);
}
