// What a run found of the question that its scenario asks, beyond throughput and latency. Pure.
import { type Histogram, quantile } from "../../load/lib/histogram.ts";
import type { Usage } from "../../load/lib/validity.ts";
import type { RunResult } from "./result.ts";
import { duration, whole } from "./scales.ts";

/** Fewer samples tell nothing of how memory grows. */
const LEAST_SAMPLES = 30;

/** One sentence, or none: "" for scenarios that ask no more than the headline answers, and for VOID runs. */
export function findingOf({ scenario, headline, counts, histograms, usage }: RunResult): string {
  if (headline === null) return "";
  switch (scenario) {
    case "join-storm":
      return `${whole(counts.joined)} joins took ${times(histograms.join)}, the slowest ${duration(histograms.join.max)}.`;
    case "reconnect-storm":
      return `${whole(counts.connects - counts.joined - counts.joinFailed)} came back, ${whole(counts.resumed)} of them resumed: ${whole(counts.replayed)} messages replayed, ${whole(counts.missed)} missed, ${whole(counts.duplicate)} doubled; joins and comebacks took ${times(histograms.join)}.`;
    case "abuse":
      return `Of the abuser's ${whole(counts.abuseSent)} actions ${whole(counts.abuseAccepted)} were accepted, ${whole(counts.overLimit)} above law L1; the others' messages took ${times(histograms.latency)}.`;
    case "soak":
      return `The room slept before each message; waking took ${times(histograms.wake)}.${memoryOf(usage.target)}`;
    default:
      return "";
  }
}

const times = (histogram: Histogram): string =>
  histogram.count === 0
    ? "no time that was measured"
    : `p50 ${duration(quantile(histogram, 0.5))}, p99 ${duration(quantile(histogram, 0.99))}`;

function memoryOf(samples: readonly Usage[]): string {
  const [first] = samples;
  const last = samples.at(-1);
  if (samples.length < LEAST_SAMPLES || first === undefined || last === undefined) return "";
  const perHour = slopeOf(samples) * 3_600;
  return ` Its memory went from ${first.rssMiB.toFixed(1)} to ${last.rssMiB.toFixed(1)} MiB, by ${perHour.toFixed(1)} MiB an hour.`;
}

/** MiB a second, by least squares, over the second half: in the first one a process still grows to its size. */
export function slopeOf(samples: readonly Usage[]): number {
  const half = samples.slice(Math.floor(samples.length / 2));
  const mean = (of: (sample: Usage) => number): number =>
    half.reduce((sum, sample) => sum + of(sample), 0) / half.length;
  const [second, rss] = [mean((sample) => sample.second), mean((sample) => sample.rssMiB)];
  const covariance = mean((sample) => (sample.second - second) * (sample.rssMiB - rss));
  const variance = mean((sample) => (sample.second - second) ** 2);
  return variance === 0 ? 0 : covariance / variance;
}
