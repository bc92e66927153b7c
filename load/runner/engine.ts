// Which engine runs a scenario: the project's host on Node, or a k6 on the PATH. Decides the command line; `npm run load` runs it.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Failure, ROOT } from "../../tools/command.ts";

export interface Engine {
  readonly name: "k6" | "node";
  readonly version: string;
}

/** One run of one script: what both engines are told, in the same words. */
export interface ScriptRun {
  /** Path of the script from the project's folder. */
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  /** The share of the run that this instance plays, e.g. "0:1/2"; null plays it all. */
  readonly segment?: { readonly own: string; readonly sequence: string } | null;
}

export interface CommandLine {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Below it, teardown can deadlock while the server sends pings. */
const LEAST_K6 = [1, 8] as const;

/** The engine asked for, with its version. Throws a Failure (exit code 2) where it is not to be had. */
export async function findEngine(name: string): Promise<Engine> {
  if (name === "node") return { name, version: process.version };
  if (name === "k6") return { name, version: await k6Version() };
  throw new Failure("--engine takes node or k6.", 2);
}

/** The version in what `k6 version` says, or null where that is no k6. */
export const readK6Version = (said: string): string | null =>
  /^k6(?:\.exe)? v(\d+\.\d+\.\d+\S*)/m.exec(said)?.[1] ?? null;

export function isK6Supported(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > LEAST_K6[0] || (major === LEAST_K6[0] && minor >= LEAST_K6[1]);
}

/** What to start, before pinning. */
export function commandLine(engine: Engine, { script, env, segment = null }: ScriptRun): CommandLine {
  const given = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
  const share =
    segment === null
      ? []
      : ["--execution-segment", segment.own, "--execution-segment-sequence", segment.sequence];
  const args = ["run", "-q", ...given, ...share, script];
  return engine.name === "k6"
    ? { program: "k6", args, env: { K6_NO_USAGE_REPORT: "true" } }
    : { program: process.execPath, args: ["load/host/main.ts", ...args], env: {} };
}

/** The version of what is tested: the package's, and the commit where git knows it. */
export async function projectVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };
  const { stdout } = await promisify(execFile)("git", ["describe", "--always", "--dirty"], {
    cwd: ROOT,
  }).catch(() => ({
    stdout: "",
  }));
  return stdout.trim() === "" ? version : `${version} (${stdout.trim()})`;
}

async function k6Version(): Promise<string> {
  const { stdout } = await promisify(execFile)("k6", ["version"]).catch((): never => {
    throw new Failure("There is no k6 on the PATH; install k6 1.8 or newer, or leave --engine out.", 2);
  });
  const version = readK6Version(stdout);
  if (version === null || !isK6Supported(version)) {
    throw new Failure(`The k6 on the PATH is ${version ?? "unknown"}; 1.8 or newer is needed.`, 2);
  }
  return version;
}
