// What a target broke, in words. Which counts say so is load/lib/laws.ts. Pure.
import { worded } from "../lib/laws.ts";
import type { Count, Counts } from "../lib/tally.ts";
import type { RunResult } from "./result.ts";

/** What no overload excuses. A room may drop who cannot keep up; what it lacks then shows in the step. */
const INEXCUSABLE: readonly Count[] = [
  "corrupt",
  "garbled",
  "forged",
  "foreign",
  "duplicate",
  "reordered",
  "diverged",
  "refused",
  "handlerErrors",
  "anomalies",
];

/** What a climb shows that makes all of it worthless; null where nothing. */
export function brokenIn(counts: Counts): string | null {
  const broken = worded(INEXCUSABLE, counts);
  return broken.length === 0 ? null : broken.join(", ");
}

/** What the target did that it may not, such as "120 lost, 20 anomalies in the judged history"; null where nothing. */
export const brokenBy = ({ verdict: { broken } }: RunResult): string | null =>
  broken.length === 0 ? null : broken.join(", ");
