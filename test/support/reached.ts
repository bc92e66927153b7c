// The vacuity guard: a property counts the interesting states that it reached, and fails when one was never reached.

/** Counts by name. */
export class Reached {
  private readonly counts = new Map<string, number>();

  constructor(...names: readonly string[]) {
    for (const name of names) this.counts.set(name, 0);
  }

  add(name: string, times = 1): void {
    const count = this.counts.get(name);
    if (count === undefined) throw new Error(`Declare ${name} first, so that a zero is seen.`);
    this.counts.set(name, count + times);
  }

  /** All counts in one line. */
  toString(): string {
    return [...this.counts].map(([name, count]) => `${name} ${count}`).join(", ");
  }

  /** Prints the counts. Throws where one is zero: the property has proven nothing of that. */
  report(law: string): void {
    console.log(`${law} reached: ${this.toString()}`);
    const missed = [...this.counts].filter(([, count]) => count === 0).map(([name]) => name);
    if (missed.length > 0) throw new Error(`${law} never reached: ${missed.join(", ")}`);
  }
}
