// One run of one scenario: target up, script run by its engine, samples taken, result judged and returned.
import { MANY_PER_ADDRESS } from "../lib/addresses.ts";
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Scenario } from "../lib/parameters.ts";
import { asksToKill } from "../lib/moments.ts";
import { mergePhases } from "../lib/phases.ts";
import type { Tally } from "../lib/tally.ts";
import { Failure, ROOT } from "../../tools/command.ts";
import type { WorkerBundle } from "../../tools/worker-bundle.ts";
import { ceilingFor, costlierOf, NO_CALIBRATION, readCalibrations } from "./calibration.ts";
import { commandLine, type Engine, type ScriptRun } from "./engine.ts";
import { assemble } from "./assemble.ts";
import { watchEnvironment } from "./environment.ts";
import { HistoryFile } from "./history-file.ts";
import { Journal } from "./journal.ts";
import { LastWords } from "./last-words.ts";
import { coresOf, launcher, type Pinning } from "./pinning.ts";
import { Live } from "./live.ts";
import type { LivePage } from "./live-page.ts";
import { asShare, type Machine, type RunResult } from "./result.ts";
import { Outage } from "./outage.ts";
import { openFolder } from "./save.ts";
import { openTarget, type RunningTarget, type TargetPlan } from "./targets.ts";
import { type Reading, UsageSampler } from "./usage.ts";

export interface RunRequest {
  readonly scenario: Scenario;
  readonly engine: Engine;
  /** The script's variables, without CHAT_TARGET and CHAT_OUT. */
  readonly env: Readonly<Record<string, string>>;
  readonly target: Pick<TargetPlan, "kind" | "url" | "state">;
  readonly pinning: Pinning | null;
  /** Of a local target: another Worker than that of this folder, and vars of wrangler.toml that are set otherwise. */
  readonly worker?: { readonly bundle: WorkerBundle; readonly version: string };
  readonly vars?: Readonly<Record<string, string>>;
  readonly segment: NonNullable<ScriptRun["segment"]> | null;
  /** Where the engine's log is kept. */
  readonly folder: string;
  /** Repeats it; goes into the result. */
  readonly command: string;
  /** Takes the live line, and the same in more lines for a terminal. */
  readonly say: (line: string, lines?: readonly string[]) => void;
  /** Keeps the judged history in any case, not only where it has an anomaly. */
  readonly keepsHistory?: boolean;
  /** Shows the report while it is measured. */
  readonly ui?: LivePage | null;
  /** Hears of the engine's process. */
  readonly onEngine?: (pid: number) => void;
}

/** `passed` says whether the script's own thresholds held. */
export interface Ran {
  readonly result: RunResult;
  readonly passed: boolean;
}

/** Engines end so when a threshold fails: there is a result all the same. */
const THRESHOLDS_FAILED = 99;
/** And so when the script refuses its parameters. */
const BAD_CONFIGURATION = 104;
const LIVE_EVERY_MS = 1_000;

export const machineHere = (): Machine => ({
  cpu: cpus()[0]?.model ?? "unknown",
  cores: availableParallelism(),
  node: process.version,
});

/** Runs it. Throws a Failure where no result came of it. */
export async function runScenario(request: RunRequest): Promise<Ran> {
  const { scenario, engine, env, pinning, folder } = request;
  await openFolder(folder);
  const target = await openTarget({
    ...request.target,
    cores: pinning?.target,
    worker: request.worker,
    vars: request.vars,
    policy:
      scenario === "abuse"
        ? { periodMs: env.CHAT_PERIOD_MS ?? "1000", burst: env.CHAT_BURST ?? "20" }
        : undefined,
  });
  try {
    const started = Date.now();
    const environment = watchEnvironment(target.kind);
    const { tally, usage, code, notes } = await play(
      { ...request, env: { ...shared(request), ...env } },
      target,
    );
    const machine = machineHere();
    const protocol = costlierOf(`${tally.parameters.CHAT_PROTOCOL}`);
    const sample = Number(tally.parameters.CHAT_SAMPLE);
    const setting = { engine, machine, pinned: pinning, protocol, sample };
    const calibrated =
      scenario === "calibrate" ? NO_CALIBRATION : ceilingFor(await readCalibrations(), setting, started);
    const result = assemble({
      tally,
      engine,
      target: { kind: target.kind, url: target.url, version: target.version },
      started,
      durationS: (Date.now() - started) / 1_000,
      usage,
      ceiling: calibrated.ceiling,
      machine,
      environment: await environment(),
      pinned: pinning,
      generator: { usage: usage.generator, cores: coresOf(pinning?.generator, machine.cores) },
      versions: [target.version, target.version],
      hasEnded: !target.isRunning(),
      notes: [...notesOf(request, calibrated.note), ...notes],
      command: request.command,
    });
    return { result: request.segment === null ? result : asShare(result), passed: code === 0 };
  } finally {
    await target.stop();
  }
}

/** A room of ours without a limit does not care how many come from one address. */
const shared = ({ target, scenario }: RunRequest): Readonly<Record<string, string>> =>
  target.kind === "local" && scenario !== "abuse" ? { CHAT_PER_ADDRESS: `${MANY_PER_ADDRESS}` } : {};

function notesOf({ target, pinning, scenario }: RunRequest, calibration: string | null): string[] {
  return [
    ...(scenario === "avalanche" && target.kind === "url"
      ? ["This target runs elsewhere: it was killed if somebody did so when the log asked for it."]
      : []),
    ...(calibration === null ? [] : [`${calibration}.`]),
    ...(pinning === null && target.kind !== "url"
      ? ["Target and generator shared all cores of this machine."]
      : []),
  ];
}

export interface Played {
  readonly tally: Tally;
  readonly usage: RunResult["usage"];
  readonly readings: { readonly generator: readonly Reading[]; readonly target: readonly Reading[] };
  readonly code: number;
  /** Sentences about what was kept beside the result. */
  readonly notes: readonly string[];
}

/** Runs the script against the target to its end. */
export async function play(
  request: RunRequest,
  target: RunningTarget,
  sampleEveryMs = LIVE_EVERY_MS,
): Promise<Played> {
  const out = join(request.folder, `tally-${process.pid}.json`);
  const log = join(request.folder, "engine.log");
  const ui = request.ui ?? null;
  const env = {
    ...request.env,
    CHAT_TARGET: target.url,
    CHAT_OUT: out,
    CHAT_PROGRESS: ui === null ? "1" : "2",
    CHAT_HISTORY: request.keepsHistory === true ? "2" : "1",
  };
  const script = `load/${request.scenario}.ts`;
  const line = commandLine(request.engine, { script, env, segment: request.segment });
  const [program = "", ...args] = [...launcher(request.pinning?.generator), line.program, ...line.args];
  const child = spawn(program, args, {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...line.env },
  });
  const dieWithUs = (): boolean => child.kill("SIGKILL");
  process.once("exit", dieWithUs);
  if (child.pid !== undefined) request.onEngine?.(child.pid);
  const { pinning } = request;
  const sampled = [
    { pid: () => child.pid ?? null, cores: pinning?.generator },
    { pid: () => target.pid, cores: pinning?.target },
  ];
  const samplers = sampled.map(({ pid, cores }) => new UsageSampler(pid, sampleEveryMs, cores));
  const outage = new Outage(target, request);
  const usageNow = (): RunResult["usage"] => {
    const [generator = [], used = []] = samplers.map((sampler) => sampler.samples);
    return { generator, target: used };
  };
  const live = new Live(request, target, usageNow, outage);
  const journal = new Journal(request.folder, request.command);
  const history = new HistoryFile(request.folder, request.env.CHAT_RUN ?? "run", request.say);
  const kept = createWriteStream(log);
  // Also where the disk takes no log.
  const words = new LastWords();
  kept.on("error", ({ message }) => request.say(`The engine's log could not be kept: ${message}`));
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (text) => {
      if (asksToKill(text)) outage.begin();
      if (live.hears(text) || history.hears(text)) return;
      kept.write(`${text}\n`);
      words.add(text);
    });
  }
  const timer = setInterval(() => {
    journal.add(live.state());
    live.tell();
  }, LIVE_EVERY_MS);
  const { code, how } = await new Promise<{ readonly code: number; readonly how: string }>((resolve) => {
    child.once("error", ({ message }) => resolve({ code: 127, how: `could not be started, ${message},` }));
    child.once("close", (exitCode, signal) => {
      const how = signal === null ? `ended with exit code ${exitCode}` : `was ended by ${signal}`;
      resolve({ code: exitCode ?? 1, how });
    });
  });
  process.off("exit", dieWithUs);
  clearInterval(timer);
  kept.end();
  const [generator = [], used = []] = samplers.map((sampler) => sampler.stop());
  const [ours = [], its = []] = samplers.map((sampler) => sampler.readings);
  const phases = await outage.phases();
  const told = await readTally(out, { code, how, said: words.text, folder: request.folder });
  const tally = { ...told, phases: mergePhases(told.phases, phases) };
  await rm(out, { force: true });
  journal.discard();
  const usage = { generator, target: used };
  return { tally, usage, readings: { generator: ours, target: its }, code, notes: history.notes };
}

interface Ending {
  readonly code: number;
  readonly how: string;
  readonly said: string;
  readonly folder: string;
}

async function readTally(out: string, { code, how, said, folder }: Ending): Promise<Tally> {
  // Written by our own script a moment ago, whole or cut short by a full disk; result.schema.json judges what others bring.
  if (code === 0 || code === THRESHOLDS_FAILED) {
    try {
      return JSON.parse(await readFile(out, "utf8")) as Tally;
    } catch {
      // What the script said tells why.
    }
  }
  throw new Failure(
    `The script ${how} and left no result; ${folder} has its seconds until then. It said${said === "" ? " nothing." : `: ${said}`}`,
    code === BAD_CONFIGURATION ? 2 : 1,
  );
}
