// What one climb says of a server: the highest rate that it sustained, what a delivery, a join and a member cost, how a quiet room
// answers, and what ended the climb. Pure.
import { deliveriesPerSecond, loadedPart, phaseOf, settled, type Step } from "../lib/climb.ts";
import type { Second, Tally } from "../lib/tally.ts";
import { BOUNDS } from "../lib/validity.ts";
import { brokenIn } from "./broken.ts";
import type { CellPlan } from "./bench-plan.ts";
import { duration, whole } from "./scales.ts";
import { cpuBetween, type Reading } from "./usage.ts";

type Limit = "target" | "generator" | "nothing";

/** One step of the climb; `rate` is in messages a second. */
export interface BenchStep extends Step {
  readonly deliveriesPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Cores that were busy while messages were due; null where nobody measured. */
  readonly serverCores: number | null;
  readonly generatorCores: number | null;
  /** Who was at its limit. */
  readonly limit: Limit;
}

export interface Cell extends CellPlan {
  readonly steps: readonly BenchStep[];
  /** The highest rate that held; null where none did. */
  readonly best: BenchStep | null;
  /** The lowest that did not; null where all did. */
  readonly failed: BenchStep | null;
  /** Percentiles in ms. */
  readonly quiet: { readonly p50: number; readonly p99: number } | null;
  /** From the first member's connecting until the room was full, and the server's processor time in it. */
  readonly joins: { readonly seconds: number; readonly cpuSeconds: number | null } | null;
  /** By how much the server's resident memory grew, for each member. */
  readonly kibAMember: number | null;
  /** Cores that neither server nor generator used: by others on this machine, on average. Null where nobody measured. */
  readonly others: number | null;
  /** Milliseconds that the disk takes for a commit of one message. */
  readonly commitMs: number | null;
  /** What is wrong with this climb, in a sentence without its full stop; null where nothing. */
  readonly problem: string | null;
}

export interface Climbed {
  readonly tally: Tally;
  readonly readings: { readonly generator: readonly Reading[]; readonly target: readonly Reading[] };
  /** Bound of the 99th percentile, in ms. */
  readonly bound: number;
  readonly generatorCores: number;
  /** Processor seconds of the whole machine in the meantime; null where nobody measured. */
  readonly busySeconds: number | null;
  readonly commitMs: number;
}

/** A climb that gave no result. */
export const failedCell = (plan: CellPlan, problem: string): Cell => ({
  ...plan,
  steps: [],
  best: null,
  failed: null,
  quiet: null,
  joins: null,
  kibAMember: null,
  others: null,
  commitMs: null,
  problem,
});

export function cellOf(plan: CellPlan, climbed: Climbed): Cell {
  const { tally, readings } = climbed;
  const { joining, seconds, windowStart, counts, reports } = tally;
  const silent = reports.filter((times) => times === 0).length;
  if (silent > 0)
    return failedCell(
      plan,
      `the generator broke down: ${silent} of ${reports.length} virtual users ended early`,
    );
  if (joining.until === 0) {
    const limit = Number(tally.parameters.CHAT_JOIN_TIMEOUT_S);
    return failedCell(plan, `the room was not full after ${limit} s (${whole(counts.joined)} had joined)`);
  }
  const stepS = Number(tally.parameters.CHAT_STEP_S);
  const begun = (phase: ReturnType<typeof phaseOf>): Second[] =>
    seconds.filter(({ second, sent }) => phaseOf(Math.floor(second / stepS)) === phase && sent > 0);
  const quiet = begun("quiet");
  const steps = begun("climb").map((second) => stepOf(second, stepS, plan.members, climbed));
  const broken = brokenIn(counts);
  const known = settled(steps).toSorted((a, b) => a.rate - b.rate);
  // A rate below it that failed met something else than the server: it carried more.
  const highest = known.findLast(({ failure }) => failure === null) ?? null;
  const cpuSeconds = cpuBetween(readings.target, joining.from, joining.until);
  return {
    ...plan,
    steps,
    best: broken === null ? highest : null,
    failed: known.find(({ rate }) => rate > (highest?.rate ?? 0)) ?? null,
    quiet: quiet.length === 0 ? null : worstOf(quiet),
    joins: { seconds: (joining.until - joining.from) / 1_000, cpuSeconds },
    kibAMember: grownBy(readings.target, windowStart, plan.members),
    others: othersOf(climbed),
    commitMs: climbed.commitMs,
    problem: broken,
  };
}

function othersOf({ readings, busySeconds }: Climbed): number | null {
  const [first, last] = [readings.generator[0], readings.generator.at(-1)];
  if (busySeconds === null || first === undefined || last === undefined || last.at <= first.at) return null;
  const used = [readings.generator, readings.target].reduce(
    (sum, of) => sum + ((of.at(-1)?.cpuSeconds ?? 0) - (of[0]?.cpuSeconds ?? 0)),
    0,
  );
  return Math.max(0, busySeconds - used) / ((last.at - first.at) / 1_000);
}

function stepOf(second: Second, stepS: number, members: number, climbed: Climbed): BenchStep {
  const { tally, readings, bound, generatorCores: cores } = climbed;
  const [from, until] = loadedPart(second.second, stepS).map((at) => at + tally.windowStart);
  const coresOf = (of: readonly Reading[]): number | null => {
    const cpu = cpuBetween(of, from ?? 0, until ?? 0);
    return cpu === null ? null : cpu / (((until ?? 0) - (from ?? 0)) / 1_000);
  };
  const [serverCores, generatorCores] = [coresOf(readings.target), coresOf(readings.generator)];
  const failure = failureOf(second, members, bound);
  const isBusy = (serverCores ?? 0) > BOUNDS.cpuShare;
  const isTired =
    (generatorCores ?? 0) > BOUNDS.cpuShare * cores || (second.lagMaxMs > BOUNDS.lagMs && !isBusy);
  return {
    rate: Number(deliveriesPerSecond(second.sent, stepS).toPrecision(3)),
    failure,
    deliveriesPerSecond: deliveriesPerSecond(second.delivered, stepS),
    p50: second.p50Ms,
    p99: second.p99Ms,
    serverCores,
    generatorCores,
    limit: isTired ? "generator" : isBusy ? "target" : "nothing",
  };
}

function failureOf({ sent, delivered, p99Ms }: Second, members: number, bound: number): string | null {
  const owed = sent * members;
  if (p99Ms > bound) return `p99 ${duration(p99Ms)}`;
  return delivered === owed ? null : `${whole(owed - delivered)} of ${whole(owed)} not in time`;
}

const worstOf = (steps: readonly Second[]): { readonly p50: number; readonly p99: number } => ({
  p50: Math.max(...steps.map(({ p50Ms }) => p50Ms)),
  p99: Math.max(...steps.map(({ p99Ms }) => p99Ms)),
});

/** From before the first member until the room was full. */
function grownBy(readings: readonly Reading[], full: number, members: number): number | null {
  const [before] = readings;
  const after = readings.findLast(({ at }) => at <= full);
  return before === undefined || after === undefined
    ? null
    : ((after.rssMiB - before.rssMiB) * 1_024) / members;
}

/** Microseconds of the server's processor for a delivery of a step; null where nobody measured. */
export const microsOf = ({ serverCores, deliveriesPerSecond: rate }: BenchStep): number | null =>
  serverCores === null || rate === 0 ? null : (serverCores / rate) * 1e6;
