// What a receiver has of one rising sequence: a room's seqs, or one sender's numbers. Decides what is missing, doubled and
// out of order; constant work for a stream without faults, however many messages a frame holds.

/**
 * replay: what a comeback missed, and nothing else. snapshot: the newest messages, whoever has them already: there a
 * second time is no duplicate.
 */
export type Arrival = "live" | "replay" | "snapshot";

/** Numbers that were jumped over, `first` to `last`. `away`: the receiver was not there to get them. */
interface Gap {
  first: number;
  last: number;
  readonly away: boolean;
}

export class Ledger {
  delivered = 0;
  duplicate = 0;
  reordered = 0;
  /** Delivered by a replay or a snapshot. */
  replayed = 0;
  /** The next number that is neither delivered nor in a gap; null before the first. */
  private next: number | null;
  private gaps: Gap[] = [];
  private skipped = 0;
  private isAway = false;
  private readonly latest: number;

  /** `next` is the first number that is owed; null: wherever the stream begins, at `latest` at the latest. */
  constructor(next: number | null, latest = Infinity) {
    this.next = next;
    this.latest = latest;
  }

  /** The newest number that was seen; what a resume says. 0 before the first. */
  get newest(): number {
    return (this.next ?? 1) - 1;
  }

  /** Jumped over, and not said so. */
  get missing(): number {
    return this.count(false);
  }

  /** Not given because the receiver was away, and known to it. */
  get missed(): number {
    return this.skipped + this.count(true);
  }

  /** Numbers `first` to `last` arrived. Returns how many of them had not been there. */
  take(first: number, last: number, arrival: Arrival = "live"): number {
    this.next ??= Math.min(first, this.latest);
    const { next, delivered } = this;
    if (first > next) this.gaps.push({ first: next, last: first - 1, away: this.isAway });
    for (let n = first; n <= Math.min(last, next - 1); n += 1) this.takeOld(n, arrival);
    if (last >= next) {
      this.isAway = false;
      const ahead = last - Math.max(first, next) + 1;
      this.delivered += ahead;
      if (arrival !== "live") this.replayed += ahead;
      this.next = last + 1;
    }
    return this.delivered - delivered;
  }

  /** The room said that these do not come. */
  skip(first: number, last: number): void {
    const from = Math.max(first, this.next ?? first);
    this.skipped += Math.max(0, last - from + 1);
    this.next = Math.max(this.next ?? 0, last + 1);
  }

  /** The receiver is gone for a while, and the protocol promises nothing: the next jump is no loss. */
  leave(): void {
    this.isAway = true;
  }

  /** The sequence is over: numbers before `end` are all there will be. */
  endAt(end: number): void {
    const next = this.next ?? Math.min(end, this.latest);
    if (end > next) this.gaps.push({ first: next, last: end - 1, away: this.isAway });
    this.next = Math.max(next, end);
  }

  private takeOld(n: number, arrival: Arrival): void {
    const at = this.gaps.findIndex(({ first, last }) => first <= n && n <= last);
    const gap = this.gaps[at];
    if (gap === undefined) {
      if (arrival !== "snapshot") this.duplicate += 1;
      return;
    }
    const { first, last, away } = gap;
    const rest = [
      { first, last: n - 1, away },
      { first: n + 1, last, away },
    ].filter((part) => part.first <= part.last);
    this.gaps.splice(at, 1, ...rest);
    this.delivered += 1;
    if (arrival === "live") this.reordered += 1;
    else this.replayed += 1;
  }

  private count(away: boolean): number {
    let sum = 0;
    for (const gap of this.gaps) if (gap.away === away) sum += gap.last - gap.first + 1;
    return sum;
  }
}
