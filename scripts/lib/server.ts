// Edge Chat as a local server: wrangler and workerd in processes of their own, ended by whoever started them.
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { Failure, QUIET_WRANGLER, ROOT, WRANGLER } from "./command.ts";

export interface ServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Folder for what is kept between restarts. */
  readonly state: string;
  /** `vars` of wrangler.toml to set otherwise, e.g. `RATE_BURST: "50"`. */
  readonly vars?: Readonly<Record<string, string>>;
}

export interface LocalServer {
  readonly url: string;
  /** Resolves when wrangler has ended, by itself or not; with its exit code. */
  readonly ended: Promise<number>;
  /** Ends it, and waits until it has. */
  stop(): Promise<void>;
}

const START_DEADLINE_MS = 60_000;

/** Starts the app and waits until it answers. Throws a Failure with what to do when it cannot. */
export async function startServer({ port, state, vars = {} }: ServerOptions): Promise<LocalServer> {
  const chosen = await freePort(port);
  const url = `http://127.0.0.1:${chosen}`;
  const args = ["dev", "--ip", "127.0.0.1", "--port", `${chosen}`, "--inspector-port", "0"];
  const flags = [
    "--persist-to",
    join(ROOT, state),
    "--show-interactive-dev-session=false",
    "--log-level",
    "warn",
  ];
  const set = Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}:${value}`]);
  // A process group of its own: Ctrl-C reaches us alone, and we end wrangler, which ends workerd.
  const child = spawn(process.execPath, [WRANGLER, ...args, ...flags, ...set], {
    cwd: ROOT,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...QUIET_WRANGLER },
  });
  let output = "";
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-4_000);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const ended = new Promise<number>((resolve) => {
    child.on("exit", (code) => resolve(code ?? 0));
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
  return { url, ended, stop };
}

async function answers(url: string, child: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + START_DEADLINE_MS;
  while (child.exitCode === null && Date.now() < deadline) {
    const isUp = await fetch(`${url}/api/room`).then(
      (response) => response.status === 405,
      () => false,
    );
    if (isUp) return true;
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
  return false;
}

/** The port, if nobody listens there; a free one for 0. Throws a Failure where it is taken. */
function freePort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", () => {
      reject(new Failure(`Port ${port} is taken; choose another with: npm start -- --port ${port + 1}`));
    });
    probe.listen(port, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : port));
    });
  });
}
