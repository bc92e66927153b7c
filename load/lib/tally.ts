// What one instance of a load run saw, as it is written to a file: plain JSON, and several merge into one.
import { type Failures, mergeFailures } from "./failures.ts";
import { type Column, mergeColumns } from "./heat.ts";
import { type Histogram, mergeHistograms } from "./histogram.ts";
import { mergePhases, type Phase } from "./phases.ts";
import { type Delivery, type MemberTimes, slowestMembers, slowestOf } from "./slowest.ts";

export const SCHEMA = "edge-chat-load/2";

/** Everything that is counted. Messages before the warm-up's end count too, so that the sums foot. */
export const COUNTS = [
  /** Due by the plan, and really sent. */
  "offered",
  "sent",
  /** Not refused; refused, or never answered for another reason than loss. accepted + refused = sent. */
  "accepted",
  "refused",
  /** Of the refused: for another reason than how many they were. */
  "rejected",
  /** Sockets tried; members that joined, and that did not. A member that comes back connects again, and joins once. */
  "connects",
  "joined",
  "joinFailed",
  /** Members that had joined, lost their connection, and never came back: neither joined nor failed. */
  "stranded",
  /** Of all receivers together: expected = delivered + lost + missed + corrupt. */
  "expected",
  "delivered",
  "lost",
  /** Not delivered while away, and said so: a gap, or out of a classic client's reach. */
  "missed",
  /** Among the delivered: behind a later one; and more than a second after the last one was due. */
  "reordered",
  "late",
  /** Came, and was not what had been sent; and frames that nobody can read, whose messages are lost. */
  "corrupt",
  "garbled",
  /** Among the delivered: what stands beside the text is not its sender's; and welcomes that are somebody else's. */
  "forged",
  /** Frames of the protocol that was not asked for. */
  "foreign",
  /** Members whose sequence of messages was held against the senders', and those that heard another one. */
  "compared",
  "diverged",
  /** Members to whom the room said a wrong number of members at the end. */
  "miscounted",
  /** Beside the delivered: a second time. */
  "duplicate",
  /** Comebacks that continued where they were, and messages of the delivered that came by replay or snapshot. */
  "resumed",
  "replayed",
  /** Sockets that the other side closed. */
  "dropped",
  "frames",
  "bytes",
  /** The generator's own failures. */
  "handlerErrors",
  "negativeLatency",
  /** Events of the history that test/support/checker.ts judged, and what it found. */
  "judged",
  "anomalies",
  /** Messages that were read field by field: each text once, whoever else gets it. */
  "examined",
  /** The abuser's actions, and those above what law L1 allows (0). */
  "abuseSent",
  "abuseAccepted",
  "abuseRefused",
  "overLimit",
] as const;
export type Count = (typeof COUNTS)[number];
export type Counts = Readonly<Record<Count, number>>;

/**
 * latency: receipt minus intended send time. response: receipt minus actual send. service: response of the sender's
 * own echo. spread: last minus first receiver of a message. lateness: actual minus intended send. lag: how long events
 * waited for the script. join: from connecting to joined. wake: latency of a message after a long silence. recovery: receipt by a
 * replay minus intended send. hiccup: for how long a virtual user did not run when it should have, weighted by time. memberP99: the
 * 99th percentile of each member's latency. comeback: from a lost connection, or the end of a cut, until a member was live again.
 */
export const HISTOGRAMS = [
  "latency",
  "response",
  "service",
  "spread",
  "lateness",
  "lag",
  "join",
  "wake",
  "recovery",
  "hiccup",
  "memberP99",
  "comeback",
] as const;
export type HistogramName = (typeof HISTOGRAMS)[number];
export type Histograms = Readonly<Record<HistogramName, Histogram>>;

/** One step of the measured window; `second` is where it begins. Steps are a second, longer in very long runs. */
export interface Second {
  readonly second: number;
  readonly delivered: number;
  readonly sent: number;
  readonly lagMaxMs: number;
  readonly hiccupMaxMs: number;
  /** Latency of the messages that were due in it, as the virtual user has it that has the worst; 0 without any. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface Tally {
  readonly schema: typeof SCHEMA;
  readonly scenario: string;
  /** By CHAT_ name; without secrets and file names. */
  readonly parameters: Readonly<Record<string, string | number>>;
  /** How many instances were merged. */
  readonly instances: number;
  /** What there had to be, by the plan: members and virtual users; and messages, null where the run itself decides. */
  readonly planned: { readonly members: number; readonly users: number; readonly messages: number | null };
  /** How often each virtual user handed over what it saw, from the first one on: once each, or the counts are not a whole run's. */
  readonly reports: readonly number[];
  readonly failures: readonly Failures[];
  /** The least time from a room's own time of a message to its arrival, as each virtual user has it: the least and the most of them. */
  readonly roomLag: { readonly min: number; readonly max: number } | null;
  readonly counts: Counts;
  readonly rooms: number;
  /** The measured window, after the warm-up and before the drain: its length, and when it began (epoch ms; 0: never). */
  readonly windowMs: number;
  readonly windowStart: number;
  /** From the first member's connecting until the rooms were full (epoch ms; 0: never). */
  readonly joining: { readonly from: number; readonly until: number };
  readonly histograms: Histograms;
  readonly seconds: readonly Second[];
  /** Latency by time: a heat map's columns. */
  readonly heat: readonly Column[];
  /** The slowest deliveries, each message once, and the members that waited longest; the worst first. */
  readonly slowest: readonly Delivery[];
  readonly slowestMembers: readonly MemberTimes[];
  readonly phases: readonly Phase[];
}

export const NO_COUNTS = Object.fromEntries(COUNTS.map((name) => [name, 0])) as Counts;

/** Both instances' tallies as one. Associative and commutative. Throws an Error where they are not of one run. */
export function mergeTallies(a: Tally, b: Tally): Tally {
  const other = differenceOf(a, b);
  if (other !== null)
    throw new Error(`These results are of different runs: ${other}. Merge those of one run.`);
  return {
    ...a,
    instances: a.instances + b.instances,
    windowStart: earliest(a.windowStart, b.windowStart),
    joining: {
      from: earliest(a.joining.from, b.joining.from),
      until: Math.max(a.joining.until, b.joining.until),
    },
    reports: a.reports.map((times, user) => times + (b.reports[user] ?? 0)),
    failures: mergeFailures(a.failures, b.failures),
    roomLag: mergeRanges(a.roomLag, b.roomLag),
    counts: Object.fromEntries(COUNTS.map((name) => [name, a.counts[name] + b.counts[name]])) as Counts,
    histograms: Object.fromEntries(
      HISTOGRAMS.map((name) => [name, mergeHistograms(a.histograms[name], b.histograms[name])]),
    ) as Histograms,
    seconds: mergeSeconds(a.seconds, b.seconds),
    heat: mergeColumns(a.heat, b.heat),
    slowest: slowestOf([...a.slowest, ...b.slowest]),
    slowestMembers: slowestMembers([...a.slowestMembers, ...b.slowestMembers]),
    phases: mergePhases(a.phases, b.phases),
  };
}

const mergeRanges = (a: Tally["roomLag"], b: Tally["roomLag"]): Tally["roomLag"] =>
  a === null || b === null ? (a ?? b) : { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };

const earliest = (a: number, b: number): number => (a === 0 || b === 0 ? a + b : Math.min(a, b));

function differenceOf(a: Tally, b: Tally): string | null {
  for (const name of ["schema", "scenario", "rooms", "windowMs"] as const) {
    if (a[name] !== b[name]) return `${name} is ${a[name]} in one and ${b[name]} in the other`;
  }
  for (const name of Object.keys({ ...a.parameters, ...b.parameters })) {
    const [one, two] = [a.parameters[name], b.parameters[name]];
    if (one !== two) return `${name} is ${one} in one and ${two} in the other`;
  }
  return null;
}

function mergeSeconds(a: readonly Second[], b: readonly Second[]): Second[] {
  const merged = new Map(a.map((step) => [step.second, step]));
  for (const step of b) {
    const other = merged.get(step.second);
    merged.set(step.second, other === undefined ? step : addSteps(other, step));
  }
  return [...merged.values()].toSorted((one, two) => one.second - two.second);
}

const addSteps = (a: Second, b: Second): Second => ({
  second: a.second,
  delivered: a.delivered + b.delivered,
  sent: a.sent + b.sent,
  lagMaxMs: Math.max(a.lagMaxMs, b.lagMaxMs),
  hiccupMaxMs: Math.max(a.hiccupMaxMs, b.hiccupMaxMs),
  p50Ms: Math.max(a.p50Ms, b.p50Ms),
  p95Ms: Math.max(a.p95Ms, b.p95Ms),
  p99Ms: Math.max(a.p99Ms, b.p99Ms),
  maxMs: Math.max(a.maxMs, b.maxMs),
});

/** Deliveries a second and room, over the measured window. */
export function deliveriesPerSecondPerRoom({ seconds, windowMs, rooms }: Tally): number {
  const delivered = seconds.reduce((sum, step) => sum + step.delivered, 0);
  return windowMs === 0 ? 0 : delivered / (windowMs / 1_000) / rooms;
}
