// A VU's thread: loads the script, tells what it declares, then runs what it is told, one thing at a time.
import { clearInterval, setInterval } from "node:timers";
import { pathToFileURL } from "node:url";
import { parentPort } from "node:worker_threads";
import { Iteration } from "./iteration.ts";
import type { FromVu, ToVu } from "./messages.ts";
import { importScript } from "./resolve.ts";
import { vu } from "./vu.ts";
// Loaded before the world is trimmed.
import "./k6/execution.ts";
import "./k6/k6.ts";
import "./k6/metrics.ts";
import "./k6/websockets.ts";

const FLUSH_MS = 1_000;
const port = parentPort;
if (port === null) throw new Error("This file runs as a worker thread.");

vu.tell = (message: FromVu): void => port.postMessage(message);
let script: Record<string, unknown> = {};

try {
  script = await importScript(vu.script, pathToFileURL(`${import.meta.dirname}/world.ts`).href);
  const { options = {} } = script;
  const exports = Object.keys(script).filter((name) => typeof script[name] === "function");
  vu.tell({
    kind: "ready",
    options: JSON.parse(JSON.stringify(options)) as unknown,
    exports,
    metrics: [...vu.declared.values()],
  });
  port.on("message", (message: ToVu) => receive(message));
} catch (error) {
  vu.tell({ kind: "init-failed", error: describe(error) });
}

function receive(message: ToVu): void {
  if (message.kind === "interrupt") {
    vu.iteration?.stop("interrupted");
    return;
  }
  vu.testStart = message.testStart;
  const data: unknown = message.data === undefined ? undefined : JSON.parse(message.data);
  if (message.kind === "part") void run(() => call(message.part, data));
  else {
    vu.info = message.iteration;
    Object.assign(vu.env, message.iteration.scenario.env);
    Object.assign(globalThis, { __ITER: vu.iterationsDone });
    void run(() => call(message.exec, data)).then(countIteration);
  }
}

function countIteration(): void {
  const name = vu.info?.scenario.name ?? "";
  vu.iterationsDone += 1;
  vu.iterationsOf.set(name, (vu.iterationsOf.get(name) ?? 0) + 1);
}

function call(name: string, data: unknown): unknown {
  const main = script[name];
  return typeof main === "function" ? (main as (data: unknown) => unknown)(data) : undefined;
}

async function run(main: () => unknown): Promise<void> {
  const iteration = new Iteration();
  vu.iteration = iteration;
  const began = vu.clock();
  const flusher = setInterval(flush, FLUSH_MS);
  iteration.start(main);
  const { outcome, error, value } = await iteration.ended;
  clearInterval(flusher);
  const durationMs = vu.clock() - began;
  flush();
  vu.tell({
    kind: "ended",
    outcome,
    error: error === null ? "" : describe(error),
    value: value === undefined ? undefined : JSON.stringify(value),
    durationMs,
  });
}

function flush(): void {
  const batches = vu.samples.take();
  if (batches.length > 0) vu.tell({ kind: "samples", batches, groups: vu.groups.take() });
}

function describe(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return text.includes("does not provide an export named")
    ? `${text}\nWhat k6 has and the host lacks: run it with k6.`
    : text;
}
