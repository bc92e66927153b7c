// Every wrong that was thought of, done on purpose to a small run, and what the harness has to call it. What does it is load/targets.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mergeTallies } from "../lib/tally.ts";
import { judge, type Outcome, outcomeOf, UNKNOWN, type Verdict } from "../lib/validity.ts";
import type { TargetName } from "../targets/start.ts";
import { windowOf } from "./assemble.ts";
import type { Pinning } from "./pinning.ts";
import { play, type RunRequest } from "./run.ts";
import { openFolder } from "./save.ts";
import { startTarget } from "./targets.ts";

export interface Damage {
  /** What is wrong, for people. */
  readonly what: string;
  readonly right: Outcome;
  readonly target?: TargetName;
  /** Of the target, such as --lose 20. */
  readonly options?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** To the generator, while it runs. */
  readonly generator?: "freeze" | "crowd";
  /** Which shares of the run are merged; nothing plays all of it. */
  readonly shares?: readonly string[];
}

const broken = (what: string, ...options: string[]): Damage => ({ what, right: "BROKEN", options });

export const DAMAGES: readonly Damage[] = [
  { what: "an honest run", right: "VALID" },
  { what: "an honest run, classic", right: "VALID", env: { CHAT_PROTOCOL: "classic" } },
  broken("deliveries are lost", "--lose", "20"),
  broken("deliveries come twice", "--double", "20"),
  broken("deliveries change places", "--reorder", "20"),
  broken("one member has another order than the others", "--swap", "4"),
  broken("a text is another one", "--corrupt", "20"),
  broken("a text is a copy of the one before", "--copy", "20"),
  broken("two texts of a frame are exchanged", "--exchange", "1"),
  broken("the end of a frame is cut off, its head is not", "--tail", "5"),
  {
    ...broken("the end of a frame is cut off, where one message in 100 is timed", "--tail", "5"),
    env: { CHAT_SAMPLE: "100" },
  },
  broken("another name", "--name", "20"),
  broken("another author", "--author", "20"),
  broken("another client", "--client", "20"),
  broken("another counter", "--counter", "20"),
  broken("a timestamp of tomorrow", "--tomorrow", "20"),
  broken("a field too many", "--extra", "20"),
  broken("a field too few", "--missing", "20"),
  { ...broken("a classic name that is another's", "--name", "20"), env: { CHAT_PROTOCOL: "classic" } },
  broken("a message that nobody of the run sent", "--foreign", "20"),
  broken("a frame that is no text", "--binary", "50"),
  broken("somebody else's welcome", "--welcome", "3"),
  broken("a count of members that is one too high", "--miscount", "4"),
  broken("no count of members", "--uncounted", "1"),
  broken("a handshake is never answered", "--mute", "5"),
  broken("a handshake is answered by 403", "--forbid", "5"),
  broken("a message is refused for no reason", "--reject", "40"),
  broken("a socket is closed", "--drop", "40"),
  broken("the room goes silent", "--silence", "40"),
  broken("the process ends", "--crash", "40"),
  { what: "a classic server is asked for delivery", right: "BROKEN", target: "node-ws" },
  {
    what: "a limiter refuses messages, and last words",
    right: "VOID",
    options: ["--refuse", "10", "--hush", "3"],
  },
  { what: "the generator stands still, four times for 300 ms", right: "VOID", generator: "freeze" },
  { what: "somebody else is busy on the generator's core", right: "VOID", generator: "crowd" },
  { what: "two shares of a run are merged", right: "VALID", shares: ["0:1/2", "1/2:1"] },
  { what: "a share is missing in what is merged", right: "VOID", shares: ["0:1/2"] },
  { what: "a share is merged twice", right: "VOID", shares: ["0:1/2", "1/2:1", "1/2:1"] },
];

/** Small and short; a window gathers several messages in a frame, and no limit is near. */
const ENV = {
  CHAT_MEMBERS: "12",
  CHAT_SENDERS: "3",
  CHAT_RATE: "100",
  CHAT_DURATION_S: "3",
  CHAT_WARMUP_S: "0",
  CHAT_DRAIN_S: "3",
  CHAT_JOIN_TIMEOUT_S: "2",
  CHAT_RUN: "damage",
};
const WINDOW_MS = "30";
/** After the joins, within the window. */
const FREEZE = { afterMs: 3_000, times: 4, everyMs: 600, forMs: 300 };

export interface Seen {
  readonly outcome: Outcome;
  readonly verdict: Verdict;
}

/** Does it, and says what the harness makes of it. */
export async function suffer(damage: Damage, pinning: Pinning | null): Promise<Seen> {
  const folder = await mkdtemp(join(tmpdir(), "edge-chat-damage-"));
  const { target = "null", options = [], shares } = damage;
  const all = target === "null" ? ["--window", WINDOW_MS, ...options] : options;
  const started = await startTarget(target, pinning?.target, all);
  const request = requestOf(damage, pinning, folder);
  try {
    const began = Date.now();
    const running = { ...started, kind: target as "null", version: "damaged", isRunning: () => true };
    const [first, ...more] = await Promise.all(
      (shares ?? [null]).filter(isFirst).map(async (share, i) => {
        const own = join(folder, `${i}`);
        await openFolder(own);
        return play({ ...request, folder: own, segment: segmentOf(share) }, running);
      }),
    );
    if (first === undefined) throw new RangeError("A damage has a run.");
    const tallies = [first, ...more].map(({ tally }) => tally);
    const doubled = (shares ?? []).flatMap((share, i) =>
      isFirst(share, i, shares ?? []) ? [] : tallies.slice(-1),
    );
    const tally = [...tallies, ...doubled].reduce(mergeTallies);
    // Whoever else is on this machine is no matter here, but where that is the damage.
    const isJudged = damage.generator === "crowd" && pinning !== null;
    const samples = isJudged ? windowOf(tally, first.usage.generator, began) : [];
    const verdict = judge(tally, {
      ...UNKNOWN,
      generator: samples.length === 0 ? null : { usage: samples, cores: 1 },
      hasEnded: !isAlive(started.pid),
    });
    return { outcome: outcomeOf(verdict), verdict };
  } finally {
    await started.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const isFirst = <T>(value: T, at: number, all: readonly T[]): boolean => all.indexOf(value) === at;

const segmentOf = (own: string | null): RunRequest["segment"] =>
  own === null ? null : { own, sequence: "0,1/2,1" };

function requestOf(
  { env = {}, generator, shares }: Damage,
  pinning: Pinning | null,
  folder: string,
): RunRequest {
  const receivers = shares === undefined ? {} : { CHAT_RECEIVERS: "3" };
  return {
    scenario: "fanout",
    engine: { name: "node", version: process.version },
    env: { ...ENV, ...receivers, ...env },
    target: { kind: "null", url: "" },
    pinning,
    segment: null,
    folder,
    command: "",
    say: () => {},
    onEngine: (pid) => {
      if (generator === "freeze") freeze(pid);
      if (generator === "crowd") crowd(pinning?.generator ?? "0");
    },
  };
}

function freeze(pid: number): void {
  for (let i = 0; i < FREEZE.times; i += 1) {
    const at = FREEZE.afterMs + i * FREEZE.everyMs;
    setTimeout(() => signal(pid, "SIGSTOP"), at);
    setTimeout(() => signal(pid, "SIGCONT"), at + FREEZE.forMs);
  }
}

/** A process that computes on the same core for as long as a run takes. */
function crowd(core: string): ChildProcess {
  const busy = `const end = Date.now() + 8000; while (Date.now() < end);`;
  return spawn("taskset", ["-c", core, process.execPath, "-e", busy], { stdio: "ignore" });
}

function signal(pid: number, name: "SIGSTOP" | "SIGCONT"): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is over.
  }
}

function isAlive(pid: number | null): boolean {
  try {
    return pid !== null && process.kill(pid, 0);
  } catch {
    return false;
  }
}
