// How a climb goes on: which rate is tried next, when it ends, and whether a step held. Up until one fails, then halving the gap. Pure.

/** A step as it went. */
export interface Step {
  /** Messages a second in each room. */
  readonly rate: number;
  /** Why it failed, in one sentence; null where it held. */
  readonly failure: string | null;
}

export interface Climb {
  readonly from: number;
  /** Each step up is this many times the one before. */
  readonly factor: number;
  /** Ends when the lowest failed rate is at most this many times the highest that held. */
  readonly precision: number;
  readonly maxSteps: number;
}

/** The rate to try next, or null when the ladder is done. */
export function nextRate(
  steps: readonly Step[],
  { from, factor, precision, maxSteps }: Climb,
): number | null {
  if (steps.length >= maxSteps) return null;
  if (steps.length === 0) return round(from);
  const { held, failed } = span(steps);
  if (failed === null) return held === null ? null : round(held * factor);
  const next = held === null ? round(failed / factor) : round(Math.sqrt(held * failed));
  if (held !== null && failed / held <= precision) return null;
  return steps.some(({ rate }) => rate === next) || next <= 0 ? null : next;
}

/** As nextRate, but a rate whose first try failed is tried until two tries agree: a machine has its moments. */
export function nextTry(tries: readonly Step[], climb: Climb): number | null {
  const rate = tries.at(-1)?.rate;
  const { held, failed } = split(tries, rate);
  if (rate !== undefined && failed.length === 1 && held.length < 2) return rate;
  return nextRate(settled(tries), climb);
}

/** One step for each rate that was tried: where most of its tries held, the last that did, else the last that failed. */
export function settled<T extends Step>(tries: readonly T[]): T[] {
  const rates = [...new Set(tries.map(({ rate }) => rate))];
  return rates.flatMap((rate) => {
    const { held, failed } = split(tries, rate);
    return (held.length > failed.length ? held : failed).slice(-1);
  });
}

function split<T extends Step>(
  tries: readonly T[],
  at: number | undefined,
): { readonly held: readonly T[]; readonly failed: readonly T[] } {
  const there = tries.filter(({ rate }) => rate === at);
  return {
    held: there.filter(({ failure }) => failure === null),
    failed: there.filter(({ failure }) => failure !== null),
  };
}

/** The highest rate that held below every failure, and the lowest that failed. */
export function span(steps: readonly Step[]): { held: number | null; failed: number | null } {
  const failed = steps.filter(({ failure }) => failure !== null).map(({ rate }) => rate);
  const lowest = failed.length === 0 ? null : Math.min(...failed);
  const held = steps
    .filter(({ failure, rate }) => failure === null && (lowest === null || rate < lowest))
    .map(({ rate }) => rate);
  return { held: held.length === 0 ? null : Math.max(...held), failed: lowest };
}

/** Three digits are more than a machine can tell apart. */
const round = (rate: number): number => Number(rate.toPrecision(3));

/** Messages a second in a quiet room. */
export const QUIET_RATE = 2;
/** A step that warms up both sides, then two in a quiet room: the code of a process that has heard little is not compiled yet. */
const WARM_STEPS = 1;
const OPENING_STEPS = WARM_STEPS + 2;
/** While it warms up: enough for the compilers, and what every server carries. */
const WARM_DELIVERIES = 5_000;

/** What a step is for, by its index: it warms up, shows a quiet room, or climbs. */
export function phaseOf(index: number): "warm" | "quiet" | "climb" {
  if (index < WARM_STEPS) return "warm";
  return index < OPENING_STEPS ? "quiet" : "climb";
}

/** Messages a second of the step that warms up. */
export const warmRate = (members: number): number =>
  Math.min(50, Math.max(QUIET_RATE, Math.round(WARM_DELIVERIES / members)));
/** Messages are due in this part of a step; in the rest what is under way arrives. */
const LOADED = 0.75;

/** When each message of a step is due, in ms from the step's beginning. */
export function dueIn(rate: number, stepS: number): number[] {
  const count = Math.max(1, Math.round(rate * stepS * LOADED));
  return Array.from({ length: count }, (_, k) => ((k + 0.5) / rate) * 1_000);
}

/** Deliveries a second while messages were due. */
export const deliveriesPerSecond = (delivered: number, stepS: number): number => delivered / (stepS * LOADED);

/** From when to when messages were due in a step, in ms from the climb's beginning. */
export const loadedPart = (second: number, stepS: number): readonly [from: number, until: number] => [
  second * 1_000,
  (second + stepS * LOADED) * 1_000,
];
