// `npm run attacks`: what hostile clients cost themselves, the operator and the honest people of a room. Against a workerd that it starts.
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { ATTACKS, type Orders, type Spent } from "./attacks/attacks.ts";
import { HonestPeople } from "./attacks/honest.ts";
import { command, ROOT } from "./lib/command.ts";
import { wholeOf } from "./lib/numbers.ts";
import { bundleWorker } from "./lib/worker-bundle.ts";
import { startWorkerd } from "./lib/workerd.ts";

const HELP = `
npm run attacks: twenty honest people talk in a room, once in quiet, then beside one attack after the other, and in quiet again. Prints a
table: what the attacker did and was answered, what stayed on disk, and the honest p99 beside the quiet one.

  npm run attacks -- --seconds 10      of each row (default 10)
  npm run attacks -- --only history    rows whose name has this

Exit codes: 0 done, 1 honest people were not served, 2 wrong options.
`;

const STATE = join(ROOT, ".state", "attacks");
const ROOM = "honest";

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

async function bytesOnDisk(): Promise<number> {
  const names = await readdir(STATE, { recursive: true });
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(STATE, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function launch(orders: Orders): Promise<Spent> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./attacks/attacks.ts", import.meta.url), { workerData: orders });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

command(
  HELP,
  { seconds: { type: "string", default: "10" }, only: { type: "string", default: "" } },
  async ({ seconds, only }) => {
    const ms = wholeOf("--seconds", seconds, 2, 120) * 1_000;
    await rm(STATE, { recursive: true, force: true });
    const server = await startWorkerd({ worker: await bundleWorker(), state: STATE });
    try {
      const people = await HonestPeople.gather(server.url, ROOM);
      await people.talk(2_000);
      const quiet = quantile(await people.talk(ms), 0.99);
      console.log(`Quiet: p99 ${quiet.toFixed(1)} ms.\n`);
      console.log(
        "| attack | connections | frames | answers | closed | KiB kept | honest p50 | p99 | beside quiet |",
      );
      console.log("|---|---|---|---|---|---|---|---|---|");
      for (const attack of Object.keys(ATTACKS).filter((name) => name.includes(String(only)))) {
        const before = await bytesOnDisk();
        const [latencies, spent] = await Promise.all([
          people.talk(ms),
          launch({ attack, url: server.url, room: ROOM, ms }),
        ]);
        const kept = Math.round(((await bytesOnDisk()) - before) / 1_024);
        const { connections, frames, answers, closed } = spent;
        const [p50, p99] = [quantile(latencies, 0.5), quantile(latencies, 0.99)];
        const cells = [connections, frames, answers, closed, kept, p50.toFixed(1), p99.toFixed(1)];
        console.log(`| ${attack} | ${cells.join(" | ")} | ${(p99 / quiet).toFixed(1)} |`);
      }
      console.log(`\nQuiet again: p99 ${quantile(await people.talk(ms), 0.99).toFixed(1)} ms.`);
      people.leave();
    } finally {
      await server.kill();
      await rm(STATE, { recursive: true, force: true });
    }
  },
);
