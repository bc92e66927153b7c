// What a ladder's step must keep to, and how long it lasts. Which rate it tries is load/lib/climb.ts. Pure.

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
