// What a target may never do, as counts and in words: the script's thresholds, the verdict and the report name the same things.
import { comesBack, isRestless, type Parameters } from "./parameters.ts";
import type { Count, Counts } from "./tally.ts";

/** With what each is called where it is not its own name. */
const LAWS: Readonly<Partial<Record<Count, string>>> = {
  lost: "lost",
  missed: "missed",
  corrupt: "corrupted",
  garbled: "unreadable frames",
  forged: "with fields that are not their sender's",
  foreign: "frames of the protocol that was not asked for",
  duplicate: "duplicated",
  reordered: "reordered",
  diverged: "members that heard another sequence than the senders",
  miscounted: "members that were told a wrong number of members",
  rejected: "messages refused for no reason",
  dropped: "connections dropped",
  joinFailed: "failed joins",
  stranded: "members that never came back",
  anomalies: "anomalies in the judged history",
  overLimit: "actions above law L1",
};
/** What is wrong with generator or plan, where it stands beside those. */
const OTHERS: Readonly<Partial<Record<Count, string>>> = { handlerErrors: "errors in the script" };

/** What makes a run worthless without being the target's fault. */
const CALLED_OFF: readonly Count[] = ["refused", "handlerErrors", "negativeLatency"];

/** A number for people, without Intl, which k6's engine lacks. */
const whole = (value: number): string => `${value}`.replace(/\B(?=(?:\d{3})+$)/g, ",");

/**
 * What a run may have none of. The classic protocol does not promise what was sent while a client was away; and of a target that is killed
 * nobody asks that it keeps its connections.
 */
export function forbiddenIn(of: Pick<Parameters, "scenario" | "protocol">): Count[] {
  const excused = new Set<Count>();
  if (isRestless(of) && of.protocol !== "delivery") excused.add("missed");
  if (comesBack(of)) excused.add("dropped");
  return (Object.keys(LAWS) as Count[]).filter((name) => !excused.has(name));
}

/** Counts whose thresholds the script has: k6 knows one exit code for all of them. */
export const thresholdCounts = (of: Pick<Parameters, "scenario" | "protocol">): Count[] => [
  ...forbiddenIn(of),
  ...CALLED_OFF,
];

/** "120 lost", for each of these counts that is not 0. */
export const worded = (names: readonly Count[], counts: Counts): string[] =>
  names
    .filter((name) => counts[name] > 0)
    .map((name) => `${whole(counts[name])} ${LAWS[name] ?? OTHERS[name] ?? name}`);
