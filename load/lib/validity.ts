// Whether a run may be believed, and what the target did that it may not. VOID means that the generator or the plan was at fault,
// BROKEN that the target broke a law (laws.ts). Rules only: processors are measured and generators calibrated in load/runner.
import { quantile } from "./histogram.ts";
import { forbiddenIn, worded } from "./laws.ts";
import type { Parameters } from "./parameters.ts";
import { deliveriesPerSecondPerRoom, type Tally } from "./tally.ts";

/** One sample of a process. */
export interface Usage {
  readonly second: number;
  /** Cores in use. */
  readonly cpu: number;
  readonly rssMiB: number;
  /** Of the cores that it is pinned to: what others used, and what the machine's own host took. */
  readonly others?: number;
  readonly steal?: number;
}

/** What is known beside the tally; null where nobody measured it. */
export interface Circumstances {
  readonly generator: { readonly usage: readonly Usage[]; readonly cores: number } | null;
  readonly target: { readonly usage: readonly Usage[]; readonly cores: number } | null;
  /** Deliveries a second that this generator has shown against a null server. */
  readonly ceiling: number | null;
  /** The target's version, before and after. */
  readonly versions: readonly [before: string, after: string] | null;
  /** The target was a process of ours, and is not any more. */
  readonly hasEnded: boolean;
}

export interface Verdict {
  /** Whether its numbers may be believed: nothing was wrong with generator or plan. */
  readonly valid: boolean;
  /** What the target did that it may not. */
  readonly broken: readonly string[];
  /** Why it is not valid. */
  readonly reasons: readonly string[];
  readonly limitedBy: "target" | "generator" | "limiter" | "nothing";
}

export const UNKNOWN: Circumstances = {
  generator: null,
  target: null,
  ceiling: null,
  versions: null,
  hasEnded: false,
};

/** The bounds, in one place. */
export const BOUNDS = {
  sentShare: 0.99,
  /** How long events may have waited in a second that counts as kept up with. */
  lagMs: 50,
  /** What the generator may add to the slowest hundredth of what it tells: this, or this share of it. */
  stallMs: 20,
  stallShare: 0.5,
  /** How far the clocks of virtual users may be apart, and which share of the p99 that they tell. */
  apartMs: 10,
  apartShare: 0.2,
  /** Of the cores that target or generator are pinned to, what others may have used, and what the machine's own host took. */
  othersShare: 0.2,
  cpuShare: 0.9,
  ceilingShare: 0.9,
} as const;

/** What a run came to. A law that the target broke outranks whatever was wrong with generator or plan. */
export type Outcome = "BROKEN" | "VOID" | "VALID";

export const outcomeOf = ({ valid, broken }: Verdict): Outcome =>
  broken.length > 0 ? "BROKEN" : valid ? "VALID" : "VOID";

/** Judges a run. Every reason is a sentence that says what to do next. */
export function judge(tally: Tally, circumstances: Circumstances = UNKNOWN): Verdict {
  const generator = [...generatorReasons(tally), ...circumstanceReasons(tally, circumstances)];
  const reasons = [...planReasons(tally), ...generator];
  const valid = reasons.length === 0;
  return {
    valid,
    broken: brokenReasons(tally, circumstances, valid),
    reasons,
    limitedBy: limitOf(tally, circumstances, generator.length > 0),
  };
}

/** What the target did that it may not. How slow it was is known only where the generator is no suspect. */
function brokenReasons(tally: Tally, { hasEnded }: Circumstances, isValid: boolean): string[] {
  const { scenario, parameters, counts: c, histograms } = tally;
  // Written by our own scripts, or checked by the schema.
  const of = { scenario, protocol: parameters.CHAT_PROTOCOL } as Pick<Parameters, "scenario" | "protocol">;
  // Who is not there is not counted by a room that is right.
  const isFull = isWhole(tally) && c.joinFailed + c.dropped + c.stranded === 0;
  const broken = worded(
    forbiddenIn(of).filter((name) => name !== "miscounted" || isFull),
    c,
  );
  if (hasEnded) broken.unshift("the target's process ended in the run");
  const [p99, bound] = [quantile(histograms.latency, 0.99), Number(parameters.CHAT_P99_MS)];
  if (isValid && scenario !== "climb" && p99 > bound)
    broken.push(`p99 ${Math.round(p99)} ms is over ${bound} ms`);
  return broken;
}

/** Whether each virtual user handed over once what it saw. */
const isWhole = ({ reports }: Tally): boolean => reports.every((times) => times === 1);

function planReasons(tally: Tally): string[] {
  const { counts: c, planned } = tally;
  const reasons = wholeReasons(tally);
  const seen = c.joined + c.joinFailed + c.stranded;
  if (isWhole(tally) && seen !== planned.members) {
    reasons.push(`${planned.members} members were planned, and ${seen} are accounted for; report this`);
  }
  if (c.joined === 0) reasons.push("nobody joined: look at the failures");
  if (c.sent < BOUNDS.sentShare * c.offered || c.offered === 0) {
    reasons.push(`only ${c.sent} of ${c.offered} offered messages were sent: offer less`);
  }
  if (planned.messages !== null && isWhole(tally) && c.offered !== planned.messages) {
    reasons.push(`${planned.messages} messages were planned, and ${c.offered} offered: the sender gave up`);
  }
  if (c.refused > c.rejected) {
    reasons.push(
      `${c.refused - c.rejected} messages were refused: use more senders, or a target with another limit`,
    );
  }
  return [...reasons, ...footReasons(tally)];
}

/** A virtual user that died takes its members' counts along; a share that is missing or comes twice does the same to a merged result. */
function wholeReasons({ reports }: Tally): string[] {
  const which = (is: (times: number) => boolean): string[] =>
    reports.flatMap((times, i) => (is(times) ? [`${i + 1}`] : []));
  const silent = which((times) => times === 0);
  const doubled = which((times) => times > 1);
  return [
    ...(silent.length === 0
      ? []
      : [`virtual user ${silent.join(", ")} handed over nothing: it died, or a share of the run is missing`]),
    ...(doubled.length === 0
      ? []
      : [`virtual user ${doubled.join(", ")} is counted more than once: merge each share once`]),
  ];
}

/** Sums that have to agree, because different virtual users counted them. */
function footReasons(tally: Tally): string[] {
  const { counts: c, scenario, rooms } = tally;
  const reasons: string[] = [];
  const unequal = (what: string, a: number, b: number): void => {
    if (a !== b) reasons.push(`the counts do not foot, ${what}: ${a} and ${b}; report this`);
  };
  unequal(
    "expected is delivered, lost, missed, corrupt",
    c.expected,
    c.delivered + c.lost + c.missed + c.corrupt,
  );
  if (!isWhole(tally)) return reasons;
  unequal("accepted and refused are what was sent", c.accepted + c.refused, c.sent);
  const isOwed = c.joinFailed + c.dropped + c.stranded === 0 && scenario !== "join-storm";
  if (isOwed) unequal("every member is owed what was accepted", c.expected * rooms, c.accepted * c.joined);
  return reasons;
}

/** How long the generator may have kept back the slowest hundredth: it must not be what the room's p99 tells. */
export function mayKeep(latencyP99: number): number {
  return Math.max(BOUNDS.stallMs, BOUNDS.stallShare * latencyP99);
}

function generatorReasons({ counts: c, histograms: h, scenario, roomLag }: Tally): string[] {
  const reasons: string[] = [];
  if (c.negativeLatency > 0) {
    reasons.push(`${c.negativeLatency} messages came before they were due: the generators' clocks differ`);
  }
  if (c.handlerErrors > 0) reasons.push(`${c.handlerErrors} errors in the load script itself: see its log`);
  // A smoke run asks whether everything arrives once, and says nothing of how fast: of its ten messages, one is the 99th percentile.
  if (scenario === "smoke") return reasons;
  const p99 = quantile(h.latency, 0.99);
  const bound = mayKeep(p99);
  const late = (name: "lag" | "lateness" | "hiccup", sentence: (ms: string) => string): void => {
    const time = quantile(h[name], 0.99);
    if (time > bound)
      reasons.push(`${sentence(`${Math.round(time)} ms`)} (p99, where the room's is ${Math.round(p99)} ms)`);
  };
  late("lag", (ms) => `events waited ${ms} for the script: use more receivers, or load less`);
  late("lateness", (ms) => `messages left ${ms} late: the sender is overloaded`);
  late(
    "hiccup",
    (ms) => `the generator itself stood still for ${ms}: give it a core of its own, or load less`,
  );
  const apart = roomLag === null ? 0 : roomLag.max - roomLag.min;
  if (apart > Math.max(BOUNDS.apartMs, BOUNDS.apartShare * p99)) {
    reasons.push(
      `the room's own times reach virtual users ${Math.round(apart)} ms apart: their machines' clocks differ, or their ways to it`,
    );
  }
  return reasons;
}

function circumstanceReasons(
  tally: Tally,
  { generator, target, ceiling, versions }: Circumstances,
): string[] {
  const reasons: string[] = [];
  if (tally.scenario !== "smoke")
    reasons.push(...crowdedReasons("generator", generator), ...crowdedReasons("target", target));
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

/** Whoever else is on a pinned core takes turns with whom it is for: what is measured then is both. */
function crowdedReasons(who: string, sampled: Circumstances["generator"]): string[] {
  if (sampled === null) return [];
  const shareOf = (of: (sample: Usage) => number | undefined): number =>
    sampled.usage.reduce((sum, sample) => sum + (of(sample) ?? 0), 0) / sampled.usage.length / sampled.cores;
  const [others, steal] = [shareOf((sample) => sample.others), shareOf((sample) => sample.steal)];
  if (others + steal <= BOUNDS.othersShare) return [];
  return [
    `others used ${percent(others)} and the host took ${percent(steal)} of the ${who}'s cores: run it on a quieter machine`,
  ];
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
