// What the command keeps: the figures of the scopes, and how each mutant was found.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../tools/command.ts";

export interface ScopeRow {
  readonly states: number;
  /** Steps that were tried: several lead to one state. */
  readonly transitions: number;
  readonly depth: number;
  readonly isExhausted: boolean;
  readonly seconds: number;
  /** In how many states each interesting thing was so. */
  readonly traits: Readonly<Record<string, number>>;
}

export interface Noticed {
  readonly scope: string;
  /** Of a shortest trace; 0 where it showed when those who are here from the start had joined. */
  readonly steps: number;
  readonly laws: readonly string[];
  readonly trace: readonly string[];
}

export const SCOPES_FILE = join(ROOT, "test/explore/scopes.json");
export const MUTANTS_FILE = join(ROOT, "test/explore/mutants.json");

export const readScopes = (): ReadonlyMap<string, ScopeRow> => read(SCOPES_FILE);
export const readMutants = (): ReadonlyMap<string, Noticed> => read(MUTANTS_FILE);

function read<T>(path: string): ReadonlyMap<string, T> {
  if (!existsSync(path)) return new Map();
  return new Map(Object.entries(JSON.parse(readFileSync(path, "utf8")) as Readonly<Record<string, T>>));
}

/** What is kept of a mutant after these scopes were searched: what another scope showed stays, unless the new way is shorter. */
export function keptOf(
  kept: Noticed | undefined,
  noticed: Noticed | null,
  searched: readonly string[],
): Noticed | null {
  if (kept === undefined || searched.includes(kept.scope)) return noticed;
  return noticed !== null && noticed.steps < kept.steps ? noticed : kept;
}

/** A line a row, by name, so that a change reads well. */
export function format(rows: ReadonlyMap<string, object>): string {
  const lines = [...rows].map(([name, row]) => `${JSON.stringify(name)}: ${JSON.stringify(row)}`);
  return `{\n${lines.toSorted().join(",\n")}\n}\n`;
}
