// What a generator can take, read from a run of `calibrate`: the rate climbs, and somewhere the generator falls behind.
import { planOf } from "./crowd.ts";
import { dueOf, totalOf } from "./pacing.ts";
import { membersOf, type Parameters } from "./parameters.ts";
import type { Tally } from "./tally.ts";
import { BOUNDS } from "./validity.ts";

/** Of a step's due deliveries, what has to have arrived within it. */
const KEPT_UP = 0.95;

/**
 * Deliveries a second in the fastest step of the window in which the generator kept up: nothing waited long for the script, and what
 * was due was there. Null where it never did.
 */
export function ceilingOf(tally: Tally, parameters: Parameters): number | null {
  const plan = planOf(parameters);
  const due = new Map<number, number>();
  for (let k = 0; k < totalOf(plan); k += 1) {
    const second = Math.floor((dueOf(plan, k) - plan.warmupMs) / 1_000);
    due.set(second, (due.get(second) ?? 0) + membersOf(parameters));
  }
  const kept = tally.seconds.filter(
    ({ second, delivered, lagMaxMs }) =>
      lagMaxMs <= BOUNDS.lagMs && delivered >= KEPT_UP * (due.get(second) ?? Infinity),
  );
  return kept.length === 0 ? null : Math.max(...kept.map(({ delivered }) => delivered));
}

/** The ceiling in words, under the table of a calibration. */
export function tellCeiling(tally: Tally, parameters: Parameters): string {
  const ceiling = ceilingOf(tally, parameters);
  return ceiling === null
    ? "The generator kept up in no second: set CHAT_RATE lower.\n\n"
    : `Ceiling of this generator: ${Math.round(ceiling)} deliveries/s. Where the fastest second is the last one, try a higher CHAT_RATE.\n\n`;
}
