// `npm run bench:profile`: where a server's processor time goes while one room is busy, by Linux's perf.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MANY_PER_ADDRESS } from "../load/lib/addresses.ts";
import { command, Failure, ROOT } from "../tools/command.ts";
import { numberOf, wholeOf } from "../tools/numbers.ts";
import { findEngine } from "../load/runner/engine.ts";
import { pinningHere } from "../load/runner/pinning.ts";
import { partsOf } from "../load/runner/profile.ts";
import { endOnSignal, liveLine, newRun } from "../load/runner/request.ts";
import { play, type RunRequest } from "../load/runner/run.ts";
import { openTarget } from "../load/runner/targets.ts";
import { cpuSecondsOf } from "../load/runner/usage.ts";

const HELP = `
npm run bench:profile: loads one room for some seconds, and prints where the server's processor time goes, a message.

  npm run bench:profile -- --rate 5000                  so many messages a second (default 200)
  npm run bench:profile -- --members 1000               in a room of so many (default 100)
  npm run bench:profile -- --against demo               not this room: demo or relay

Needs Linux and perf (on Debian the package linux-perf). Exit codes: 0 measured, 1 failed, 2 wrong options.
`;

const OPTIONS = {
  members: { type: "string", default: "100" },
  rate: { type: "string", default: "200" },
  against: { type: "string", default: "local" },
} as const;

const FOLDER = join(ROOT, ".state", `profile-${process.pid}`);
const SAMPLES = join(FOLDER, "perf.data");
/** From the start until everybody has joined and the load has settled; and for how long then. */
const SETTLE_S = 5;
const SAMPLED_S = 6;

command(HELP, OPTIONS, async (values) => {
  const members = wholeOf("--members", values.members, 2, 20_000);
  const rate = numberOf("--rate", values.rate, 1, 100_000);
  const kind = (["local", "demo", "relay"] as const).find((one) => one === values.against);
  if (kind === undefined) throw new Failure("Set --against to local, demo or relay.", 2);
  endOnSignal();
  await mkdir(FOLDER, { recursive: true });
  const micros = await measure(kind, members, rate);
  const stacks = await output("perf", ["script", "-i", SAMPLES, "-F", "ip,sym"]);
  await rm(FOLDER, { recursive: true });
  console.log(`| ${members} members, ${rate} messages/s | µs a message | share |\n|---|---|---|`);
  for (const { name, share } of partsOf(stacks))
    console.log(`| ${name} | ${(micros * share).toFixed(0)} | ${(100 * share).toFixed(0)} % |`);
  console.log(`| all | ${micros.toFixed(0)} | |`);
});

/** Samples a server under load; returns the processor time of a message, in microseconds. */
async function measure(kind: "local" | "demo" | "relay", members: number, rate: number): Promise<number> {
  const pinning = pinningHere();
  const target = await openTarget({ kind, url: "", cores: pinning?.target, policy: undefined });
  const env = {
    CHAT_RUN: newRun(),
    CHAT_PROTOCOL: kind === "local" ? "delivery" : "classic",
    CHAT_MEMBERS: `${members}`,
    CHAT_RATE: `${rate}`,
    CHAT_DURATION_S: `${SETTLE_S + SAMPLED_S}`,
    CHAT_PER_ADDRESS: `${MANY_PER_ADDRESS}`,
  };
  const request: RunRequest = {
    scenario: "fanout",
    engine: await findEngine("node"),
    env,
    target: { kind, url: "" },
    pinning,
    segment: null,
    folder: FOLDER,
    command: "npm run bench:profile",
    say: liveLine(),
  };
  try {
    const playing = play(request, target);
    await sleep(SETTLE_S * 1_000);
    const perSecond = await sample(target.pid ?? 0);
    await playing;
    return perSecond / rate;
  } finally {
    await target.stop();
  }
}

/** Records stacks of a process; returns the processor time that it took meanwhile, in microseconds a second. */
async function sample(pid: number): Promise<number> {
  const cpu = async (): Promise<number> => cpuSecondsOf(await readFile(`/proc/${pid}/stat`, "utf8"));
  const [began, before] = [performance.now(), await cpu()];
  const record = [
    "record",
    "-q",
    "-o",
    SAMPLES,
    "-F",
    "499",
    "-g",
    "-p",
    `${pid}`,
    "--",
    "sleep",
    `${SAMPLED_S}`,
  ];
  await output("perf", record);
  // perf itself takes a while to begin and to end.
  return (((await cpu()) - before) * 1e6) / ((performance.now() - began) / 1_000);
}

/** What a command prints. Throws a Failure where it cannot be run or fails. */
async function output(name: string, args: readonly string[]): Promise<string> {
  const child = spawn(name, args, { stdio: ["ignore", "pipe", "pipe"] });
  let [out, errors] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => void (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => void (errors += chunk.toString()));
  const [code] = (await once(child, "close").catch(() => {
    throw new Failure("perf is not there; install it (on Debian: apt-get install linux-perf).");
  })) as [number];
  if (code !== 0) throw new Failure(`perf ${args[0] ?? ""} failed; it said: ${errors.trim()}`);
  return out;
}
