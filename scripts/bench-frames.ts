// `npm run bench:frames`: what a frame costs the runtime, by its text and with compression; and what a socket costs in memory.
import { readFile } from "node:fs/promises";
import { WebSocket } from "ws";
import { command, Failure } from "../tools/command.ts";
import { wholeOf } from "../tools/numbers.ts";
import { bundleWorker, type WorkerBundle } from "../tools/worker-bundle.ts";
import { startWorkerd, type Workerd } from "../tools/workerd.ts";
import { endOnSignal } from "../load/runner/request.ts";
import { median } from "../load/runner/statistics.ts";
import { cpuSecondsOf, rssOf } from "../load/runner/usage.ts";

const HELP = `
npm run bench:frames: starts workerd with an object that sends frames to 200 sockets, and prints what one frame costs.

  npm run bench:frames -- --rounds 5    5 rounds instead of 3; the median counts

Each row is a batch of 100 messages: ASCII, with one emoji a message, Cyrillic, and the last two escaped to ASCII; without
and with permessage-deflate. Takes about 20 seconds a round. Exit codes: 0 measured, 1 failed, 2 wrong options.
`;

const SOCKETS = 200;
const FRAMES = 50;
const WITHIN_MS = 30_000;
/** The flag with which the runtime refuses permessage-deflate. */
const REFUSED = "no_web_socket_compression";

const batch = (text: string): string =>
  JSON.stringify({
    first: 1,
    last: 100,
    events: Array.from({ length: 100 }, (_, i) => ({
      seq: i + 1,
      name: "ann",
      message: `${text} ${i}`,
      counter: i,
    })),
  });
const escaped = (text: string): string =>
  text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

const ASCII = batch(
  "a message of about a hundred characters, as people write them when they have something to say",
);
const EMOJI = batch(
  "a message of about a hundred characters, as people write them when they have something to say 🙂",
);
const CYRILLIC = batch(
  "сообщение примерно из ста знаков, какие люди пишут друг другу, когда им есть что сказать вслух",
);
const TEXTS: Readonly<Record<string, string>> = {
  ASCII,
  "one emoji a message": EMOJI,
  "the same, escaped": escaped(EMOJI),
  Cyrillic: CYRILLIC,
  "Cyrillic, escaped": escaped(CYRILLIC),
};

interface Cost {
  readonly microsAFrame: number;
  readonly kibASocket: number;
}

command(HELP, { rounds: { type: "string", default: "3" } }, async ({ rounds }) => {
  const count = wholeOf("--rounds", rounds, 1, 20);
  endOnSignal();
  const worker = await bundleWorker("load/targets/frames.toml");
  const costs = new Map<string, Cost[]>();
  for (let round = 1; round <= count; round++) {
    console.log(`round ${round} of ${count} ...`);
    for (const isCompressed of [false, true]) {
      const flags = isCompressed ? [] : [REFUSED];
      await measure({ ...worker, compatibilityFlags: flags }, isCompressed ? ", deflate" : "", costs);
    }
  }
  console.log("| frame of 100 messages | bytes | server CPU a frame | KiB a socket |\n|---|---|---|---|");
  for (const [name, all] of costs) {
    const bytes = Buffer.byteLength(TEXTS[name.replace(", deflate", "")] ?? "");
    const [micros, kib] = [all.map((one) => one.microsAFrame), all.map((one) => one.kibASocket)].map(median);
    console.log(`| ${name} | ${bytes} | ${micros?.toFixed(1)} µs | ${kib?.toFixed(0)} |`);
  }
});

async function measure(worker: WorkerBundle, suffix: string, costs: Map<string, Cost[]>): Promise<void> {
  for (const [name, text] of Object.entries(TEXTS)) {
    const workerd = await startWorkerd({ worker, state: ".state/bench-frames" });
    try {
      const key = `${name}${suffix}`;
      costs.set(key, [...(costs.get(key) ?? []), await costOf(workerd, text)]);
    } finally {
      await workerd.kill();
    }
  }
}

async function costOf({ url, pid }: Workerd, text: string): Promise<Cost> {
  const before = await usageOf(pid);
  const sockets = await Promise.all(Array.from({ length: SOCKETS }, () => open(url)));
  let heard = 0;
  const [speaker] = sockets;
  // Everybody has the last frame before the next one is sent: nothing is waiting when the clock is read.
  for (const socket of sockets) socket.on("message", () => void (heard += 1));
  const say = async (): Promise<void> => {
    const all = heard + SOCKETS;
    speaker?.send(text);
    await until(() => heard >= all);
  };
  await say();
  const idle = await usageOf(pid);
  for (let i = 0; i < FRAMES; i++) await say();
  const after = await usageOf(pid);
  for (const socket of sockets) socket.terminate();
  return {
    microsAFrame: ((after.cpu - idle.cpu) * 1e6) / (FRAMES * SOCKETS),
    kibASocket: ((idle.rss - before.rss) * 1_024) / SOCKETS,
  };
}

async function usageOf(pid: number): Promise<{ readonly cpu: number; readonly rss: number }> {
  const read = (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, "utf8");
  return { cpu: cpuSecondsOf(await read("stat")), rss: rssOf(await read("status")) };
}

function open(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url.replace("http", "ws"), { perMessageDeflate: true });
  return new Promise((resolve, reject) => {
    socket.once("open", () => resolve(socket));
    socket.once("error", reject);
  });
}

async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + WITHIN_MS;
  while (!holds()) {
    if (performance.now() > end) throw new Failure("A frame did not reach everybody within 30 seconds.");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
