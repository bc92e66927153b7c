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

/** As nextRate, but a step that failed is tried once more before its rate counts as failed: a machine has its moments. */
export function nextTry(tries: readonly Step[], climb: Climb): number | null {
  const last = tries.at(-1);
  if (last === undefined || last.failure === null) return nextRate(settled(tries), climb);
  const isFirst = tries.filter(({ rate }) => rate === last.rate).length === 1;
  return isFirst ? last.rate : nextRate(settled(tries), climb);
}

/** One step for each rate that was tried: what held once holds, else it is the last failure. */
export function settled<T extends Step>(tries: readonly T[]): T[] {
  const byRate = new Map<number, T>();
  for (const tried of tries) {
    if (byRate.get(tried.rate)?.failure !== null) byRate.set(tried.rate, tried);
  }
  return [...byRate.values()];
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

/** A climb begins in a quiet room: so many steps at so many messages a second. */
export const QUIET = { steps: 2, rate: 2 } as const;
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
