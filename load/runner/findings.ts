// What a run found of the question that its scenario asks, beyond throughput and latency. Pure.
import { type Histogram, quantile } from "../lib/histogram.ts";
import type { Counts, Histograms } from "../lib/tally.ts";
import type { Usage } from "../lib/validity.ts";
import type { RunResult } from "./result.ts";
import { duration, whole } from "./scales.ts";

/** In less time nothing can be told of how memory grows: a process grows to its size, and its garbage comes and goes. */
const LEAST_S = 600;
/** Samples of one part have their noise in common: the slope's interval is of the means of so many parts. */
const PARTS = 10;
/** Of Student's t with 8 degrees of freedom, for 95 %. */
const T_95 = 2.306;

/** One sentence, or none: "" for scenarios that ask no more than the headline answers, and for VOID runs. */
export function findingOf({ scenario, headline, counts, histograms, usage }: RunResult): string {
  if (headline === null) return "";
  switch (scenario) {
    case "smoke":
      return `${whole(counts.delivered)} messages were delivered; a smoke run says nothing of how fast.`;
    case "join-storm":
      return `${whole(counts.joined)} joins took ${times(histograms.join)}, the slowest ${duration(histograms.join.max)}.`;
    case "reconnect-storm":
      return `${whole(counts.connects - counts.joined - counts.joinFailed)} came back, ${whole(counts.resumed)} of them resumed: ${whole(counts.replayed)} messages replayed, ${whole(counts.missed)} missed, ${whole(counts.duplicate)} doubled; joins and comebacks took ${times(histograms.join)}. What came at once took ${times(histograms.latency)}.`;
    case "jitter":
      return jitterOf(counts, histograms);
    case "avalanche":
      return avalancheOf(counts, histograms);
    case "abuse":
      return `Of the abuser's ${whole(counts.abuseSent)} actions ${whole(counts.abuseAccepted)} were accepted, ${whole(counts.overLimit)} above law L1; the others' messages took ${times(histograms.latency)}.`;
    case "soak":
      return `${wakeOf(histograms.wake)}${memoryOf(usage.target)}`;
    default:
      return "";
  }
}

/** Never rounded up: 100.000 % is all. */
function deliveredOf({ expected, delivered, replayed, lost, missed, duplicate, corrupt }: Counts): string {
  const share = (part: number): string => (Math.floor((part / Math.max(1, expected)) * 1e5) / 1e3).toFixed(3);
  const amiss = [
    [lost, "lost"],
    [missed, "missed while away"],
    [corrupt, "corrupted"],
    [duplicate, "doubled"],
  ] as const;
  const not = amiss.flatMap(([count, what]) => (count === 0 ? [] : [`${whole(count)} ${what}`])).join(", ");
  return `${share(delivered)} % of what members were owed was delivered, ${share(replayed)} % by a replay${not === "" ? "" : `; ${not}`}`;
}

function jitterOf(counts: Counts, { comeback, recovery }: Histograms): string {
  const { connects, joined, joinFailed, stranded } = counts;
  const cuts = whole(connects - joined - joinFailed - stranded);
  const brought =
    recovery.count === 0 ? "" : ` What a replay brought took ${times(recovery)} from when it was due.`;
  return `Receivers were cut ${cuts} times in all: ${deliveredOf(counts)}. They were live again after ${times(comeback)}.${brought}`;
}

function avalancheOf(counts: Counts, { comeback }: Histograms): string {
  if (counts.dropped === 0) return "No connection was lost: nobody killed the target.";
  const at = (share: number): string => duration(quantile(comeback, share));
  const back =
    comeback.count === 0
      ? "nobody was live again"
      : `live again after p50 ${at(0.5)}, p95 ${at(0.95)}, the last after ${duration(comeback.max)}`;
  const never = counts.stranded === 0 ? "all came back" : `${whole(counts.stranded)} never came back`;
  return `The target was killed under ${whole(counts.joined + counts.stranded)} members, who lost ${whole(counts.dropped)} connections: ${back}; ${never}. ${deliveredOf(counts)}.`;
}

const times = (histogram: Histogram): string =>
  histogram.count === 0
    ? "no time that was measured"
    : `p50 ${duration(quantile(histogram, 0.5))}, p99 ${duration(quantile(histogram, 0.99))}`;

/** Whether the room slept in between nobody can see from outside. */
const wakeOf = (wake: Histogram): string =>
  wake.count === 0
    ? "No message came after a silence in which a Durable Object may sleep."
    : `A message after a silence in which a Durable Object may sleep took ${times(wake)}.`;

function memoryOf(samples: readonly Usage[]): string {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return "";
  const went = ` Its memory went from ${first.rssMiB.toFixed(1)} to ${last.rssMiB.toFixed(1)} MiB`;
  const grown = last.second - first.second < LEAST_S ? null : growthOf(samples);
  if (grown === null) return `${went}; in so short a time that tells nothing of its growth.`;
  const [low, high] = [grown.perHour - grown.within, grown.perHour + grown.within];
  const said = `${grown.perHour.toFixed(1)} MiB an hour, from ${low.toFixed(1)} to ${high.toFixed(1)}`;
  return `${went}, by ${said} (95 %)${low <= 0 && high >= 0 ? ": no growth that could be told from none" : ""}.`;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export interface Growth {
  /** MiB an hour. */
  readonly perHour: number;
  /** Half of the interval of 95 %. */
  readonly within: number;
}

/** By least squares over the second half, in which a process has its size; null where there are too few samples. */
export function growthOf(samples: readonly Usage[]): Growth | null {
  const half = samples.slice(Math.floor(samples.length / 2));
  const size = Math.floor(half.length / PARTS);
  if (size === 0) return null;
  const parts = Array.from({ length: PARTS }, (_, i) => half.slice(i * size, (i + 1) * size));
  const points = parts.map((part) => ({
    x: mean(part.map(({ second }) => second)),
    y: mean(part.map(({ rssMiB }) => rssMiB)),
  }));
  const [x, y] = [mean(points.map((point) => point.x)), mean(points.map((point) => point.y))];
  const spread = points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
  const slope = points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / spread;
  const rest = points.reduce((sum, point) => sum + (point.y - y - slope * (point.x - x)) ** 2, 0);
  const error = Math.sqrt(rest / (PARTS - 2) / spread);
  return { perHour: slope * 3_600, within: T_95 * error * 3_600 };
}
