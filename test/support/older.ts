// What goes on for a while beside the present version, or comes back: version 0.2.0 of the Worker and its client.
import { readFile } from "node:fs/promises";
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
