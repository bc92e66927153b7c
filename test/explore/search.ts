// Breadth first over all states of a scope. Equal states are visited once.
import type { Path, Run, Successor } from "./expand.ts";

/** Expands many states at once; in this process, or in several threads. */
export type Expand = (paths: readonly Path[], leaps: boolean) => Promise<readonly (readonly Run[])[]>;

export interface Bounds {
  readonly states: number;
  /** By performance.now(). */
  readonly until: number;
  /** Steps from the start. */
  readonly depth?: number;
  /**
   * Where there is only one way, it is gone to its end at once. That finds all the same states, twice as fast; but what it finds
   * wrong need not be on a shortest path.
   */
  readonly leaps: boolean;
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
  if (start.complaints.length > 0) {
    const found = { path: [], complaints: start.complaints };
    return { states: 1, transitions: 0, depth: 0, isExhausted: false, traits: new Map(), found };
  }
  const visited = new Visited(start);
  const most = bounds.depth ?? Infinity;
  for (let depth = 0; depth < most && visited.isAnyLeft(depth); depth++) {
    for (const nodes of visited.batches(depth)) {
      const expanded = await expand(
        nodes.map((node) => visited.pathTo(node)),
        bounds.leaps,
      );
      for (const [i, runs] of expanded.entries())
        for (const [choice, run] of runs.entries()) visited.add(nodes[i] ?? 0, choice, run, depth);
      const isOver = visited.found !== null || visited.states >= bounds.states;
      if (isOver || performance.now() > bounds.until) return visited.outcome(false);
    }
    onLevel(depth + 1, visited.states);
  }
  return visited.outcome(!visited.isAnyLeft(most));
}

/** What was seen, each by the path that led to it first: its last step, and the node before that. */
class Visited {
  found: Outcome["found"] = null;
  private readonly seen: Set<number>;
  private readonly traits = new Map<string, number>();
  private readonly parents = [0];
  private readonly choices = [0];
  /** What is to be expanded, by how far away it is. */
  private readonly levels: number[][] = [[0]];
  private transitions = 0;
  private depth = 0;

  constructor(start: Successor) {
    this.seen = new Set([start.digest]);
  }

  get states(): number {
    return this.seen.size;
  }

  isAnyLeft(depth: number): boolean {
    return this.levels.some((level, i) => i >= depth && level.length > 0);
  }

  *batches(depth: number): Generator<readonly number[]> {
    const level = this.levels[depth] ?? [];
    this.levels[depth] = [];
    for (let from = 0; from < level.length; from += BATCH) yield level.slice(from, from + BATCH);
  }

  /** A run of states that begins with a step from a node which is `depth` away. */
  add(from: number, choice: number, run: Run, depth: number): void {
    let node = from;
    this.transitions += run.length;
    for (const [i, { digest, traits, complaints }] of run.entries()) {
      if (this.seen.has(digest)) return;
      this.seen.add(digest);
      this.choices.push(i === 0 ? choice : 0);
      node = this.parents.push(node) - 1;
      this.depth = Math.max(this.depth, depth + 1 + i);
      for (const trait of traits) this.traits.set(trait, (this.traits.get(trait) ?? 0) + 1);
      if (complaints.length > 0) this.found ??= { path: this.pathTo(node), complaints };
    }
    (this.levels[depth + run.length] ??= []).push(node);
  }

  pathTo(node: number): number[] {
    const path: number[] = [];
    for (let at = node; at > 0; at = this.parents[at] ?? 0) path.push(this.choices[at] ?? 0);
    return path.toReversed();
  }

  outcome(isExhausted: boolean): Outcome {
    const { states, transitions, depth, traits, found } = this;
    return { states, transitions, depth, isExhausted, traits, found };
  }
}
