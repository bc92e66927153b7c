// Starts a target by its name.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../tools/command.ts";
import { bundleWorker } from "../../tools/worker-bundle.ts";
import { startWorkerd } from "../../tools/workerd.ts";
import { startEcho } from "./echo.ts";
import type { FaultRates } from "./faults.ts";
import { startNodeWs, startNull, type Target } from "./servers.ts";

export const TARGETS = ["null", "echo", "node-ws", "relay", "demo"] as const;
export type TargetName = (typeof TARGETS)[number];

export interface StartOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Of those that store: the folder for it, which goes with them; `.state` where none is named. */
  readonly state?: string | undefined;
  /** Of `null` alone. */
  readonly faults?: FaultRates;
  readonly windowMs?: number;
}

export async function startTarget(name: TargetName, options: StartOptions): Promise<Target> {
  switch (name) {
    case "null":
      return startNull(options);
    case "echo":
      return startEcho(options);
    case "node-ws":
      return startNodeWs(options);
    case "relay":
    case "demo":
      return startObjects(name, options);
    default: {
      const never: never = name;
      throw new Error(`no target: ${String(never)}`);
    }
  }
}

/** Durable Objects on workerd, whose storage is deleted with them. */
async function startObjects(
  name: "relay" | "demo",
  { port, state: parent = join(ROOT, ".state") }: StartOptions,
): Promise<Target> {
  const worker = await bundleWorker(`load/targets/${name}.toml`);
  const state = join(parent, `${name}-${process.pid}`);
  const workerd = await startWorkerd({ worker, state, port });
  const stop = async (): Promise<void> => {
    await workerd.stop();
    await rm(state, { recursive: true, force: true });
  };
  return {
    url: workerd.url,
    get pid() {
      return workerd.pid;
    },
    stop,
    down: () => workerd.kill(),
    up: () => workerd.start(),
  };
}
