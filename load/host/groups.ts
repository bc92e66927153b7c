// [K40] The tree of groups and checks that handleSummary is given. Each VU counts its own; the main thread adds them up.
import { createHash } from "node:crypto";

/** By the path of a group, "" for the root: its checks by name, in the order in which they were first made. */
export type GroupCounts = Readonly<Record<string, Readonly<Record<string, CheckCount>>>>;

export interface CheckCount {
  readonly passes: number;
  readonly fails: number;
}

export interface GroupSummary {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly groups: readonly GroupSummary[];
  readonly checks: readonly (CheckCount & {
    readonly name: string;
    readonly path: string;
    readonly id: string;
  })[];
}

const SEPARATOR = "::";

/** As k6 makes its ids. */
const idOf = (path: string): string => createHash("md5").update(path).digest("hex");

export class Groups {
  private readonly counts = new Map<string, Map<string, CheckCount>>([["", new Map()]]);

  open(path: string): void {
    if (!this.counts.has(path)) this.counts.set(path, new Map());
  }

  check(path: string, name: string, passes: boolean): void {
    this.add(path, name, { passes: passes ? 1 : 0, fails: passes ? 0 : 1 });
  }

  /** Those of another thread, too. */
  merge(others: GroupCounts): void {
    for (const [path, checks] of Object.entries(others)) {
      this.open(path);
      for (const [name, count] of Object.entries(checks)) this.add(path, name, count);
    }
  }

  /** What was counted since the last call. */
  take(): GroupCounts {
    const taken = Object.fromEntries(
      [...this.counts].map(([path, checks]) => [path, Object.fromEntries(checks)]),
    );
    for (const checks of this.counts.values()) checks.clear();
    return taken;
  }

  summary(path = ""): GroupSummary {
    const checks = [...(this.counts.get(path) ?? [])].map(([name, count]) => {
      const own = `${path}${SEPARATOR}${name}`;
      return { name, path: own, id: idOf(own), ...count };
    });
    const children = [...this.counts.keys()].filter((other) => parentOf(other) === path);
    const name = path.slice(path.lastIndexOf(SEPARATOR) + (path === "" ? 1 : SEPARATOR.length));
    return { name, path, id: idOf(path), groups: children.map((child) => this.summary(child)), checks };
  }

  private add(path: string, name: string, { passes, fails }: CheckCount): void {
    this.open(path);
    const checks = this.counts.get(path);
    const known = checks?.get(name) ?? { passes: 0, fails: 0 };
    checks?.set(name, { passes: known.passes + passes, fails: known.fails + fails });
  }
}

/** Null of the root. */
const parentOf = (path: string): string | null =>
  path === "" ? null : path.slice(0, path.lastIndexOf(SEPARATOR));
