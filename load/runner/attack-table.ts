// The table of `npm run attacks`: its columns, the goal, and the median of several rounds. Pure.
import { median } from "./statistics.ts";

/** Beside an attack the honest p99 is at most so many times that of the quiet seconds; a row that misses it stands in bold. */
export const GOAL = 1.5;

/**
 * What an attacker did and was told, and what it cost the operator. Requests and rows are the attack's alone; processor time and disk
 * are all that the server took meanwhile.
 */
const COSTS = [
  ...["seconds", "connections", "into rooms", "frames", "refusals", "of one socket", "heard", "closed"],
  ...["Worker requests", "object requests", "rows written", "CPU s", "KiB kept"],
] as const;

export const COLUMNS: readonly string[] = ["attack", ...COSTS, "honest p50", "p99", "quiet p99", "times"];

export type Costs = Readonly<Record<(typeof COSTS)[number], number>>;

export interface Round {
  readonly costs: Costs;
  /** How long honest messages took, in ms. */
  readonly quiet: readonly number[];
  readonly beside: readonly number[];
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ??
  Number.NaN;

/** How many times the quiet p99 the one beside the attack is, in tenths. A round that was disturbed spoils itself, and no other one. */
export const timesOf = (rounds: readonly Round[]): number =>
  Number(
    median(rounds.map(({ beside, quiet }) => quantile(beside, 0.99) / quantile(quiet, 0.99))).toFixed(1),
  );

/** What --limit makes of the times of each attack: a complaint, or null where nobody waited for longer. */
export function complaintOf(limit: number, times: ReadonlyMap<string, number>): string | null {
  const beyond = [...times].filter(([, one]) => one > limit).map(([attack, one]) => `"${attack}" (${one})`);
  return beyond.length === 0 ? null : `Honest people waited beyond --limit ${limit}: ${beyond.join(", ")}.`;
}

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

export const HEAD = `${line(COLUMNS)}\n|${"---|".repeat(COLUMNS.length)}`;

/** The row of one attack. */
export function rowOf(attack: string, rounds: readonly Round[]): string {
  const costs = COSTS.map((cost) =>
    median(rounds.map((round) => round.costs[cost])).toFixed(cost === "CPU s" ? 1 : 0),
  );
  const waits = [
    ({ beside }: Round) => quantile(beside, 0.5),
    ({ beside }: Round) => quantile(beside, 0.99),
    ({ quiet }: Round) => quantile(quiet, 0.99),
  ].map((of) => median(rounds.map(of)).toFixed(1));
  const times = timesOf(rounds);
  return line([attack, ...costs, ...waits, times > GOAL ? `**${times.toFixed(1)}**` : times.toFixed(1)]);
}
