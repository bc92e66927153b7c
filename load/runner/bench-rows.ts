// All rounds of one server with so many members as one row, and rows set against each other: medians, and how far rounds lie apart. Pure.
import { isNull, type ServerId } from "./bench-plan.ts";
import { type BenchStep, type Cell, microsOf } from "./bench-cell.ts";
import { median } from "./statistics.ts";

/** A figure over all rounds that have it. */
export interface Spread {
  readonly middle: number;
  readonly least: number;
  readonly most: number;
}

export interface Row {
  readonly server: ServerId;
  readonly members: number;
  readonly deliveries: Spread | null;
  readonly p99: Spread | null;
  /** Microseconds of the server's processor for a delivery, at the highest rate. */
  readonly cpu: Spread | null;
  readonly quietP50: Spread | null;
  readonly quietP99: Spread | null;
  readonly joinSeconds: Spread | null;
  readonly joinCpuSeconds: Spread | null;
  readonly kibAMember: Spread | null;
  /** The server may do more than this: the generator was at its limit. */
  readonly isAtLeast: boolean;
  /** What ended the climbs, each thing once. */
  readonly ends: readonly string[];
}

/** A rate so near to what the generator reaches against a server that does nothing says more of the generator. */
const NEAR = 0.9;

/** A row for each server and number of members, in the order of `cells`. */
export function rowsOf(cells: readonly Cell[]): Row[] {
  const groups = new Map<string, Cell[]>();
  for (const cell of cells) {
    const name = `${cell.members} ${cell.server}`;
    groups.set(name, [...(groups.get(name) ?? []), cell]);
  }
  const rows = [...groups.values()].map(rowOf);
  return rows.map((row) => ({ ...row, isAtLeast: row.isAtLeast || isNearLimit(row, rows) }));
}

/** `cells` are all of one server with so many members, at least one. */
function rowOf(cells: readonly Cell[]): Row {
  const { server = "room", members = 0 } = cells[0] ?? {};
  const best = (of: (step: BenchStep) => number | null): Spread | null =>
    spreadOf(cells.map((cell) => (cell.best === null ? null : of(cell.best))));
  const each = (of: (cell: Cell) => number | null | undefined): Spread | null => spreadOf(cells.map(of));
  return {
    server,
    members,
    deliveries: best((step) => step.deliveriesPerSecond),
    p99: best((step) => step.p99),
    cpu: best(microsOf),
    quietP50: each(({ quiet }) => quiet?.p50),
    quietP99: each(({ quiet }) => quiet?.p99),
    joinSeconds: each(({ joins }) => joins?.seconds),
    joinCpuSeconds: each(({ joins }) => joins?.cpuSeconds),
    kibAMember: each(({ kibAMember }) => kibAMember),
    isAtLeast: cells.some(
      ({ best: held, failed }) => held !== null && (failed === null || failed.limit === "generator"),
    ),
    ends: [...new Set(cells.map(endOf))],
  };
}

const ENDS = {
  target: "server's core full",
  generator: "generator's core full",
  nothing: "neither core full",
} as const;

/** Why a climb went no higher. */
function endOf({ problem, failed }: Cell): string {
  if (problem !== null) return problem;
  return failed === null ? "every step held" : `${failed.failure ?? ""} (${ENDS[failed.limit]})`;
}

/** Whether what a row found is near what the generator can do in the same protocol. */
function isNearLimit(row: Row, rows: readonly Row[]): boolean {
  if (row.deliveries === null || isNull(row.server)) return false;
  const limit = rows.find(
    ({ server, members }) =>
      members === row.members && server === (row.server === "room" ? "null" : "null-classic"),
  )?.deliveries;
  return limit !== undefined && limit !== null && row.deliveries.middle > NEAR * limit.middle;
}

export function spreadOf(values: readonly (number | null | undefined)[]): Spread | null {
  const known = values.filter((value) => value !== null && value !== undefined);
  return known.length === 0
    ? null
    : { middle: median(known), least: Math.min(...known), most: Math.max(...known) };
}

/** What is set against what, and in what: the first figure divided by the second one. */
interface Comparison {
  readonly one: ServerId;
  readonly other: ServerId;
  readonly what: "deliveries" | "cpu" | "quiet p50";
}

const COMPARISONS: readonly Comparison[] = [
  { one: "room", other: "demo", what: "deliveries" },
  { one: "room", other: "node-ws", what: "deliveries" },
  { one: "room-classic", other: "demo", what: "deliveries" },
  { one: "room", other: "relay", what: "cpu" },
  { one: "room", other: "relay", what: "quiet p50" },
];

export interface Ratio extends Comparison {
  readonly members: number;
  /** Of rounds: what else the machine did in one met both. */
  readonly ratio: Spread;
  /** The first one may be more, as its generator was at its limit. */
  readonly isAtLeast: boolean;
}

/** The ratios that can be told; each round is set against itself. */
export function ratiosOf(cells: readonly Cell[], rows: readonly Row[]): Ratio[] {
  return [...new Set(cells.map(({ members }) => members))].flatMap((members) =>
    COMPARISONS.flatMap((comparison): Ratio[] => {
      const { one, other, what } = comparison;
      const valueOf = (server: ServerId, round: number): number | null => {
        const measured = cells.find(
          (cell) => cell.server === server && cell.members === members && cell.round === round,
        );
        if (what === "quiet p50") return measured?.quiet?.p50 ?? null;
        const best = measured?.best ?? null;
        if (best === null) return null;
        return what === "cpu" ? microsOf(best) : best.deliveriesPerSecond;
      };
      const rounds = [...new Set(cells.map(({ round }) => round))];
      const ratio = spreadOf(
        rounds.map((round) => {
          const [a, b] = [valueOf(one, round), valueOf(other, round)];
          return a === null || b === null || b === 0 ? null : a / b;
        }),
      );
      const row = rows.find((each) => each.server === one && each.members === members);
      const isAtLeast = what === "deliveries" && row?.isAtLeast === true;
      return ratio === null ? [] : [{ ...comparison, members, ratio, isAtLeast }];
    }),
  );
}
