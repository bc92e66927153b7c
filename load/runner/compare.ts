// Whether run B differs from run A: first whether they may be compared, then each measure with its interval. Pure.
import type { RunResult } from "./result.ts";
import { compareGroups, comparePaired, median, type Shift } from "./statistics.ts";

interface Measure {
  readonly name: string;
  readonly unit: string;
  /** Whether more of it is worse. */
  readonly isCost: boolean;
  readonly of: (result: RunResult) => number | undefined;
}

export interface Comparison {
  readonly measure: Measure;
  readonly first: number;
  readonly second: number;
  readonly shift: Shift;
  readonly outcome: "worse" | "better" | "same";
}

const MEASURES: readonly Measure[] = [
  {
    name: "deliveries/s per room",
    unit: "",
    isCost: false,
    of: ({ headline }) => headline?.deliveriesPerSecondPerRoom,
  },
  { name: "p50", unit: "ms", isCost: true, of: ({ headline }) => headline?.p50 },
  { name: "p99", unit: "ms", isCost: true, of: ({ headline }) => headline?.p99 },
  {
    name: "server CPU per delivery",
    unit: "µs",
    isCost: true,
    of: ({ headline }) => headline?.serverCpuMicrosPerDelivery,
  },
];

/** The chance that two groups of the same thing are called different in any of the measures. */
const ALPHA = 0.05;
/** Fewer in each group cannot tell anything at that level, whatever they measured. */
export const LEAST_REPEATS = 5;

/** Names of rooms and addresses are new in each run; all else is the run's shape. */
const NO_SHAPE = new Set(["CHAT_RUN", "CHAT_TARGET"]);

/** Why the two may not be compared, in one sentence; null where they may. */
export function incomparable(first: readonly RunResult[], second: readonly RunResult[]): string | null {
  const all = [...first, ...second];
  const [model] = all;
  if (model === undefined || first.length < LEAST_REPEATS || second.length < LEAST_REPEATS) {
    return `Compare at least ${LEAST_REPEATS} repeats of each (there are ${first.length} and ${second.length}); measure with --repeat ${LEAST_REPEATS}.`;
  }
  // What is lost has no latency: a room that breaks a law looks fast.
  const broken = first.find(({ verdict }) => verdict.broken.length > 0);
  if (broken !== undefined)
    return `A repeat of the first is BROKEN (${broken.verdict.broken[0]}); it is no base line.`;
  const invalid = all.find(({ headline, verdict }) => headline === null && verdict.broken.length === 0);
  if (invalid !== undefined)
    return `A repeat is VOID (${invalid.verdict.reasons[0]}); measure it again before you compare.`;
  const parameters = new Set(all.flatMap((result) => Object.keys(result.parameters)));
  const shape = [...parameters].filter((name) => !NO_SHAPE.has(name)).map(parameterTrait);
  for (const [name, of] of [...TRAITS, ...shape]) {
    const other = all.find((result) => of(result) !== of(model));
    if (other !== undefined) {
      return `The ${name} differs (${of(model)} and ${of(other)}); compare runs that differ in nothing but what you changed.`;
    }
  }
  return null;
}

/** What the second broke and the first did not, in one sentence; null where nothing. It decides before any latency. */
export function brokenRepeats(second: readonly RunResult[]): string | null {
  const broken = second.filter(({ verdict }) => verdict.broken.length > 0);
  const [worst] = broken;
  if (worst === undefined) return null;
  return `BROKEN in ${broken.length} of ${second.length} repeats: ${worst.verdict.broken.join(", ")}`;
}

type Trait = readonly [name: string, of: (result: RunResult) => string];

const TRAITS: readonly Trait[] = [
  ["engine", ({ engine }) => engine.name],
  ["kind of target", ({ target }) => target.kind],
  ["deployed target", ({ target }) => (target.kind === "url" ? target.url : "")],
  ["scenario", ({ scenario }) => scenario],
  ["number of instances", ({ instances }) => `${instances}`],
  ["machine", ({ machine }) => `${machine.cpu}, ${machine.cores} cores`],
  ["pinning", ({ pinned }) => (pinned === null ? "none" : `${pinned.target} and ${pinned.generator}`)],
];

const parameterTrait = (name: string): Trait => [
  name,
  ({ parameters }) => `${parameters[name] ?? "not set"}`,
];

/**
 * Each measure that all repeats have. It is worse, or better, when the interval leaves out "no change" and the middle
 * differs by more than `tolerance` (a share, such as 0.05).
 */
export const compare = (
  first: readonly RunResult[],
  second: readonly RunResult[],
  tolerance: number,
): Comparison[] => compareBy(compareGroups, first, second, tolerance);

/** The same of pairs that were measured in turns: `first[i]` and `second[i]` one after the other. */
export const comparePairs = (
  first: readonly RunResult[],
  second: readonly RunResult[],
  tolerance: number,
): Comparison[] =>
  compareBy(
    (before, after, alpha) =>
      comparePaired(
        before.map((value, i) => [value, after[i] ?? NaN]),
        alpha,
      ),
    first,
    second,
    tolerance,
  );

function compareBy(
  shiftOf: typeof compareGroups,
  first: readonly RunResult[],
  second: readonly RunResult[],
  tolerance: number,
): Comparison[] {
  const known = MEASURES.filter(({ of }) =>
    [...first, ...second].every((result) => of(result) !== undefined),
  );
  return known.flatMap((measure) => {
    const [before, after] = [valuesOf(first, measure), valuesOf(second, measure)];
    const shift = shiftOf(before, after, ALPHA / known.length);
    if (shift === null) return [];
    return [
      {
        measure,
        first: median(before),
        second: median(after),
        shift,
        outcome: judge(shift, measure, tolerance),
      },
    ];
  });
}

const valuesOf = (results: readonly RunResult[], { of }: Measure): number[] =>
  results.map(of).filter((value) => value !== undefined);

function judge({ ratio, low, high }: Shift, { isCost }: Measure, tolerance: number): Comparison["outcome"] {
  const isMore = low > 1 && ratio > 1 + tolerance;
  const isLess = high < 1 && ratio < 1 / (1 + tolerance);
  if (!isMore && !isLess) return "same";
  return isMore === isCost ? "worse" : "better";
}

/** A ratio as percent. */
export const change = (ratio: number): string =>
  `${ratio >= 1 ? "+" : ""}${((ratio - 1) * 100).toFixed(1)} %`;

/** One line a measure, for people. */
export function sayComparison({ measure, first, second, shift, outcome }: Comparison): string {
  const value = (number: number): string => `${Number(number.toPrecision(4))} ${measure.unit}`.trim();
  return `${measure.name}: ${value(first)} -> ${value(second)}, ${change(shift.ratio)} (${change(shift.low)} to ${change(shift.high)}): ${outcome}; the least that could have been seen is ${least(shift)}`;
}

/** How far from its middle the interval reaches: a difference less than that could have hidden in it. */
export const least = ({ ratio, low, high }: Shift): string =>
  `${((Math.max(ratio / low, high / ratio) - 1) * 100).toFixed(1)} %`;

/** Two measurements are of different hours when so long lies between them. */
const HOURS_MS = 15 * 60_000;

/** The middle one's start. */
const middle = (results: readonly RunResult[]): number =>
  median(results.map(({ started }) => Date.parse(started)));

/** What a reader of a comparison should know of when its runs were measured; null where they are of one hour. */
export function driftOf(first: readonly RunResult[], second: readonly RunResult[]): string | null {
  const apart = Math.abs(middle(second) - middle(first));
  if (apart < HOURS_MS) return null;
  return `These were measured ${Math.round(apart / 60_000)} minutes apart, and a machine may drift by a tenth in that time: npm run load:ab measures in turns.`;
}
