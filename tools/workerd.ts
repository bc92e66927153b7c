// A Worker on raw workerd, one hop from its clients: no proxy, no file watcher, up in a moment. For fault tests and load runs;
// `npm start` is wrangler's (server.ts), which also serves the page as production does.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { Failure, ROOT } from "./command.ts";
import { lockState } from "./state-lock.ts";
import type { WorkerBundle } from "./worker-bundle.ts";
import { workerdConfig } from "./workerd-config.ts";

export interface WorkerdOptions {
  /** What to serve: `await bundleWorker()`. */
  readonly worker: WorkerBundle;
  /** Folder for what is kept between restarts. */
  readonly state: string;
  /** 0 takes a free one; restarts keep it. */
  readonly port?: number;
  /** `vars` of wrangler.toml to set otherwise, e.g. `RATE_BURST: "50"`. */
  readonly vars?: Readonly<Record<string, string>>;
  /** Another workerd than the project's: the path of its program. */
  readonly program?: string;
  /** What starts workerd, and becomes it: e.g. `["taskset", "-c", "0"]`. */
  readonly launcher?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** For experiments: Cloudflare has its own. */
  readonly v8Flags?: readonly string[] | undefined;
  /** Whether a debugger may connect to `inspector`. */
  readonly isInspected?: boolean;
}

const START_DEADLINE_MS = 10_000;
/** On SIGTERM workerd serves its open sockets until they end; chats never do. */
const STOP_GRACE_MS = 500;
/** The project's workerd. A CommonJS path: the package exports it, and has no types. */
export const WORKERD = String(createRequire(import.meta.url)("workerd").default);

/** Starts a Worker and waits until it answers. Throws a Failure with what workerd said when it does not. */
export async function startWorkerd(options: WorkerdOptions): Promise<Workerd> {
  const workerd = new Workerd(options);
  await workerd.start();
  return workerd;
}

export class Workerd {
  private options: WorkerdOptions;
  private port: number;
  private child: ChildProcess | null = null;
  private inspectorPort = 0;
  private output = "";

  constructor(options: WorkerdOptions) {
    this.options = options;
    this.port = options.port ?? 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Where V8's inspector listens; a name in its path says which isolate. */
  get inspector(): string {
    return `127.0.0.1:${this.inspectorPort}`;
  }

  /** The process's id. Throws a Failure where there is none. */
  get pid(): number {
    const pid = this.child?.pid;
    if (pid === undefined) throw new Failure("workerd does not run; start it first.");
    return pid;
  }

  /** The last 4,000 characters that it wrote, over all restarts. */
  get log(): string {
    return this.output;
  }

  async start(): Promise<void> {
    if (this.child !== null) throw new Failure("workerd runs already; stop it first.");
    const lock = await lockState(resolve(ROOT, this.options.state));
    const [command = "", ...args] = [...(this.options.launcher ?? []), ...(await this.commandLine())];
    // A process group of its own: Ctrl-C reaches us alone.
    const child = spawn(command, args, {
      cwd: ROOT,
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      env: { ...process.env, ...this.options.env },
    });
    this.child = child;
    const dieWithUs = (): boolean => child.kill("SIGKILL");
    process.once("exit", dieWithUs);
    child.once("exit", () => {
      process.off("exit", dieWithUs);
      lock.release();
      if (this.child === child) this.child = null;
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => this.keep(chunk));
    }
    const ports = await listens(child);
    if (ports !== null) {
      this.port = ports.http;
      this.inspectorPort = ports.inspector;
    } else {
      await this.end("SIGKILL");
      throw new Failure(`workerd did not start on port ${this.port}; it said:\n${this.output}`);
    }
  }

  /** Ends it as a deployment does; waits until it has ended. */
  async stop(): Promise<void> {
    await this.end("SIGTERM");
  }

  /** Ends it as a power cut would: it gets no moment to finish anything. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** Starts it again on the same port and state, after a stop if it still runs; `changes` is what a deployment changes. */
  async restart(changes: Partial<Pick<WorkerdOptions, "worker" | "vars" | "program">> = {}): Promise<void> {
    await this.stop();
    this.options = { ...this.options, ...changes };
    await this.start();
  }

  private async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const { child } = this;
    if (child === null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_GRACE_MS);
    await ended;
    clearTimeout(timer);
  }

  private async commandLine(): Promise<string[]> {
    const { worker, vars = {}, program = WORKERD, v8Flags = [] } = this.options;
    const state = resolve(ROOT, this.options.state);
    const objects = join(state, "objects");
    const config = join(state, "workerd.capnp");
    await mkdir(objects, { recursive: true });
    await writeFile(join(state, "worker.js"), worker.code);
    await writeFile(config, workerdConfig(worker, { code: "worker.js", objects, vars, v8Flags }));
    const address = `--socket-addr=http=127.0.0.1:${this.port}`;
    const inspector = this.options.isInspected === true ? ["--inspector-addr=127.0.0.1:0"] : [];
    return [program, "serve", config, address, "--control-fd=3", ...inspector];
  }

  private keep(chunk: Buffer): void {
    this.output = (this.output + chunk.toString()).slice(-4_000);
  }
}

interface Ports {
  readonly http: number;
  /** 0 where there is none. */
  readonly inspector: number;
}

/** The ports on which workerd says that it listens, or null where it ends or says nothing in time. */
function listens(child: ChildProcess): Promise<Ports | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), START_DEADLINE_MS);
    const settle = (ports: Ports | null): void => {
      clearTimeout(timer);
      resolve(ports);
    };
    child.once("error", () => settle(null));
    child.once("exit", () => settle(null));
    let said = "";
    (child.stdio[3] as Readable).on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const http = /"event":"listen","socket":"http","port":(\d+)/.exec(said)?.[1];
      const inspector = /"event":"listen-inspector","port":(\d+)/.exec(said)?.[1] ?? "0";
      // The inspector's port is said first.
      if (http !== undefined) settle({ http: Number(http), inspector: Number(inspector) });
    });
  });
}
