// What a run is pointed at: this project's room one hop away, something to compare it with, or a deployed one.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import type { TargetName } from "../targets/start.ts";
import { Failure, ROOT } from "../../tools/command.ts";
import { bundleWorker, type WorkerBundle } from "../../tools/worker-bundle.ts";
import { startWorkerd } from "../../tools/workerd.ts";
import { projectVersion } from "./engine.ts";
import { launcher } from "./pinning.ts";
import type { Target, TargetKind } from "./result.ts";

export interface RunningTarget extends Target {
  /** Null where the process is not ours, or is gone for a while. */
  readonly pid: number | null;
  /** Kills it, and starts it again after so many ms; null where it is not ours. */
  readonly crash: ((downMs: number) => Promise<void>) | null;
  /** Whether it is still the process that was started; a deployed one is not known. */
  isRunning(): boolean;
  stop(): Promise<void>;
}

export interface TargetPlan {
  readonly kind: TargetKind;
  /** For kind "url". */
  readonly url: string;
  /** Of what is started and stores: the folder for it, which goes with it; `.state` where none is named. */
  readonly state?: string | undefined;
  /** Cores for it; undefined leaves it free. */
  readonly cores: string | undefined;
  /** The limiter's policy; undefined takes the limiter out of the measurement. */
  readonly policy: { readonly periodMs: string; readonly burst: string } | undefined;
  /** Of kind "local": another Worker than that of this folder. */
  readonly worker?: { readonly bundle: WorkerBundle; readonly version: string } | undefined;
  readonly vars?: Readonly<Record<string, string>> | undefined;
  readonly v8Flags?: readonly string[] | undefined;
}

/** The limiter is there and asked, as ever, but has a budget that no run uses up. */
const UNLIMITED = { periodMs: "1", burst: "1000000" };
/** As a busy room gathers messages: a generator is calibrated to frames like those that it will meet. */
const NULL_WINDOW_MS = "10";
const START_DEADLINE_MS = 10_000;

/** Starts the target, or names the deployed one. Throws a Failure where it does not start. */
export async function openTarget(plan: TargetPlan): Promise<RunningTarget> {
  switch (plan.kind) {
    case "url":
      return {
        kind: "url",
        url: plan.url,
        version: "deployed",
        pid: null,
        crash: null,
        isRunning: () => true,
        stop: async () => {},
      };
    case "local":
      return openRoom(plan);
    case "null":
    case "relay":
    case "node-ws":
    case "demo":
      return openOther(plan.kind, plan);
    default:
      return plan.kind satisfies never;
  }
}

/** The vars of a room to be loaded: as many sockets as there may be. */
export const varsOf = (policy: NonNullable<TargetPlan["policy"]> = UNLIMITED): Record<string, string> => ({
  RATE_PERIOD_MS: policy.periodMs,
  RATE_BURST: policy.burst,
  MAX_SOCKETS_PER_ROOM: "32000",
  MAX_SOCKETS_PER_IDENTITY: "32000",
});

async function openRoom(plan: TargetPlan): Promise<RunningTarget> {
  const { state: parent = join(ROOT, ".state", "load"), cores, policy, worker, vars: given, v8Flags } = plan;
  const state = join(parent, `target-${process.pid}`);
  const vars = { ...varsOf(policy), ...given };
  const clean = (): void => rmSync(state, { recursive: true, force: true });
  clean();
  process.once("exit", clean);
  const workerd = await startWorkerd({
    worker: worker?.bundle ?? (await bundleWorker()),
    state,
    vars,
    v8Flags,
    launcher: launcher(cores),
  });
  let pid: number | null = workerd.pid;
  return {
    kind: "local",
    url: workerd.url.replace(/^http/, "ws"),
    version: worker?.version ?? (await projectVersion()),
    get pid() {
      return pid;
    },
    crash: async (downMs) => {
      pid = null;
      await workerd.kill();
      await pause(downMs);
      await workerd.start();
      ({ pid } = workerd);
    },
    isRunning: () => isAlive(pid),
    stop: async () => {
      await workerd.kill();
      process.off("exit", clean);
      clean();
    },
  };
}

async function openOther(
  kind: TargetKind & TargetName,
  { cores, state }: TargetPlan,
): Promise<RunningTarget> {
  const stores = kind === "relay" || kind === "demo";
  const target = await startTarget(
    kind,
    cores,
    stores && state !== undefined ? ["--state", state] : undefined,
  );
  const version = await projectVersion();
  return Object.assign(target, { kind, version, isRunning: () => isAlive(target.pid) });
}

interface StartedTarget {
  /** ws://127.0.0.1:port */
  readonly url: string;
  readonly pid: number | null;
  readonly stop: () => Promise<void>;
  readonly crash: (downMs: number) => Promise<void>;
}

/** Starts one of load/targets in a process of its own. Throws a Failure where it does not start. */
export async function startTarget(
  name: TargetName,
  cores: string | undefined,
  options: readonly string[] = name === "null" ? ["--window", NULL_WINDOW_MS] : [],
): Promise<StartedTarget> {
  const line = [...launcher(cores), process.execPath, "load/targets/main.ts", name, "--port", "0"];
  const [program = "", ...args] = [...line, ...options];
  const child = spawn(program, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
  const dieWithUs = (): boolean => child.kill("SIGKILL");
  process.once("exit", dieWithUs);
  child.once("exit", () => process.off("exit", dieWithUs));
  const first = await started(child, name);
  let pid: number | null = first.pid;
  return {
    url: first.url.replace(/^http/, "ws"),
    get pid() {
      return pid;
    },
    crash: async (downMs) => {
      pid = null;
      child.kill("SIGUSR2");
      await pause(downMs);
      child.kill("SIGUSR2");
      ({ pid } = await started(child, name));
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}

function isAlive(pid: number | null): boolean {
  try {
    return pid !== null && process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Where it is, in the next line that load/targets/main.ts prints. */
function started(
  child: ChildProcess,
  name: TargetName,
): Promise<{ readonly url: string; readonly pid: number }> {
  return new Promise((resolve, reject) => {
    const fail = (): void => {
      child.kill("SIGKILL");
      reject(
        new Failure(`The ${name} target did not start within ${START_DEADLINE_MS / 1_000} s; see above.`),
      );
    };
    const timer = setTimeout(fail, START_DEADLINE_MS);
    child.once("error", fail);
    child.once("exit", fail);
    if (child.stdout === null) return;
    const lines = createInterface({ input: child.stdout });
    lines.once("line", (line) => {
      lines.close();
      clearTimeout(timer);
      child.off("exit", fail);
      resolve(JSON.parse(line) as { url: string; pid: number });
    });
  });
}
