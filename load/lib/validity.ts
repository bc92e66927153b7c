// Whether a run may be believed. VOID means that the generator or the plan was at fault; what the target did wrong is a
// threshold's matter. Rules only: who measures processors and calibrates is scripts/load.ts.
import { quantile } from "./histogram.ts";
import { deliveriesPerSecondPerRoom, type Tally } from "./tally.ts";

/** One sample of a process. */
export interface Usage {
  readonly second: number;
  /** Cores in use. */
  readonly cpu: number;
  readonly rssMiB: number;
}

/** What is known beside the tally; null where nobody measured it. */
export interface Circumstances {
  readonly generator: { readonly usage: readonly Usage[]; readonly cores: number } | null;
  readonly target: { readonly usage: readonly Usage[]; readonly cores: number } | null;
  /** Deliveries a second that this generator has shown against a null server. */
  readonly ceiling: number | null;
  /** The target's version, before and after. */
  readonly versions: readonly [before: string, after: string] | null;
}

export interface Verdict {
  readonly valid: boolean;
  readonly reasons: readonly string[];
  readonly limitedBy: "target" | "generator" | "limiter" | "nothing";
}

export const UNKNOWN: Circumstances = { generator: null, target: null, ceiling: null, versions: null };

/** The bounds, in one place. */
export const BOUNDS = {
  joinedShare: 0.99,
  sentShare: 0.99,
  /** 99th percentile of how long events waited for the script, and how late messages were sent. */
  lagMs: 50,
  latenessMs: 50,
  cpuShare: 0.9,
  ceilingShare: 0.9,
} as const;

/** Judges a run. Every reason is a sentence that says what to do next. */
export function judge(tally: Tally, circumstances: Circumstances = UNKNOWN): Verdict {
  const generator = [...generatorReasons(tally), ...circumstanceReasons(tally, circumstances)];
  const reasons = [...planReasons(tally), ...generator];
  return {
    valid: reasons.length === 0,
    reasons,
    limitedBy: limitOf(tally, circumstances, generator.length > 0),
  };
}

function planReasons(tally: Tally): string[] {
  const { counts: c } = tally;
  const reasons: string[] = [];
  const wanted = c.joined + c.joinFailed;
  if (c.joined < BOUNDS.joinedShare * wanted || wanted === 0) {
    reasons.push(`only ${c.joined} of ${wanted} members joined: join slower, or look at the target`);
  }
  if (c.sent < BOUNDS.sentShare * c.offered || c.offered === 0) {
    reasons.push(`only ${c.sent} of ${c.offered} offered messages were sent: offer less`);
  }
  if (c.refused > 0) {
    reasons.push(`${c.refused} messages were refused: use more senders, or a target with another limit`);
  }
  return [...reasons, ...footReasons(tally)];
}

/** Sums that have to agree, because different virtual users counted them. */
function footReasons({ counts: c, scenario, rooms }: Tally): string[] {
  const reasons: string[] = [];
  const unequal = (what: string, a: number, b: number): void => {
    if (a !== b) reasons.push(`the counts do not foot, ${what}: ${a} and ${b}; report this`);
  };
  unequal("accepted and refused are what was sent", c.accepted + c.refused, c.sent);
  unequal(
    "expected is delivered, lost, missed, corrupt",
    c.expected,
    c.delivered + c.lost + c.missed + c.corrupt,
  );
  const isWhole = c.joinFailed + c.dropped === 0 && scenario !== "join-storm";
  if (isWhole) unequal("every member is owed what was accepted", c.expected * rooms, c.accepted * c.joined);
  return reasons;
}

function generatorReasons({ counts: c, histograms: h, scenario }: Tally): string[] {
  const reasons: string[] = [];
  if (c.negativeLatency > 0) {
    reasons.push(`${c.negativeLatency} messages came before they were due: the generators' clocks differ`);
  }
  if (c.handlerErrors > 0) reasons.push(`${c.handlerErrors} errors in the load script itself: see its log`);
  // A smoke run asks whether everything arrives once, and says nothing of how fast: of its ten messages, one is the 99th percentile.
  if (scenario === "smoke") return reasons;
  const lag = quantile(h.lag, 0.99);
  if (lag > BOUNDS.lagMs) {
    reasons.push(
      `events waited ${Math.round(lag)} ms for the script (p99): use more receivers, or load less`,
    );
  }
  const lateness = quantile(h.lateness, 0.99);
  if (lateness > BOUNDS.latenessMs) {
    reasons.push(`messages left ${Math.round(lateness)} ms late (p99): the sender is overloaded`);
  }
  return reasons;
}

function circumstanceReasons(tally: Tally, { generator, ceiling, versions }: Circumstances): string[] {
  const reasons: string[] = [];
  if (generator !== null && busyShare(generator) > BOUNDS.cpuShare) {
    reasons.push(
      `the generator used ${percent(busyShare(generator))} of its cores: give it more, or load less`,
    );
  }
  const rate = deliveriesPerSecondPerRoom(tally) * tally.rooms;
  if (ceiling !== null && rate > BOUNDS.ceilingShare * ceiling) {
    reasons.push(
      `this is over ${percent(BOUNDS.ceilingShare)} of what the generator can take (${Math.round(ceiling)}/s)`,
    );
  }
  if (versions !== null && versions[0] !== versions[1]) {
    reasons.push(`the target changed from ${versions[0]} to ${versions[1]} in the run: run again`);
  }
  return reasons;
}

/** The median share of the cores that were in use. */
function busyShare({ usage, cores }: { readonly usage: readonly Usage[]; readonly cores: number }): number {
  const sorted = usage.map(({ cpu }) => cpu).toSorted((a, b) => a - b);
  return (sorted[Math.floor(sorted.length / 2)] ?? 0) / cores;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

function limitOf(tally: Tally, { target }: Circumstances, isTired: boolean): Verdict["limitedBy"] {
  if (isTired) return "generator";
  if (tally.counts.refused > 0) return "limiter";
  const isBehind = tally.counts.late > 0 || tally.counts.lost > 0;
  return isBehind || (target !== null && busyShare(target) > BOUNDS.cpuShare) ? "target" : "nothing";
}
