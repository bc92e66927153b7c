// When messages of a plan come, beside a metronome's beat: people who know nothing of each other, or all at once. From a seed alone, so
// that every virtual user of every instance has the same schedule. Pure.

export const ARRIVALS = ["metronome", "poisson", "bursts"] as const;

export interface Arrivals {
  /**
   * metronome: evenly. poisson: each message at any moment, whatever the others do. bursts: what a second's rate holds comes at once, at
   * any moment of its second.
   */
  readonly kind: (typeof ARRIVALS)[number];
  readonly seed: number;
}

export const METRONOME: Arrivals = { kind: "metronome", seed: 0 };

/**
 * Where message `k` of `total` stands, from 0 to `total`, rising with k: a metronome has it at k + 0.5. However they come, there are
 * `total` of them, so that receivers know what to expect. Whoever asks in order pays the same for each.
 */
export class Places {
  private readonly arrivals: Arrivals;
  private readonly total: number;
  /** Messages that come at once. */
  private readonly size: number;
  private next = 0;
  private share = 0;

  /** `perSecond`: how many messages a second has on average. */
  constructor(arrivals: Arrivals, total: number, perSecond: number) {
    this.arrivals = arrivals;
    this.total = total;
    this.size = Math.max(2, Math.round(perSecond));
  }

  at(k: number): number {
    switch (this.arrivals.kind) {
      case "metronome":
        return k + 0.5;
      case "poisson":
        return this.total * this.shareAt(k);
      case "bursts": {
        const burst = Math.floor(k / this.size);
        const from = burst * this.size;
        return from + uniform(this.arrivals.seed, burst) * Math.min(this.size, this.total - from);
      }
      default:
        return this.arrivals.kind satisfies never;
    }
  }

  /**
   * The place of the kth of `total` independent, uniform places in their order: given how many there are, a Poisson process is nothing
   * else. Each is the least of those that are left, of what is left.
   */
  private shareAt(k: number): number {
    if (k + 1 < this.next) [this.next, this.share] = [0, 0];
    for (; this.next <= k; this.next += 1) {
      const left = this.total - this.next;
      this.share += (1 - this.share) * -Math.expm1(Math.log(uniform(this.arrivals.seed, this.next)) / left);
    }
    return Math.min(1, this.share);
  }
}

/** A number between 0 and 1, neither of them: the same for the same two, and unlike that of any other two. */
function uniform(seed: number, k: number): number {
  let x = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.floor(k / 2 ** 32);
  for (const part of [k, 0x27d4eb2f]) {
    x = Math.imul(x ^ part ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  }
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32 + 2 ** -33;
}
