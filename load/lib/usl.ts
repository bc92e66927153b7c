// The Universal Scalability Law (Gunther): how throughput grows with load, where it bends, and why. A fit through measured points.
//   X(N) = lambda N / (1 + sigma (N - 1) + kappa N (N - 1))

export interface Point {
  /** Load: members, or messages a second. At least 1. */
  readonly load: number;
  readonly throughput: number;
}

export interface Usl {
  /** Throughput a unit of load, where there is little. */
  readonly lambda: number;
  /** Contention: the share that is done one after the other. */
  readonly sigma: number;
  /** Coherence: what each costs every other. */
  readonly kappa: number;
}

export function throughputAt({ lambda, sigma, kappa }: Usl, load: number): number {
  return (lambda * load) / (1 + sigma * (load - 1) + kappa * load * (load - 1));
}

/**
 * The law that fits best, by least squares of the relative error: load / throughput is linear in 1, N - 1 and N (N - 1). Sigma and
 * kappa are never negative. Null with fewer than three different loads, or where nothing fits.
 */
export function fitUsl(points: readonly Point[]): Usl | null {
  const usable = points.filter(({ load, throughput }) => load >= 1 && throughput > 0);
  if (new Set(usable.map(({ load }) => load)).size < 3) return null;
  // The best fit without negative costs is the best of those that leave some of the costs out.
  const candidates = [0, 1, 2, 3, 4, 5, 6]
    .map((left) => fitWith(usable, [(left & 1) === 0, (left & 2) === 0, (left & 4) === 0]))
    .filter((usl) => usl !== null);
  const errors = candidates.map((usl) => errorOf(usl, usable));
  return candidates[errors.indexOf(Math.min(...errors))] ?? null;
}

/** A cost of the first that is too small to be seen counts as so small a part of the least cost that was measured. */
const UNSEEN = 1e-6;

/** The best fit with some of the three costs (of one, of waiting, of agreeing); null where it would need a negative one. */
function fitWith(points: readonly Point[], isIn: readonly boolean[]): Usl | null {
  const rows = points.map(({ load, throughput }) =>
    [1, load - 1, load * (load - 1)].filter((_, i) => isIn[i]).map((term) => (term * throughput) / load),
  );
  const solution = solve(normalOf(rows));
  if (solution === null || solution.some((cost) => cost < 0)) return null;
  const costs = isIn.map((has) => (has ? (solution.shift() ?? 0) : 0));
  const least = Math.min(...points.map(({ load, throughput }) => load / throughput));
  const [alone = 0, contention = 0, coherence = 0] = costs;
  const first = Math.max(alone, least * UNSEEN);
  return { lambda: 1 / first, sigma: contention / first, kappa: coherence / first };
}

function errorOf(usl: Usl, points: readonly Point[]): number {
  return points.reduce((sum, { load, throughput }) => {
    const error = throughput / throughputAt(usl, load) - 1;
    return sum + error * error;
  }, 0);
}

/** The normal equations of rows that should each give 1, with the right side as last column. */
function normalOf(rows: readonly (readonly number[])[]): number[][] {
  const size = rows[0]?.length ?? 0;
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size + 1 }, (_, j) =>
      rows.reduce((sum, row) => sum + (row[i] ?? 0) * (j === size ? 1 : (row[j] ?? 0)), 0),
    ),
  );
}

/** Gauss and Jordan, with scaled pivots; null for a singular matrix. */
function solve(matrix: number[][]): number[] | null {
  const size = matrix.length;
  const scale = matrix.map((row, i) => Math.sqrt(row[i] ?? 0) || 1);
  const rows = matrix.map((row, i) =>
    row.map((value, j) => value / (scale[i] ?? 1) / (j === size ? 1 : (scale[j] ?? 1))),
  );
  for (let column = 0; column < size; column += 1) {
    const below = rows.slice(column).map((row) => Math.abs(row[column] ?? 0));
    const best = column + below.indexOf(Math.max(...below));
    const [pivot, other] = [rows[best] ?? [], rows[column] ?? []];
    [rows[column], rows[best]] = [pivot, other];
    const head = pivot[column] ?? 0;
    if (Math.abs(head) < 1e-13) return null;
    for (const [i, row] of rows.entries()) {
      const factor = i === column ? 0 : (row[column] ?? 0) / head;
      for (let j = column; j <= size; j += 1) row[j] = (row[j] ?? 0) - factor * (pivot[j] ?? 0);
    }
  }
  return rows.map((row, i) => (row[size] ?? 0) / (row[i] ?? 1) / (scale[i] ?? 1));
}
