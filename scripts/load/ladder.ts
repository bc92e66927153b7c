// Which rate a ladder tries next, and where it ends: climb until a step fails, then halve the gap. Pure.

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

/** What a step must keep to. */
export interface Bounds {
  readonly p99Ms: number;
}

/** Messages that a 99th percentile needs, so that it is not one or two stalls; and how long a step may last for them. */
const MESSAGES = 500;
const STEP_S = { least: 10, most: 60 };

/** The script's variables for a step at `rate`. Where nobody says how long it lasts, few messages take longer. */
export function stepEnv(rate: number, env: Readonly<Record<string, string>>): Record<string, string> {
  const seconds = Math.min(STEP_S.most, Math.max(STEP_S.least, Math.ceil(MESSAGES / rate)));
  return { CHAT_DURATION_S: `${seconds}`, ...env, CHAT_RATE: `${rate}` };
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
