// What a checker says of a history: anomalies, each with the law that it breaks, and counts.
import type { HistoryEvent, Seen } from "./history.ts";

/**
 * lost: acknowledged, and not in the log; or in the log, and not given to a member (D2, D5).
 * duplicate: twice in the log, or twice to one client (D3). reordered: a client, or a sender's messages, out of order (D1, D4).
 * phantom: seen though nobody sent it, the log does not have it, or the client was not a member (D6, D7).
 * inconsistent: two different messages at one place (D1). gap: a client skipped a seq and was not told (D2).
 */
export type AnomalyKind = "lost" | "duplicate" | "reordered" | "phantom" | "inconsistent" | "gap";

export interface Anomaly {
  readonly kind: AnomalyKind;
  /** The rule of SPEC.md that it breaks. */
  readonly law: string;
  readonly what: string;
}

export interface Verdict {
  readonly anomalies: readonly Anomaly[];
  /** `toldMissing` messages stood in explicit gaps; `undecided` ones were trimmed before anybody saw their seq. */
  readonly counts: Readonly<Record<Count, number>>;
}

const COUNTS = [
  "sent",
  "acknowledged",
  "stored",
  "received",
  "joins",
  "resumed",
  "toldMissing",
  "undecided",
] as const;
export type Count = (typeof COUNTS)[number];

export type EventOf<T extends HistoryEvent["type"]> = Extract<HistoryEvent, { type: T }>;

/** A verdict while it is being found. */
export class Findings implements Verdict {
  readonly anomalies: Anomaly[] = [];
  readonly counts = Object.fromEntries(COUNTS.map((name) => [name, 0])) as Record<Count, number>;

  report(kind: AnomalyKind, law: string, what: string): void {
    this.anomalies.push({ kind, law, what });
  }
}

export const tellAnomaly = ({ kind, law, what }: Anomaly): string => `[${law}] ${kind}: ${what}`;

export const say = ({ message, name }: Seen): string => `"${message}" by ${name}`;
