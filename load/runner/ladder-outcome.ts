// What a ladder found: the knee, what limited it, and the scalability law that its steps follow. Pure.
import { settled, span, type Step } from "../lib/climb.ts";
import { mean } from "../lib/histogram.ts";
import { fitUsl, throughputAt } from "../lib/usl.ts";
import { brokenBy } from "./broken.ts";
import type { Bounds } from "./ladder.ts";
import type { RunResult } from "./result.ts";
import { duration, short } from "./scales.ts";

export interface LadderStep extends Step {
  readonly result: RunResult;
}

/** The Universal Scalability Law through the measured points: `load` is deliveries under way, by Little's law. */
interface Fit {
  readonly sigma: number;
  readonly kappa: number;
  readonly points: readonly { readonly load: number; readonly throughput: number }[];
  readonly at: (load: number) => number;
}

export interface LadderOutcome {
  readonly steps: readonly LadderStep[];
  readonly bounds: Bounds;
  /** The knee: the highest step that held; null where none did. */
  readonly best: LadderStep | null;
  /** The lowest step that did not hold; null where all did. */
  readonly ceiling: LadderStep | null;
  readonly fit: Fit | null;
  /** Knee and limiter, for people. */
  readonly sentence: string;
}

/** Why a step failed, in one sentence without its full stop; null where it held. */
export function failureOf(result: RunResult, { p99Ms }: Bounds): string | null {
  const { verdict, headline } = result;
  const broken = brokenBy(result);
  if (headline === null) return broken ?? `VOID: ${verdict.reasons[0] ?? "no reason given"}`;
  if (headline.p99 > p99Ms) return `p99 ${duration(headline.p99)} is over ${duration(p99Ms)}`;
  return broken;
}

/** Sums up what was tried: of each rate one step counts. */
export function ladderOutcomeOf(tries: readonly LadderStep[], bounds: Bounds): LadderOutcome {
  const steps = settled(tries);
  const { held, failed } = span(steps);
  const best = steps.find(({ rate }) => rate === held) ?? null;
  const ceiling = steps.find(({ rate, failure }) => rate === failed && failure !== null) ?? null;
  return { steps, bounds, best, ceiling, fit: fitOf(steps), sentence: sentenceOf(best, ceiling, tries) };
}

function sentenceOf(
  best: LadderStep | null,
  failed: LadderStep | null,
  tries: readonly LadderStep[],
): string {
  const range =
    best === null || failed === null
      ? ""
      : ` The knee is between ${best.rate} and ${failed.rate} messages/s.`;
  const again = notReproduced(tries)
    .map((rate) => ` That it failed once at ${rate} messages/s was not reproduced.`)
    .join("");
  const end =
    failed === null
      ? again
      : `${again}${range} At ${failed.rate} it did not hold: ${failed.failure}. ${limitOf(failed)}`;
  if (best === null) return `No step held.${end}`;
  const { headline, parameters } = best.result;
  const held = `Holds ${best.rate} messages/s with ${parameters.CHAT_MEMBERS} members, ${short(headline?.deliveriesPerSecondPerRoom ?? 0)} deliveries/s, at p99 ${duration(headline?.p99 ?? 0)}.`;
  return failed === null ? `${held} Every step held; climb on with more steps.` : `${held}${end}`;
}

/** Rates that failed once, and held in two tries more. */
function notReproduced(tries: readonly LadderStep[]): number[] {
  const held = settled(tries).filter(({ failure }) => failure === null);
  return held
    .map(({ rate }) => rate)
    .filter((at) => tries.some(({ rate, failure }) => rate === at && failure !== null));
}

function limitOf({ result: { verdict } }: LadderStep): string {
  switch (verdict.limitedBy) {
    case "target":
      return "The target was the limit.";
    case "generator":
      return "The generator was the limit: the room may do more than this ladder could show.";
    case "limiter":
      return "The rate limiter was the limit.";
    case "nothing":
      return "Neither processor was at its limit: the target, or the way to it, waits for something else, such as a disk.";
    default:
      return verdict.limitedBy satisfies never;
  }
}

/** Through the steps that are VALID; null where they are too few or fit nothing. */
function fitOf(steps: readonly LadderStep[]): Fit | null {
  const points = steps.flatMap(({ result: { headline, histograms } }) => {
    if (headline === null) return [];
    const throughput = headline.deliveriesPerSecondPerRoom;
    return [{ load: (throughput * mean(histograms.latency)) / 1_000, throughput }];
  });
  const law = fitUsl(points);
  return law === null
    ? null
    : { sigma: law.sigma, kappa: law.kappa, points, at: (load) => throughputAt(law, load) };
}
