// Which of a run's thresholds are broken, in words. The scripts themselves end with an exit code for it. Pure.
import { forbiddenIn } from "../../load/lib/metric-names.ts";
import type { Parameters } from "../../load/lib/parameters.ts";
import type { Count, Counts } from "../../load/lib/tally.ts";
import type { RunResult } from "./result.ts";
import { duration, whole } from "./scales.ts";

const WORDS: Readonly<Partial<Record<Count, string>>> = {
  corrupt: "corrupted",
  garbled: "unreadable frames",
  duplicate: "duplicated",
  dropped: "connections dropped",
  joinFailed: "failed joins",
  handlerErrors: "errors in the script",
  anomalies: "anomalies in the judged history",
  overLimit: "actions above law L1",
};

const worded = (names: readonly Count[], counts: Counts): string[] =>
  names.filter((name) => counts[name] > 0).map((name) => `${whole(counts[name])} ${WORDS[name] ?? name}`);

/** What no overload excuses. A room may drop who cannot keep up; what it lacks then shows in the step. */
const INEXCUSABLE: readonly Count[] = [
  "corrupt",
  "garbled",
  "duplicate",
  "reordered",
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
export function brokenBy({ scenario, parameters, counts, headline }: RunResult): string | null {
  // Written by our own scripts, or checked by the schema.
  const of = { scenario, protocol: parameters.CHAT_PROTOCOL } as Pick<Parameters, "scenario" | "protocol">;
  const broken = worded(forbiddenIn(of), counts);
  const bound = Number(parameters.CHAT_P99_MS);
  if (headline !== null && headline.p99 > bound)
    broken.push(`p99 ${duration(headline.p99)} is over ${duration(bound)}`);
  return broken.length === 0 ? null : broken.join(", ");
}
