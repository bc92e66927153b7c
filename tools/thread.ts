// Threads that run TypeScript.
import { setFlagsFromString } from "node:v8";
import { Worker, type WorkerOptions } from "node:worker_threads";

/** Calls out of WebAssembly until V8 compiles a faster way for them: so many that it never does. */
const NEVER = 2 ** 30;

/**
 * A worker thread that runs a file of TypeScript. Node strips its types with WebAssembly in each thread, and V8 of Node 24 can crash
 * where two of them compile the same call out of it at once ("Check failed: jit_page.has_value()"). So none is compiled.
 */
export function startThread(file: URL, options: WorkerOptions): Worker {
  setFlagsFromString(`--wasm-wrapper-tiering-budget=${NEVER}`);
  return new Worker(file, options);
}
