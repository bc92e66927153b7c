// What several runs of one point say together: an interval for the mean, and whether another series differs (Welch's test).

export interface Series {
  readonly runs: number;
  readonly mean: number;
  /** Standard deviation of the runs; 0 for fewer than two. */
  readonly deviation: number;
  /** Half the width of the 95 % interval of the mean; Infinity for fewer than two runs. */
  readonly margin: number;
}

export interface Difference {
  /** How much the second mean is above the first, as a share of it. */
  readonly share: number;
  /** The 95 % interval of that share. */
  readonly from: number;
  readonly to: number;
  /** Whether 0 is outside the interval. */
  readonly isReal: boolean;
}

/** Student's t for a two-sided 95 % interval, by degrees of freedom. */
const T: readonly (readonly [freedom: number, t: number])[] = [
  [1, 12.7062],
  [2, 4.3027],
  [3, 3.1824],
  [4, 2.7764],
  [5, 2.5706],
  [6, 2.4469],
  [7, 2.3646],
  [8, 2.306],
  [9, 2.2622],
  [10, 2.2281],
  [12, 2.1788],
  [15, 2.1314],
  [20, 2.086],
  [30, 2.0423],
  [60, 2.0003],
  [Infinity, 1.96],
];

/** For any degrees of freedom from 1 on; between those of the table it is nearly linear in 1 / freedom. */
export function studentT(freedom: number): number {
  for (let i = 1; i < T.length; i += 1) {
    const [below, above] = [T[i - 1], T[i]];
    if (below === undefined || above === undefined || freedom > above[0]) continue;
    const [from, to] = [1 / below[0], 1 / above[0]];
    const way = (from - 1 / Math.max(1, freedom)) / (from - to);
    return below[1] + (above[1] - below[1]) * way;
  }
  return 1.96;
}

export function seriesOf(values: readonly number[]): Series {
  const runs = values.length;
  const mean = runs === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / runs;
  if (runs < 2) return { runs, mean, deviation: 0, margin: Infinity };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (runs - 1));
  return { runs, mean, deviation, margin: (studentT(runs - 1) * deviation) / Math.sqrt(runs) };
}

/** How a second series differs from a first one. Null with fewer than two runs in either, or a first mean of 0. */
export function compareSeries(first: readonly number[], second: readonly number[]): Difference | null {
  const [a, b] = [seriesOf(first), seriesOf(second)];
  if (a.runs < 2 || b.runs < 2 || a.mean === 0) return null;
  const [va, vb] = [a.deviation ** 2 / a.runs, b.deviation ** 2 / b.runs];
  const variance = va + vb;
  // Welch and Satterthwaite.
  const freedom = variance ** 2 / (va ** 2 / (a.runs - 1) + vb ** 2 / (b.runs - 1));
  const margin = variance === 0 ? 0 : studentT(freedom) * Math.sqrt(variance);
  const difference = b.mean - a.mean;
  const shareOf = (value: number): number => value / Math.abs(a.mean);
  const [from, to] = [shareOf(difference - margin), shareOf(difference + margin)];
  return { share: shareOf(difference), from, to, isReal: from > 0 || to < 0 };
}
