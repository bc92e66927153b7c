// From what was measured to a result: the verdict, and the headline that only a VALID run has. Pure.
import { quantile } from "../lib/histogram.ts";
import { deliveriesPerSecondPerRoom, type Tally } from "../lib/tally.ts";
import { judge, type Usage } from "../lib/validity.ts";
import type { Headline, RunResult } from "./result.ts";

export interface Measured extends Omit<RunResult, keyof Tally | "verdict" | "headline" | "started"> {
  readonly tally: Tally;
  /** Epoch ms; samples count seconds from here. */
  readonly started: number;
  /** Whose processor time is judged: one instance's, and the cores that it had. */
  readonly generator: { readonly usage: readonly Usage[]; readonly cores: number };
  /** The target's version, before and after. */
  readonly versions: readonly [before: string, after: string];
  /** The target's process ended before it should. */
  readonly hasEnded: boolean;
}

/** One room is one object on one thread, however many cores there are. */
const TARGET_CORES = 1;

/** The result of one run, or of several instances of it. */
export function assemble({
  tally,
  started,
  generator,
  versions,
  hasEnded,
  ...measured
}: Measured): RunResult {
  const inWindow = (usage: readonly Usage[]): readonly Usage[] => windowOf(tally, usage, started);
  const target = inWindow(measured.usage.target);
  const verdict = judge(tally, {
    generator: known({ ...generator, usage: inWindow(generator.usage) }),
    target: known({ usage: target, cores: TARGET_CORES }),
    ceiling: measured.ceiling,
    versions,
    hasEnded,
  });
  const headline = verdict.valid ? headlineOf(tally, target) : null;
  return { ...tally, ...measured, started: new Date(started).toISOString(), verdict, headline };
}

const known = <T extends { readonly usage: readonly Usage[] }>(sampled: T): T | null =>
  sampled.usage.length === 0 ? null : sampled;

/** The samples that lie wholly in the measured window: joins and the drain cost too, and are not deliveries. */
export function windowOf(tally: Tally, usage: readonly Usage[], started: number): readonly Usage[] {
  const from = (tally.windowStart - started) / 1_000;
  const until = from + tally.windowMs / 1_000;
  return usage.filter(({ second }) => second - 1 >= from && second <= until);
}

/** What a scenario asks about, where that is not how long messages took. */
const OF: Readonly<Record<string, Headline["of"]>> = {
  "reconnect-storm": "recovery",
  avalanche: "comeback",
};

function headlineOf(tally: Tally, target: readonly Usage[]): Headline {
  const asked = OF[tally.scenario] ?? "latency";
  const of = tally.histograms[asked].count > 0 ? asked : "latency";
  const at = (share: number): number => quantile(tally.histograms[of], share);
  const cpu = cpuPerDelivery(tally, target);
  return {
    of,
    deliveriesPerSecondPerRoom: deliveriesPerSecondPerRoom(tally),
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    p999: at(0.999),
    ...(cpu === null ? {} : { serverCpuMicrosPerDelivery: cpu }),
  };
}

/** Microseconds; null where nobody sampled the target, or nothing was delivered. */
function cpuPerDelivery(tally: Tally, target: readonly Usage[]): number | null {
  const delivered = deliveriesPerSecondPerRoom(tally) * tally.rooms;
  if (target.length === 0 || delivered === 0) return null;
  const cores = target.reduce((sum, { cpu }) => sum + cpu, 0) / target.length;
  return (cores / delivered) * 1e6;
}
