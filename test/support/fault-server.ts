// A Worker on raw workerd for one test, on a fresh folder of its own.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { ROOT } from "../../tools/command.ts";
import { bundleWorker, type WorkerBundle } from "../../tools/worker-bundle.ts";
import { startWorkerd, type Workerd, type WorkerdOptions } from "../../tools/workerd.ts";

/** Where the rate limit is not the point. */
export const UNLIMITED = { RATE_PERIOD_MS: "1", RATE_BURST: "1000000" };

let bundled: Promise<WorkerBundle> | undefined;
export const theWorker = (): Promise<WorkerBundle> => (bundled ??= bundleWorker());

/** The Worker with one line of its bundle replaced: what a judge has to find. Throws an Error where the line is not there once. */
export async function brokenWorker(line: string, by: string): Promise<WorkerBundle> {
  const worker = await theWorker();
  const count = worker.code.split(line).length - 1;
  if (count !== 1) throw new Error(`The bundle has this line ${count} times: ${line}`);
  return { ...worker, code: worker.code.replace(line, by) };
}

/** Starts it; it is ended, and its folder removed, when the test is over. */
export async function serve(
  name: string,
  options: Partial<Omit<WorkerdOptions, "state">> = {},
): Promise<Workerd> {
  const state = join(ROOT, ".state", "faults", name);
  await rm(state, { recursive: true, force: true });
  const worker = options.worker ?? (await theWorker());
  const server = await startWorkerd({ vars: UNLIMITED, ...options, worker, state });
  onTestFinished(async () => {
    await server.kill();
    await rm(state, { recursive: true, force: true });
  });
  return server;
}
