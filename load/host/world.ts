// [K3] Makes this thread's global scope k6's: what Node has and k6's engine has not is deleted. Evaluated last of the host's own
// modules and before the script's first line, so that nothing of the host may look for a global of Node's later.
import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve, dirname } from "node:path";
import { format } from "node:util";
import { Buffer } from "node:buffer";
import shapeFile from "../engine/shape.json" with { type: "json" };
import { type Shape, standardObjects } from "../engine/shape.ts";
import * as timers from "./k6/timers.ts";
import { vu } from "./vu.ts";

const SHAPE: Shape = shapeFile;
/** Without it V8 gives errors no stack. */
const STACKS = "stackTraceLimit";

trim(SHAPE);
Object.assign(globalThis, {
  __ENV: vu.env,
  __VU: vu.ids.idInInstance,
  __ITER: 0,
  open: openFile,
  // [K3] k6's own, beside the engine's.
  crypto: webcrypto,
  console: scriptConsole(),
  setTimeout: timers.setTimeout,
  clearTimeout: timers.clearTimeout,
  setInterval: timers.setInterval,
  clearInterval: timers.clearInterval,
});

function trim(shape: Shape): void {
  // Globals first, unread: reading one of Node's lazy ones would load it.
  keepOnly(globalThis, shape.globalThis ?? []);
  for (const [name, object] of standardObjects()) keepOnly(object, shape[name] ?? []);
}

function keepOnly(object: object, names: readonly string[]): void {
  const kept = new Set([...names, STACKS]);
  for (const key of Reflect.ownKeys(object)) {
    if (!kept.has(String(key))) Reflect.deleteProperty(object, key);
  }
}

/** [K2] Reads a file beside the script, in the init context. */
function openFile(path: string, mode = ""): string | ArrayBuffer {
  if (vu.iteration !== null) throw new Error('The "open()" function is only available in the init stage');
  const bytes = readFileSync(resolve(dirname(vu.script), path));
  return mode === "b" ? new Uint8Array(Buffer.from(bytes)).buffer : bytes.toString("utf8");
}

/** A line a call, by way of the main thread: what a thread writes by itself is lost when it ends. */
function scriptConsole(): Record<string, (...values: unknown[]) => void> {
  const levels = { log: "INFO", info: "INFO", debug: "DEBUG", warn: "WARN", error: "ERROR" };
  return Object.fromEntries(
    Object.entries(levels).map(([name, level]) => [
      name,
      (...values: unknown[]): void => {
        vu.tell({ kind: "log", line: `${level}  ${format(...values)}` });
      },
    ]),
  );
}
