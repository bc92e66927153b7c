// The bench in words: figures of a row and of a ratio, for the terminal and for the page. Pure.
import { boundOf, type ServerId, wordsOf } from "./bench-plan.ts";
import type { Cell } from "./bench-cell.ts";
import { type Ratio, type Row, type Spread, spreadOf } from "./bench-rows.ts";
import { duration, short } from "./scales.ts";

export const HEADS = [
  "",
  "deliveries/s",
  "p99",
  "CPU/delivery",
  "quiet p50, p99",
  "joins: time, CPU",
  "a member",
  "why no more",
];

const digits = (value: number): string => `${Number(value.toPrecision(3))}`;

/** The middle one, and how far the rounds lie apart where there are several. */
const spread = (value: Spread | null, say: (value: number) => string): string => {
  if (value === null) return "-";
  const { middle, least, most } = value;
  return least === most ? say(middle) : `${say(middle)} (${say(least)}-${say(most)})`;
};
const middle = (value: Spread | null, say: (value: number) => string): string =>
  value === null ? "-" : say(value.middle);

/** One row's cells, under HEADS. */
export const cellsOfRow = (row: Row): string[] => [
  wordsOf(row.server),
  `${row.isAtLeast && row.deliveries !== null ? "≥ " : ""}${spread(row.deliveries, short)}`,
  middle(row.p99, duration),
  middle(row.cpu, (micros) => `${digits(micros)} µs`),
  `${middle(row.quietP50, duration)}, ${middle(row.quietP99, duration)}`,
  `${middle(row.joinSeconds, seconds)}, ${middle(row.joinCpuSeconds, seconds)}`,
  middle(row.kibAMember, (kib) => `${digits(kib)} KiB`),
  row.ends.join("; "),
];

const seconds = (value: number): string => duration(value * 1_000);

/** "Edge Chat, delivery / demo-like object: 15.2 (14.1-16) times the deliveries/s". */
export function sayRatio({ one, other, what, ratio, isAtLeast }: Ratio): string {
  return `${wordsOf(one)} / ${wordsOf(other)}: ${isAtLeast ? "≥ " : ""}${spread(ratio, digits)} times ${UNITS[what]}`;
}

const UNITS: Readonly<Record<Ratio["what"], string>> = {
  deliveries: "the deliveries/s",
  cpu: "the CPU a delivery",
  "quiet p50": "the p50 of a quiet room",
};

/** What the disk has to do with the quiet rooms; "" where no room that stores was measured. */
export function sayDisk(cells: readonly Cell[]): string {
  const commit = spreadOf(cells.map((cell) => (cell.server.startsWith("room") ? cell.commitMs : null)));
  if (commit === null) return "";
  return `The disk takes ${spread(commit, duration)} for the commit of one message. This room waits for it before it tells anybody; the others do not.`;
}

/** More than this, and what is measured says more of the others. */
const QUIET_CORES = 0.1;

/** Whether the machine had time for this; "" where it had. */
export function sayOthers(cells: readonly Cell[]): string {
  const others = spreadOf(cells.map((cell) => cell.others));
  if (others === null || others.middle <= QUIET_CORES) return "";
  return `Others on this machine used ${digits(others.middle)} of its cores meanwhile: figures are too low, and ratios uncertain. Repeat it when the machine is quiet.`;
}

export const headingOf = (members: number): string =>
  `${members.toLocaleString("en")} members, p99 within ${boundOf(members)} ms, nothing lost`;

/** Rows of the same members in the order of the plan. */
export const inOrder = (rows: readonly Row[], members: number, servers: readonly ServerId[]): Row[] =>
  rows
    .filter((row) => row.members === members)
    .toSorted((a, b) => servers.indexOf(a.server) - servers.indexOf(b.server));

/** All of it for a terminal. */
export function tell(rows: readonly Row[], ratios: readonly Ratio[], servers: readonly ServerId[]): string {
  const counts = [...new Set(rows.map(({ members }) => members))];
  return counts
    .map((members) => {
      const table = aligned([HEADS, ...inOrder(rows, members, servers).map(cellsOfRow)]);
      const own = ratios.filter((ratio) => ratio.members === members).map((ratio) => `  ${sayRatio(ratio)}`);
      return [headingOf(members), ...table, ...own].join("\n");
    })
    .join("\n\n");
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADS.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ")}`.trimEnd());
}
