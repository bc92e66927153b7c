// The vacuity guard: a property counts the interesting states that it reached, and fails when one was never reached.
import { expect } from "vitest";

/** Counts by name; `report` prints them in one line and fails on a zero. */
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

  report(law: string): void {
    console.log(`${law} reached: ${[...this.counts].map(([name, count]) => `${name} ${count}`).join(", ")}`);
    const missed = [...this.counts].filter(([, count]) => count === 0).map(([name]) => name);
    expect(missed, "states that the property never reached").toEqual([]);
  }
}
