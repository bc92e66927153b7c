// A run in six lines of a terminal. Pure: what they say; and what moves them up to be written again.
import { short, duration } from "./scales.ts";

export interface Shown {
  readonly scenario: string;
  readonly elapsedS: number;
  /** Until the plan is over, as far as it is known: seconds of warm-up and window. */
  readonly plannedS: number;
  readonly members: number;
  readonly joined: number;
  /** A number a second, the newest last; null where there was none. */
  readonly rates: readonly number[];
  readonly p99s: readonly (number | null)[];
  readonly lags: readonly (number | null)[];
  readonly target: { readonly cpu: number; readonly rssMiB: number } | null;
  readonly generator: { readonly cpu: number; readonly rssMiB: number } | null;
}

const BLOCKS = "▁▂▃▄▅▆▇█";
const WIDTH = 40;

/** The newest numbers as blocks, from 0 to their highest. */
export function sparkline(values: readonly (number | null)[], width = WIDTH): string {
  const newest = values.slice(-width);
  const most = Math.max(0, ...newest.map((value) => value ?? 0));
  return newest
    .map((value) => (value === null ? " " : (BLOCKS[Math.round((value / (most || 1)) * 7)] ?? " ")))
    .join("");
}

const newest = (values: readonly (number | null)[]): number | null =>
  values.findLast((v) => v !== null) ?? null;
const most = (values: readonly (number | null)[]): number =>
  Math.max(0, ...values.map((value) => value ?? 0));
const timeOf = (ms: number | null): string => (ms === null ? "-" : duration(ms));

const row = (name: string, value: string, rest: string): string =>
  `  ${name.padEnd(15)}${value.padEnd(14)}${rest}`.trimEnd();

/** Six of them. */
export function linesOf(shown: Shown): string[] {
  const { scenario, elapsedS, plannedS, members, joined, rates, p99s, lags, target, generator } = shown;
  const done = Math.min(1, elapsedS / Math.max(1, plannedS));
  const bar = "█".repeat(Math.round(done * WIDTH)).padEnd(WIDTH, "░");
  const used = (of: Shown["target"]): string =>
    of === null ? "not sampled" : `${of.cpu.toFixed(2)} cores, ${of.rssMiB.toFixed(0)} MiB`;
  return [
    row(scenario, `${elapsedS.toFixed(0)} s`, bar),
    row("joined", `${joined} of ${members}`, ""),
    row("deliveries/s", short(rates.at(-1) ?? 0), `${sparkline(rates)}  most ${short(most(rates))}`),
    row("p99", timeOf(newest(p99s)), `${sparkline(p99s)}  most ${duration(most(p99s))}`),
    row("generator lag", timeOf(newest(lags)), `${sparkline(lags)}  most ${duration(most(lags))}`),
    row("target", used(target), `  generator  ${used(generator)}`),
  ];
}

/** Over the lines that were written before, of which there were so many. */
export function over(lines: readonly string[], before: number, columns: number): string {
  const up = before > 1 ? `\u001B[${before - 1}A` : "";
  return `\r${up}${lines.map((line) => `\u001B[K${line.slice(0, columns - 1)}`).join("\n")}`;
}
