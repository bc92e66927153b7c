// Breadth first over all states of a scope: what is found first is found on a shortest path. Equal states are visited once.
import type { Path, Successor } from "./expand.ts";

/** Expands many states at once; in this process, or in several threads. */
export type Expand = (paths: readonly Path[]) => Promise<readonly (readonly Successor[])[]>;

export interface Bounds {
  readonly states: number;
  /** Steps from the start. */
  readonly depth?: number;
  /** By performance.now(). */
  readonly until: number;
}

export interface Outcome {
  readonly states: number;
  readonly transitions: number;
  /** Steps to the states furthest away. */
  readonly depth: number;
  /** Whether there is no other state. */
  readonly isExhausted: boolean;
  /** In how many states each trait was so. */
  readonly traits: ReadonlyMap<string, number>;
  readonly found: { readonly path: Path; readonly complaints: readonly string[] } | null;
}

/** States of one level that are expanded together. */
const BATCH = 2_048;

export async function search(
  start: Successor,
  expand: Expand,
  bounds: Bounds,
  onLevel: (depth: number, states: number) => void = () => {},
): Promise<Outcome> {
  const tree = new Tree();
  const seen = new Set([start.digest]);
  const traits = new Map<string, number>();
  let level = [0];
  let transitions = 0;
  let depth = 0;
  const outcome = (isExhausted: boolean, found: Outcome["found"]): Outcome => ({
    ...{ states: seen.size, transitions, depth, isExhausted, traits, found },
  });
  if (start.complaints.length > 0) return outcome(false, { path: [], complaints: start.complaints });
  while (level.length > 0) {
    const next: number[] = [];
    for (let from = 0; from < level.length; from += BATCH) {
      const nodes = level.slice(from, from + BATCH);
      const expanded = await expand(nodes.map((node) => tree.pathTo(node)));
      for (const [i, successors] of expanded.entries()) {
        transitions += successors.length;
        for (const [choice, successor] of successors.entries()) {
          if (seen.has(successor.digest)) continue;
          seen.add(successor.digest);
          const node = tree.add(nodes[i] ?? 0, choice);
          next.push(node);
          for (const trait of successor.traits) traits.set(trait, (traits.get(trait) ?? 0) + 1);
          const { complaints } = successor;
          if (complaints.length > 0) {
            depth += 1;
            return outcome(false, { path: tree.pathTo(node), complaints });
          }
        }
      }
      if (seen.size >= bounds.states || performance.now() > bounds.until) return outcome(false, null);
    }
    if (next.length > 0) depth += 1;
    if (next.length > 0 && depth >= (bounds.depth ?? Infinity)) return outcome(false, null);
    onLevel(depth, seen.size);
    level = next;
  }
  return outcome(true, null);
}

/** Paths, each as its last step and the rest of it. */
class Tree {
  private readonly parents = [0];
  private readonly choices = [0];

  add(parent: number, choice: number): number {
    this.choices.push(choice);
    return this.parents.push(parent) - 1;
  }

  pathTo(node: number): number[] {
    const path: number[] = [];
    for (let at = node; at > 0; at = this.parents[at] ?? 0) path.push(this.choices[at] ?? 0);
    return path.toReversed();
  }
}
