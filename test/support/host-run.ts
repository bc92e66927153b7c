// Runs a k6 script on the project's host, in a process of its own, and keeps what it said.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface HostRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The values after `say` in the script's `console.log("say", JSON.stringify(value))`, in order. */
  readonly said: readonly unknown[];
}

export interface HostOptions {
  readonly args?: readonly string[];
  /** More files beside the script: name to text. */
  readonly files?: Readonly<Record<string, string>>;
}

/** In a script: `say(value)` reaches `said`. */
const PRELUDE = `const say = (value: unknown): void => console.log("say", JSON.stringify(value));\n`;

export async function runHost(source: string, { args = [], files = {} }: HostOptions = {}): Promise<HostRun> {
  const folder = await mkdtemp(join(tmpdir(), "host-run-"));
  try {
    for (const [name, text] of Object.entries({ ...files, "script.ts": `${PRELUDE}${source}` })) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    return await start(["load/host/main.ts", "run", ...args, join(folder, "script.ts")]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `node` with these arguments, 40 s at most. */
export function start(args: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<HostRun> {
  // Compiled once, not once a test and thread.
  const env = { ...process.env, NODE_COMPILE_CACHE: ".state/compile-cache", ...variables };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { timeout: 40_000, env }, (_error, stdout, stderr) => {
      const lines = [...stderr.matchAll(/^INFO {2}say (.*)$/gm)];
      const said = lines.map(([, json]): unknown => JSON.parse(json ?? "null"));
      resolve({ code: child.exitCode ?? -1, stdout, stderr, said });
    });
  });
}
