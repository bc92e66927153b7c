// What goes on for a while beside the present version, or comes back: version 0.2.0 of the Worker and its client, and a workerd of before.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ROOT } from "../../tools/command.ts";
import type { WorkerBundle } from "../../tools/worker-bundle.ts";
import { ChatClient } from "../faults/older/client-0.2.0.js";
import type { MakeClient } from "./person.ts";

/** The present Worker's settings with the code of version 0.2.0. */
export async function olderWorker(worker: WorkerBundle): Promise<WorkerBundle> {
  return {
    ...worker,
    code: await readFile(join(ROOT, "test", "faults", "older", "worker-0.2.0.js"), "utf8"),
  };
}

/** The client of version 0.2.0; of what apps wish today it knows history, and hints of the device. */
export const olderClient: MakeClient = (options) => {
  const client = new ChatClient(options);
  return {
    start: () => client.start(),
    send: (message) => client.send(message),
    do: (wish) => {
      if (wish.type === "history") client.history(wish.before);
      else if (wish.type === "online" || wish.type === "offline" || wish.type === "visible")
        client.hint(wish.type);
      else throw new Error(`Version 0.2.0 knows no wish of the type ${wish.type}.`);
    },
    stop: () => client.stop(),
  };
};

// As in tools/workerd.ts, with the newest compatibility date that it knows.
const older = createRequire(import.meta.url)("workerd-older") as {
  readonly default: string;
  readonly compatibilityDate: string;
};

/** What makes a server run on the workerd of July 2026. It refuses a later compatibility date, with which node:crypto needs no flag. */
export const onOlderRuntime = (worker: WorkerBundle): { program: string; worker: WorkerBundle } => ({
  program: older.default,
  worker: {
    ...worker,
    compatibilityDate: older.compatibilityDate,
    compatibilityFlags: [...worker.compatibilityFlags, "nodejs_compat"],
  },
});
