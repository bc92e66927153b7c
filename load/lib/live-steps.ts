// What a virtual user tells of its newest seconds while it runs, for whoever shows it: a line of numbers, as either engine prints it. Pure.
import { type Histogram, NO_TIMES } from "./histogram.ts";
import { type Phase, PHASES } from "./phases.ts";

/** One step of the measured window so far; `second` is where it begins. */
export interface LiveStep {
  readonly second: number;
  readonly delivered: number;
  readonly sent: number;
  readonly lagMaxMs: number;
  readonly hiccupMaxMs: number;
  /** Of the messages that were due in it. */
  readonly latency: Histogram;
}

export interface LiveSteps {
  readonly vu: number;
  /** When the measured window began, in epoch ms. */
  readonly windowStart: number;
  readonly steps: readonly LiveStep[];
  /** What was done to members so far. */
  readonly phases: readonly Phase[];
}

const WORD = "steps";
const shortly = (ms: number): number => Number(ms.toFixed(3));

/** Numbers in brackets alone: k6 puts a line between quotes, and escapes those in it. */
export function writeSteps({ vu, windowStart, steps, phases }: LiveSteps): string {
  const told = steps.map(({ second, delivered, sent, lagMaxMs, hiccupMaxMs, latency }) => {
    const { count, sum, min, max, buckets } = latency;
    const times = [count, sum, min, max].map(shortly);
    return [second, delivered, sent, shortly(lagMaxMs), shortly(hiccupMaxMs), ...times, buckets];
  });
  const done = phases.map(({ what, from, until }) => [PHASES.indexOf(what), from, until]);
  return `${WORD} ${JSON.stringify([vu, windowStart, told, done])}`;
}

/** The steps in a line of an engine's output; null where there are none. */
export function readSteps(line: string): LiveSteps | null {
  const told = new RegExp(`(?:^|msg="|\\s)${WORD} (\\[.*\\])`).exec(line)?.[1];
  if (told === undefined) return null;
  try {
    const [vu, windowStart, steps, done] = JSON.parse(told) as ToldLine;
    const phases = done.flatMap(([index, from, until]): Phase[] => {
      const what = PHASES[index];
      return what === undefined ? [] : [{ what, from, until }];
    });
    return { vu, windowStart, steps: steps.map(stepOf), phases };
  } catch {
    return null;
  }
}

type ToldLine = readonly [
  vu: number,
  windowStart: number,
  steps: readonly Told[],
  phases: readonly (readonly [index: number, from: number, until: number])[],
];

type Told = readonly [
  ...[second: number, delivered: number, sent: number, lag: number, hiccup: number],
  ...[count: number, sum: number, min: number, max: number],
  Histogram["buckets"],
];

function stepOf([
  second,
  delivered,
  sent,
  lagMaxMs,
  hiccupMaxMs,
  count,
  sum,
  min,
  max,
  buckets,
]: Told): LiveStep {
  const latency = count === 0 ? NO_TIMES : { count, sum, min, max, buckets };
  return { second, delivered, sent, lagMaxMs, hiccupMaxMs, latency };
}
