// What a run ran on, beside processor and cores: what somebody needs who measures something else, or the same elsewhere.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { loadavg, release, type } from "node:os";
import { projectVersion } from "./engine.ts";
import type { TargetKind } from "./result.ts";
import { stolenOf } from "./usage.ts";

export interface Environment {
  readonly kernel: string;
  /** The load average of the last minute, before and after. */
  readonly load: readonly [before: number, after: number];
  /** Which share of all processor time the machine's own host took meanwhile; null where nobody can say. */
  readonly steal: number | null;
  /** Null where the target is not ours, or no workerd. */
  readonly workerd: string | null;
  /** Version and commit of what loaded the target. */
  readonly harness: string;
}

export const UNKNOWN_ENVIRONMENT: Environment = {
  kernel: "unknown",
  load: [0, 0],
  steal: null,
  workerd: null,
  harness: "unknown",
};

const ON_WORKERD: ReadonlySet<TargetKind> = new Set(["local", "relay", "demo"]);

/** Looks now, and again when the function is called that comes back. */
export function watchEnvironment(target: TargetKind): () => Promise<Environment> {
  const before = { load: loadNow(), times: timesNow() };
  return async () => {
    const after = timesNow();
    return {
      kernel: `${type()} ${release()}`,
      load: [before.load, loadNow()],
      steal: before.times === null || after === null ? null : stolenBetween(before.times, after),
      workerd: ON_WORKERD.has(target) ? workerdVersion() : null,
      harness: await projectVersion(),
    };
  };
}

const loadNow = (): number => Number((loadavg()[0] ?? 0).toFixed(2));

function timesNow(): ReturnType<typeof stolenOf> | null {
  try {
    return stolenOf(readFileSync("/proc/stat", "utf8"));
  } catch {
    return null;
  }
}

function stolenBetween(a: ReturnType<typeof stolenOf>, b: ReturnType<typeof stolenOf>): number {
  const all = b.all - a.all;
  return all <= 0 ? 0 : Number(((b.stolen - a.stolen) / all).toFixed(4));
}

function workerdVersion(): string {
  const { version } = createRequire(import.meta.url)("workerd/package.json") as { readonly version: string };
  return version;
}
