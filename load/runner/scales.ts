// Where a value stands on an axis, and which values are written beside it. Pure.

interface Tick {
  readonly at: number;
  readonly label: string;
}

export interface Axis {
  readonly label: string;
  readonly scale: "linear" | "log";
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly Tick[];
}

/** A number in few characters: 1,234,567 is "1.2M". */
export function short(value: number): string {
  const size = Math.abs(value);
  for (const [unit, name] of [
    [1e9, "G"],
    [1e6, "M"],
    [1e4, "k"],
  ] as const) {
    if (size >= unit) return `${trim(value / (name === "k" ? 1e3 : unit))}${name}`;
  }
  return size >= 1_000 ? value.toFixed(0) : trim(value);
}

const trim = (value: number): string => `${Number(value.toPrecision(Math.abs(value) >= 100 ? 3 : 2))}`;

/** A number to the last digit: 1234567 is "1,234,567". */
export const whole = (value: number): string => Math.round(value).toLocaleString("en");

/** Milliseconds as people say them: "340 µs", "3.4 ms", "1.2 s". */
export function duration(ms: number): string {
  if (ms >= 1_000) return `${trim(ms / 1_000)} s`;
  return ms >= 1 || ms === 0 ? `${trim(ms)} ms` : `${trim(ms * 1_000)} µs`;
}

/** From 0 to a round number not below the largest value. */
export function linearAxis(label: string, values: readonly number[], say = short, leastStep = 0): Axis {
  const largest = Math.max(0, ...values) || 1;
  const step = Math.max(leastStep, roundStep(largest / 5));
  const max = Math.ceil(largest / step - 1e-9) * step;
  const ticks = Array.from({ length: Math.round(max / step) + 1 }, (_, i) => i * step);
  return { label, scale: "linear", min: 0, max, ticks: ticks.map((at) => ({ at, label: say(at) })) };
}

/** Decades around the positive values; 1, 2 and 5 are written where there are few decades. */
export function logAxis(label: string, values: readonly number[], say = short): Axis {
  const positive = values.filter((value) => value > 0);
  const low = Math.floor(Math.log10(Math.min(...positive, 1e9)) + 1e-9);
  const high = Math.ceil(Math.log10(Math.max(...positive, 1e-9)) - 1e-9);
  const [first, last] = positive.length === 0 ? [0, 1] : [low, Math.max(high, low + 1)];
  const within = last - first <= 2 ? [1, 2, 5] : [1];
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i))
    .flatMap((decade) => within.map((factor) => decade * factor))
    .filter((at) => at <= 10 ** last * 1.000_001);
  const [min, max] = [10 ** first, 10 ** last];
  return { label, scale: "log", min, max, ticks: ticks.map((at) => ({ at, label: say(at) })) };
}

/** Percentiles by their nines, so that the tail has room: 90 % stands at 1, 99 % at 2. */
export const nines = (share: number): number => -Math.log10(1 - Math.min(share, 0.999_999_9));

/** The axis of `nines`, up to where `count` samples can tell anything. */
export function percentileAxis(label: string, count: number): Axis {
  const max = Math.max(2, Math.min(6, Math.ceil(Math.log10(Math.max(count, 1)))));
  const shares = [0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.999_99, 0.999_999].filter(
    (s) => nines(s) <= max + 1e-9,
  );
  const ticks = shares.map((share) => ({
    at: nines(share),
    label: `${Number((share * 100).toPrecision(7))}`,
  }));
  return { label, scale: "linear", min: 0, max, ticks };
}

/** From 0 (the axis's beginning) to 1 (its end); what is outside stands at the edge. */
export function place({ scale, min, max }: Axis, value: number): number {
  const share =
    scale === "log"
      ? Math.log(Math.max(value, min) / min) / Math.log(max / min)
      : (value - min) / (max - min);
  return Math.min(1, Math.max(0, share));
}

function roundStep(rough: number): number {
  const decade = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5].find((factor) => factor * decade >= rough - 1e-12) ?? 10) * decade;
}
