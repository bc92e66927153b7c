// A thread that expands states; where it is told so, over code that is broken by a named mutant as it is loaded.
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { Question, Task } from "./pool.ts";

const { mutant } = workerData as Task;

if (mutant !== null) {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!url.endsWith(`/${mutant.file}`)) return loaded;
      const source = readFileSync(new URL(url), "utf8");
      // A function, because a plain text would be searched for `$`.
      return { ...loaded, source: source.replace(mutant.from, () => mutant.to) };
    },
  });
}
// Only now: what they import is what may be broken.
const { scopeNamed } = await import("./scopes.ts");
const { Explorer } = await import("./expand.ts");

const explorers = new Map<string, InstanceType<typeof Explorer>>();

function explorerOf(name: string): InstanceType<typeof Explorer> {
  const scope = scopeNamed(name);
  if (scope === undefined) throw new Error(`There is no scope ${name}.`);
  const explorer = explorers.get(name) ?? new Explorer(scope);
  explorers.set(name, explorer);
  return explorer;
}

const port = parentPort;
port?.on("message", (question: Question) => {
  const explorer = explorerOf(question.scope);
  if (question.type === "start") port.postMessage(explorer.start());
  else if (question.type === "tell") port.postMessage(explorer.tell(question.path));
  else port.postMessage(question.paths.map((path) => explorer.expand(path, question.leaps)));
});
