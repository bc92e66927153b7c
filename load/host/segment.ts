// [K36] Which of a run's VUs and iterations this instance plays. Segments are dealt like cards: number k (from 0) goes to the segment
// that is furthest behind its share. Equal segments take turns, as in k6; unequal ones may differ from k6's by one at a time, never in
// their sum. Everything that is counted in all instances (idInTest) is unique because each number has one owner.

interface Share {
  readonly from: number;
  readonly to: number;
}

export class Segment {
  private readonly shares: readonly Share[];
  private readonly own: number;
  private readonly dealt: number[] = [];
  private readonly owners: number[] = [];
  /** The numbers that are played here, as far as they were dealt. */
  private readonly owned: number[] = [];

  private constructor(shares: readonly Share[], own: number) {
    this.shares = shares;
    this.own = own;
  }

  /**
   * `own` as "1/4:1/2", "25%:50%", "0.25:0.5" or "1/2" (from 0), `sequence` as "0,1/4,1/2,1"; null where not given.
   * Returns a sentence where they make no sense.
   */
  static parse(own: string | null, sequence: string | null): Segment | string {
    if (own === null) {
      return sequence === null
        ? new Segment([{ from: 0, to: 1 }], 0)
        : "--execution-segment-sequence needs --execution-segment.";
    }
    const bounds = own.includes(":") ? own.split(":") : ["0", own];
    const [from = Number.NaN, to = Number.NaN] = bounds.map(fraction);
    if (bounds.length !== 2 || !(from >= 0 && from < to && to <= 1)) {
      return `--execution-segment takes from:to within 0 and 1, e.g. 0:1/2; not ${own}.`;
    }
    const points = sequence === null ? [0, from, to, 1] : sequence.split(",").map(fraction);
    const cuts = points.filter((point, at) => sequence !== null || point !== points[at - 1]);
    const isRising = cuts.every((cut, at) => at === 0 || cut > (cuts[at - 1] ?? 1));
    if (!isRising || cuts[0] !== 0 || cuts.at(-1) !== 1) {
      return `--execution-segment-sequence takes rising points from 0 to 1, e.g. 0,1/2,1; not ${String(sequence)}.`;
    }
    const shares = cuts.slice(1).map((cut, at) => ({ from: cuts[at] ?? 0, to: cut }));
    const index = shares.findIndex((share) => share.from === from && share.to === to);
    if (index < 0)
      return `--execution-segment ${own} is not a part of --execution-segment-sequence ${String(sequence)}.`;
    return new Segment(shares, index);
  }

  /** Whether number `k` (from 0) is played here. */
  owns(k: number): boolean {
    while (this.owners.length <= k) this.deal();
    return this.owners[k] === this.own;
  }

  /** How many of `total` are played here. */
  scale(total: number): number {
    let count = 0;
    for (let k = 0; k < total; k++) if (this.owns(k)) count += 1;
    return count;
  }

  /** The number in the whole run of this instance's `index`-th (both from 0). */
  global(index: number): number {
    while (this.owned.length <= index) this.deal();
    return this.owned[index] ?? 0;
  }

  private deal(): void {
    const total = this.owners.length + 1;
    let owner = 0;
    let furthest = -Infinity;
    for (const [at, { from, to }] of this.shares.entries()) {
      const behind = (to - from) * total - (this.dealt[at] ?? 0);
      // A hair over: equal shares must not change turns by the rounding of a division.
      if (behind > furthest + 1e-9) [owner, furthest] = [at, behind];
    }
    this.dealt[owner] = (this.dealt[owner] ?? 0) + 1;
    if (owner === this.own) this.owned.push(this.owners.length);
    this.owners.push(owner);
  }
}

function fraction(text: string): number {
  const [, over, under] = /^(\d+)\/(\d+)$/.exec(text.trim()) ?? [];
  if (over !== undefined) return Number(over) / Number(under);
  const [, percent] = /^(\d+(?:\.\d+)?)%$/.exec(text.trim()) ?? [];
  if (percent !== undefined) return Number(percent) / 100;
  return /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN;
}
