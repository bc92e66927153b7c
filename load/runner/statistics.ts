// How much one group of repeats differs from another, with an interval that assumes no distribution. Pure.

export interface Shift {
  /** The median of all pairwise ratios second/first (Hodges and Lehmann). */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The ratio between two groups of positive values, with the exact interval of the Mann-Whitney test at a level of
 * confidence of at least 1 - `alpha`. Null where there are too few repeats for that level.
 */
export function compareGroups(
  first: readonly number[],
  second: readonly number[],
  alpha: number,
): Shift | null {
  const ratios = first.flatMap((a) => second.map((b) => b / a)).sort((a, b) => a - b);
  const drop = criticalRank(first.length, second.length, alpha / 2);
  const [low, high] = [ratios[drop], ratios[ratios.length - 1 - drop]];
  return drop < 0 || low === undefined || high === undefined ? null : { ratio: median(ratios), low, high };
}

/** Fewer pairs cannot tell anything at 95 % for four measures together, whatever they measured: 2 in 2^8 is 0.8 %. */
export const LEAST_PAIRS = 8;

/**
 * The ratio within pairs of positive values that were measured one after the other, with the exact interval of Wilcoxon's signed ranks
 * at a level of confidence of at least 1 - `alpha`. Null where there are too few pairs for that level.
 */
export function comparePaired(
  pairs: readonly (readonly [first: number, second: number])[],
  alpha: number,
): Shift | null {
  const logs = pairs.map(([first, second]) => Math.log(second / first));
  // Walsh averages, each pair with itself too.
  const means = logs.flatMap((a, i) => logs.slice(i).map((b) => (a + b) / 2)).sort((a, b) => a - b);
  const drop = criticalIn(waysOfW(logs.length), alpha / 2);
  const [low, high] = [means[drop], means[means.length - 1 - drop]];
  if (drop < 0 || low === undefined || high === undefined) return null;
  return { ratio: Math.exp(median(means)), low: Math.exp(low), high: Math.exp(high) };
}

/** In how many ways signs of n ranks sum up to each W: the coefficients of the product of 1 + x^rank. */
function waysOfW(n: number): number[] {
  let ways = [1];
  for (let rank = 1; rank <= n; rank += 1) {
    ways = Array.from(
      { length: ways.length + rank },
      (_, w) => (ways[w] ?? 0) + (w >= rank ? (ways[w - rank] ?? 0) : 0),
    );
  }
  return ways;
}

/** The middle of the values; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const [low = NaN, high = NaN] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return (low + high) / 2;
}

const criticalRank = (n: number, m: number, tail: number): number => criticalIn(waysOfU(n, m), tail);

/** The largest k with P(statistic <= k) <= `tail`, of equally likely ways to each value; -1 where even 0 is likelier. */
function criticalIn(ways: readonly number[], tail: number): number {
  const total = ways.reduce((sum, count) => sum + count, 0);
  let sum = 0;
  for (const [u, count] of ways.entries()) {
    sum += count;
    if (sum / total > tail) return u - 1;
  }
  return ways.length - 1;
}

/** How many orders of n and m values have each Mann-Whitney U: the coefficients of the Gaussian binomial. */
function waysOfU(n: number, m: number): number[] {
  const ways: number[] = Array.from({ length: n * m + 1 }, (_, u) => (u === 0 ? 1 : 0));
  for (let i = 1; i <= n; i++) {
    for (let u = n * m; u >= m + i; u--) ways[u] = (ways[u] ?? 0) - (ways[u - m - i] ?? 0);
    for (let u = i; u <= n * m; u++) ways[u] = (ways[u] ?? 0) + (ways[u - i] ?? 0);
  }
  return ways;
}
