// `npm run bench`: what a room of this project sustains beside what others do, on this machine, in one run.
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { command, Failure, ROOT } from "../tools/command.ts";
import { wholeOf } from "../tools/numbers.ts";
import type { Cell } from "../load/runner/bench-cell.ts";
import { type BenchResult, renderBench } from "../load/runner/bench-page.ts";
import {
  type BenchPlan,
  cellsOf,
  durationOf,
  isNull,
  MEMBERS,
  SERVERS,
  serversIn,
  wordsOf,
} from "../load/runner/bench-plan.ts";
import { ratiosOf, rowsOf } from "../load/runner/bench-rows.ts";
import { type Bench, runCell } from "../load/runner/bench-run.ts";
import { sayDisk, sayOthers, tell } from "../load/runner/bench-table.ts";
import { findEngine, projectVersion } from "../load/runner/engine.ts";
import { pinningHere } from "../load/runner/pinning.ts";
import { endOnSignal, liveLine, typed } from "../load/runner/request.ts";
import { machineHere } from "../load/runner/run.ts";
import { short } from "../load/runner/scales.ts";

const HELP = `
npm run bench: the highest rate that this room sustains, beside an object that does what Cloudflare's original demo does, a bare
relay object and a Node server. Each fills a room, is quiet for a while, and climbs until a step fails twice; they take turns.

  npm run bench                                            all of it; says first how long that takes
  npm run bench -- --quick --members 100                   a first look, in some minutes
  npm run bench -- --members 100,1000 --servers room,demo --rounds 5

  --members LIST          how many are in the room (default ${MEMBERS.join(",")})
  --servers LIST          of ${SERVERS.map(({ id }) => id).join(", ")}
                          (default all; the last two are the generator's own limit, measured in the first round)
  --rounds N              so many times, in turns (default 3; with --quick 1)
  --quick                 shorter and coarser steps
  --join-limit S          a room that is not full after so many seconds is given up (default 60)
  --state FOLDER          where the servers keep what they store until they end (default .state); one in memory, as
                          /dev/shm is on Linux, tells what the room takes without the disk
  --out FOLDER            for bench.json and bench.html (default artifacts/bench)
  --no-pinning            leaves server and generator on whatever cores they get

Exit codes: 0 done, 1 a server broke a law or did not start, 2 wrong options.
`;

command(
  HELP,
  {
    members: { type: "string", default: MEMBERS.join(",") },
    servers: { type: "string", default: SERVERS.map(({ id }) => id).join(",") },
    rounds: { type: "string" },
    quick: { type: "boolean", default: false },
    "join-limit": { type: "string", default: "60" },
    state: { type: "string", default: ".state" },
    out: { type: "string", default: join("artifacts", "bench") },
    "no-pinning": { type: "boolean", default: false },
  },
  async (values) => {
    const isQuick = values.quick === true;
    const plan: BenchPlan = {
      servers: serversIn(String(values.servers)),
      members: membersIn(String(values.members)),
      rounds: wholeOf("--rounds", values.rounds ?? (isQuick ? "1" : "3"), 1, 100),
      isQuick,
      joinLimitS: wholeOf("--join-limit", values["join-limit"], 1, 600),
    };
    endOnSignal();
    const bench: Bench = {
      plan,
      engine: await findEngine("node"),
      pinning: values["no-pinning"] === true ? null : pinningHere(),
      folder: resolve(ROOT, String(values.out)),
      state: resolve(ROOT, String(values.state)),
      command: typed("bench", process.argv.slice(2)),
      say: liveLine(),
    };
    await mkdir(bench.folder, { recursive: true });
    sayPlan(bench);
    const cells = await runAll(bench);
    const rows = rowsOf(cells);
    console.log(`\n${tell(rows, ratiosOf(cells, rows), plan.servers)}\n`);
    for (const line of [sayDisk(cells), sayOthers(cells)]) if (line !== "") console.log(line);
    console.log(`Report: ${join(bench.folder, "bench.html")}`);
    if (cells.some(({ problem, joins }) => problem !== null && joins !== null)) process.exitCode = 1;
  },
);

function membersIn(list: string): number[] {
  const members = list.split(",").map((text) => wholeOf("--members", text, 2, 20_000));
  if (new Set(members).size < members.length) throw new Failure("--members takes each number once.", 2);
  return members;
}

const minutes = (seconds: number): string => `${Math.ceil(seconds / 60)}`;

function sayPlan({ plan, pinning, folder }: Bench): void {
  const { usual, most } = durationOf(plan);
  const where =
    pinning === null ? "not pinned" : `server on core ${pinning.target}, generator on ${pinning.generator}`;
  console.log(
    `${cellsOf(plan).length} climbs, about ${minutes(usual)} minutes, at most ${minutes(most)}; ${where}. Results go to ${folder}`,
  );
}

/** One climb after the other; what is measured is on the disk after each. */
async function runAll(bench: Bench): Promise<Cell[]> {
  const cells: Cell[] = [];
  const started = new Date().toISOString();
  const version = await projectVersion();
  for (const plan of cellsOf(bench.plan)) {
    const before = cells.findLast((cell) => cell.server === plan.server && cell.members === plan.members);
    // A room that was not full in time will not be in the next round.
    if (before !== undefined && before.joins === null) continue;
    const cell = await runCell(bench, plan, before?.best?.rate ?? null);
    cells.push(cell);
    if (process.stderr.isTTY) process.stderr.write("\n");
    console.log(sayCell(cell));
    const { pinning: pinned, command: repeats } = bench;
    const result = { started, version, machine: machineHere(), pinned, command: repeats, cells };
    await save(bench, { schema: "edge-chat-bench/1", plan: bench.plan, ...result });
  }
  return cells;
}

function sayCell({ server, members, round, best, problem }: Cell): string {
  const what = isNull(server) ? wordsOf(server) : `round ${round}, ${wordsOf(server)}`;
  const found =
    best === null
      ? (problem ?? "no step held")
      : `${short(best.deliveriesPerSecond)} deliveries/s (${best.rate} messages/s)`;
  return `${members} members, ${what}: ${found}`;
}

async function save({ folder }: Bench, result: BenchResult): Promise<void> {
  await writeFile(join(folder, "bench.json"), `${JSON.stringify(result)}\n`);
  await writeFile(join(folder, "bench.html"), renderBench(result));
}
