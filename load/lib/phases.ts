// Parts of a run in which something was done to its members or its target: a report shades them. Pure.

/** Tags of a metric, too: without commas and colons. */
export const PHASES = ["members join", "members away", "target down"] as const;
export type PhaseName = (typeof PHASES)[number];

/** Epoch ms. */
export interface Phase {
  readonly what: PhaseName;
  readonly from: number;
  readonly until: number;
}

/** One of each name, from the first to the last; by their names' order. */
export function mergePhases(a: readonly Phase[], b: readonly Phase[]): Phase[] {
  return PHASES.flatMap((what) => {
    const same = [...a, ...b].filter((phase) => phase.what === what);
    if (same.length === 0) return [];
    const from = Math.min(...same.map((phase) => phase.from));
    return [{ what, from, until: Math.max(...same.map((phase) => phase.until)) }];
  });
}
