// Times in logarithmic buckets: mergeable, bounded, at most 6 % wrong. Milliseconds in and out, microseconds inside.
// Own code: the libraries for this bring WebAssembly or compression along, which a k6 script can neither load nor use.

/** Twelve buckets an octave: whatever a bucket's times are taken for within it is at most 2^(1/12) - 1 = 5.95 % wrong. */
export const PER_OCTAVE = 12;
/** Bucket 0 takes what is at most a microsecond, the last one all from 10 minutes on. */
export const BUCKETS = 1 + Math.ceil(Math.log2(600_000_000) * PER_OCTAVE);

/** Times in ms. `buckets` holds the non-empty ones, by rising index. Without values, `min` and `max` are 0. */
export interface Histogram {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly buckets: readonly (readonly [index: number, count: number])[];
}

export const NO_TIMES: Histogram = { count: 0, sum: 0, min: 0, max: 0, buckets: [] };

/** Whole microseconds: sums of such times are the same in whatever order they are added. */
const toMicros = (ms: number): number => Math.round(ms * 1_000);
const addTimes = (a: number, b: number): number => toMicros(a + b) / 1_000;

/** The bucket of a time in ms; a negative one falls into bucket 0. */
export function bucketOf(ms: number): number {
  const micros = toMicros(ms);
  if (micros <= 1) return 0;
  return Math.min(BUCKETS - 1, 1 + Math.floor(Math.log2(micros) * PER_OCTAVE));
}

/** Where a bucket begins and ends, in ms. */
export function edgesOf(bucket: number): readonly [from: number, to: number] {
  return [edgeOf(bucket - 1), edgeOf(bucket)];
}

const edgeOf = (index: number): number => (index < 0 ? 0 : 2 ** (index / PER_OCTAVE) / 1_000);

/** Takes times one by one, for as little as it can: a receiver does so 100,000 times a second. */
export class Times {
  private readonly counts = new Float64Array(BUCKETS);
  private count = 0;
  private micros = 0;
  private min = Infinity;
  private max = -Infinity;

  add(ms: number): void {
    this.addTo(bucketOf(ms), ms);
  }

  /** The same, where the caller knows the bucket of that time. */
  addTo(bucket: number, ms: number): void {
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.count += 1;
    this.micros += toMicros(ms);
    if (ms < this.min) this.min = ms;
    if (ms > this.max) this.max = ms;
  }

  get histogram(): Histogram {
    if (this.count === 0) return NO_TIMES;
    const buckets = [...this.counts.entries()].filter(([, count]) => count > 0);
    const { count, min, max } = this;
    return { count, sum: this.micros / 1_000, min, max, buckets };
  }
}

/** Both together. Associative and commutative. */
export function mergeHistograms(a: Histogram, b: Histogram): Histogram {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const counts = new Map(a.buckets);
  for (const [index, count] of b.buckets) counts.set(index, (counts.get(index) ?? 0) + count);
  return {
    count: a.count + b.count,
    sum: addTimes(a.sum, b.sum),
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    buckets: [...counts].toSorted(([i], [j]) => i - j),
  };
}

/**
 * The time in ms at or below which the share `q` (0 to 1) of all times lies; 0 without times. Within a bucket times are
 * taken to be spread evenly, so that two runs that differ by less than a bucket can be told apart.
 */
export function quantile({ count, min, max, buckets }: Histogram, q: number): number {
  let rest = Math.max(1, Math.ceil(q * count));
  for (const [index, inBucket] of buckets) {
    if (rest > inBucket) {
      rest -= inBucket;
      continue;
    }
    const [from, to] = edgesOf(index);
    const time = from + (to - from) * ((rest - 0.5) / inBucket);
    return Math.min(max, Math.max(min, time));
  }
  return max;
}

/** The mean in ms; 0 without times. */
export const mean = ({ count, sum }: Histogram): number => (count === 0 ? 0 : sum / count);
