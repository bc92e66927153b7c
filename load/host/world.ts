// [K3] Makes this thread's global scope k6's: what Node has and k6's engine has not is deleted. Evaluated last of the host's own
// modules and before the script's first line, so that nothing of the host may look for a global of Node's later.
import { readFileSync } from "node:fs";
import { resolve, dirname } from "node:path";
import process from "node:process";
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
  console: scriptConsole(),
  setTimeout: timers.setTimeout,
  clearTimeout: timers.clearTimeout,
  setInterval: timers.setInterval,
  clearInterval: timers.clearInterval,
});

function trim(shape: Shape): void {
  for (const [name, object] of standardObjects()) {
    // A global that goes as a whole is not looked into: Node may still use it.
    const root = name.split(".")[0] ?? name;
    if (!root.startsWith("%") && root !== "globalThis" && shape.globalThis?.includes(root) !== true) continue;
    const allowed = new Set(shape[name] ?? []);
    for (const key of Reflect.ownKeys(object)) {
      if (!allowed.has(String(key)) && key !== STACKS) Reflect.deleteProperty(object, key);
    }
  }
}

/** [K2] Reads a file beside the script, in the init context. */
function openFile(path: string, mode = ""): string | ArrayBuffer {
  if (vu.iteration !== null) throw new Error('The "open()" function is only available in the init stage');
  const bytes = readFileSync(resolve(dirname(vu.script), path));
  return mode === "b" ? new Uint8Array(Buffer.from(bytes)).buffer : bytes.toString("utf8");
}

/** To stderr, a line a call: standard output is the summary's. */
function scriptConsole(): Record<string, (...values: unknown[]) => void> {
  const { stderr } = process;
  const levels = { log: "INFO", info: "INFO", debug: "DEBUG", warn: "WARN", error: "ERROR" };
  return Object.fromEntries(
    Object.entries(levels).map(([name, level]) => [
      name,
      (...values: unknown[]): void => {
        stderr.write(`${level}  ${format(...values)}\n`);
      },
    ]),
  );
}
