// Edge Chat as a local server: wrangler and workerd in processes of their own, ended by whoever started them.
import { type ChildProcess, spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve as pathOf } from "node:path";
import { Failure, QUIET_WRANGLER, ROOT, WRANGLER } from "./command.ts";
import { checkVars, readConfiguration } from "./configuration.ts";
import { lockState } from "./state-lock.ts";

export interface ServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Folder for what is kept between restarts. */
  readonly state: string;
  /** `vars` of wrangler.toml to set otherwise, e.g. `RATE_BURST: "50"`. */
  readonly vars?: Readonly<Record<string, string>>;
  /** What is made before it starts, once port and folder are free: nothing is rebuilt under a server that runs. */
  readonly prepare?: () => Promise<void>;
  /** Hears what wrangler says, and what the Worker logs. */
  readonly onOutput?: (chunk: Buffer) => void;
}

export interface LocalServer {
  readonly url: string;
  /** Resolves when wrangler has ended, by itself or not; with its exit code. */
  readonly ended: Promise<number>;
  /** Ends it, and waits until it has. */
  stop(): Promise<void>;
  /** Ends it as a power cut would: wrangler and workerd get no moment to finish anything. */
  kill(): Promise<void>;
}

const START_DEADLINE_MS = 60_000;
const END_WITH_PARENT = join(ROOT, "tools", "end-with-parent.ts");

/** Starts the app and waits until it answers. Throws a Failure with what to do when it cannot. */
export async function startServer({
  port,
  state,
  vars = {},
  prepare,
  onOutput = () => {},
}: ServerOptions): Promise<LocalServer> {
  checkVars(await readConfiguration(), vars);
  const chosen = await freePort(port);
  const folder = pathOf(ROOT, state);
  const lock = await lockState(folder);
  await prepare?.();
  const url = `http://127.0.0.1:${chosen}`;
  const args = ["dev", "--ip", "127.0.0.1", "--port", `${chosen}`, "--inspector-port", "0"];
  const flags = ["--persist-to", folder, "--show-interactive-dev-session=false", "--log-level", "warn"];
  const set = Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}:${value}`]);
  // A process group of its own: Ctrl-C reaches us alone, and we end wrangler, which ends workerd.
  const child = spawn(process.execPath, ["--import", END_WITH_PARENT, WRANGLER, ...args, ...flags, ...set], {
    cwd: ROOT,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...QUIET_WRANGLER },
  });
  let output = "";
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-4_000);
    onOutput(chunk);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  // Also where we end before it is up.
  const endChild = (): boolean => child.kill("SIGTERM");
  process.once("exit", endChild);
  const ended = new Promise<number>((resolve) => {
    child.on("exit", (code) => {
      process.off("exit", endChild);
      lock.release();
      resolve(code ?? 0);
    });
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(timer);
  };
  if (!(await answers(url, child))) {
    await stop();
    throw new Failure(`The server did not start within ${START_DEADLINE_MS / 1_000} s; it said:\n${output}`);
  }
  const kill = async (): Promise<void> => {
    const pids = await descendants(child.pid ?? 0);
    for (const pid of pids) process.kill(pid, "SIGKILL");
    const deadline = Date.now() + 10_000;
    while (!(await isFree(chosen)) && Date.now() < deadline) await pause(10);
  };
  return { url, ended, stop, kill };
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** A process and all that it started, by id. Linux only: elsewhere nothing but the process itself. */
async function descendants(pid: number): Promise<number[]> {
  const folder = `/proc/${pid}/task`;
  const threads = await readdir(folder).catch((): string[] => []);
  const read = threads.map((thread) => readFile(`${folder}/${thread}/children`, "utf8").catch(() => ""));
  const children = (await Promise.all(read)).join(" ").split(" ").filter(Boolean).map(Number);
  const below = await Promise.all(children.map(descendants));
  return [pid, ...below.flat()];
}

async function answers(url: string, child: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + START_DEADLINE_MS;
  while (child.exitCode === null && Date.now() < deadline) {
    const isUp = await fetch(`${url}/api/room`).then(
      (response) => response.status === 405,
      () => false,
    );
    if (isUp) return true;
    await pause(100);
  }
  return false;
}

/** The port, if nobody listens there; a free one for 0. Throws a Failure where it is taken. */
async function freePort(port: number): Promise<number> {
  const free = await tryPort(port);
  if (free !== null) return free;
  throw new Failure(`Port ${port} is taken; choose another with: npm start -- --port ${port + 1}`);
}

const isFree = async (port: number): Promise<boolean> => (await tryPort(port)) !== null;

/** Listens for a moment; the port, or null where somebody else does. */
function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.on("error", () => resolve(null));
    probe.listen(port, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : port));
    });
  });
}
