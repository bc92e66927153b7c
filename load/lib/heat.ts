// Which cells a heat map of latency by time has: half an octave high, and wide enough that k6, which wants each named before the run,
// hears of at most so many. Pure.
import { BUCKETS, edgesOf, PER_OCTAVE } from "./histogram.ts";

const HALF_OCTAVE = PER_OCTAVE / 2;
/** Row 0 takes all that is faster than an eighth of a millisecond, the last one all from a minute on. */
const FIRST = 1 + 7 * PER_OCTAVE;
export const ROWS = 38;
/** At most so many columns. */
const COLUMNS = 120;

/** What was due in the seconds from `second` on: rows, and how many deliveries each has; rising, without empty ones. */
export interface Column {
  readonly second: number;
  readonly rows: readonly (readonly [row: number, count: number])[];
}

/** The row of a histogram's bucket. */
export const rowOf = (bucket: number): number =>
  Math.min(ROWS - 1, Math.max(0, 1 + Math.floor((bucket - FIRST) / HALF_OCTAVE)));

/** Where a row begins and ends, in ms. */
export function edgesOfRow(row: number): readonly [from: number, to: number] {
  const first = FIRST + (row - 1) * HALF_OCTAVE;
  const from = row === 0 ? 0 : edgesOf(first)[0];
  return [from, edgesOf(row === ROWS - 1 ? BUCKETS - 1 : first + HALF_OCTAVE - 1)[1]];
}

/** Steps of a window that make one column, of so many steps in all. */
export const stepsOfColumn = (steps: number): number => Math.max(1, Math.ceil(steps / COLUMNS));

/** Both together. Associative and commutative. */
export function mergeColumns(a: readonly Column[], b: readonly Column[]): Column[] {
  const merged = new Map<number, Map<number, number>>();
  for (const { second, rows } of [...a, ...b]) {
    const column = merged.get(second) ?? new Map<number, number>();
    merged.set(second, column);
    for (const [row, count] of rows) column.set(row, (column.get(row) ?? 0) + count);
  }
  return [...merged]
    .map(([second, rows]): Column => ({ second, rows: [...rows].toSorted(([i], [j]) => i - j) }))
    .toSorted((one, two) => one.second - two.second);
}
