// `npm run attacks`: what hostile clients cost themselves, the operator and the honest people of a room. Each against a workerd that it starts.
import { type ChildProcess, fork } from "node:child_process";
import { rmSync } from "node:fs";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ATTACKS, type Orders, type Spent } from "../load/attacks/attacks.ts";
import { between, billOf, objectRequests } from "../load/attacks/bill.ts";
import { HonestPeople } from "../load/attacks/honest.ts";
import { complaintOf, GOAL, HEAD, type Round, rowOf, timesOf } from "../load/runner/attack-table.ts";
import { launcher, pinningHere, pinWithGenerator } from "../load/runner/pinning.ts";
import { endOnSignal } from "../load/runner/request.ts";
import { cpuSecondsOf } from "../load/runner/usage.ts";
import { command, Failure, ROOT } from "../tools/command.ts";
import { numberOf, wholeOf } from "../tools/numbers.ts";
import { bundleWorker } from "../tools/worker-bundle.ts";
import { WITHOUT_GC } from "../tools/workerd-config.ts";
import { startWorkerd } from "../tools/workerd.ts";

const HELP = `
npm run attacks: sixty honest people talk in a room, first in quiet and then beside an attack; each attack meets a fresh server. Prints a
table: what the attacker did and was told, what it cost the operator in requests, rows, processor time and disk, and the honest p99
beside the quiet one. Of several rounds each figure is the median, and "times" is that of the rounds' own ratios; in bold it misses the
goal of ${GOAL}. The first row is no attack at all: what differs there is chance. The server has a core of its own; the attacker gives way
to the honest people on the others.

  npm run attacks -- --seconds 10      of each row (default 10); two rows take longer, until the room has closed what is silent
  npm run attacks -- --rounds 3        of each row (default 1)
  npm run attacks -- --only history    rows whose name has this
  npm run attacks -- --limit 1.5       fails where the times of a row are more (default: none); for a machine that does nothing else
  npm run attacks -- --state /dev/shm  where the server keeps what it stores until it ends (default .state); a folder in
                                       memory tells what an attack takes without the disk
  npm run attacks -- --no-gc           the server may fill 4 GiB, and so collects no garbage: how much less people wait then

Exit codes: 0 done, 1 honest people were not served, or waited beyond --limit, 2 wrong options.
`;

const ROOM = "honest";
const METERED = "load/attacks/metered-object.ts";

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

const cpuOf = async (pid: number): Promise<number> =>
  cpuSecondsOf(await readFile(`/proc/${pid}/stat`, "utf8"));

/** Next word of the attacker's process. */
const heard = <T>(attacker: ChildProcess): Promise<T> =>
  new Promise((resolve, reject) => {
    attacker.once("message", (word: T) => resolve(word));
    attacker.once("error", reject);
    attacker.once("exit", (code) => reject(new Error(`The attacker ended by itself, with code ${code}.`)));
  });

/** An attacker that is ready: to start it would disturb the honest people's core more than most attacks do. */
async function enlist(): Promise<(orders: Orders) => Promise<Spent>> {
  const attacker = fork(join(ROOT, "load", "attacks", "attacker.ts"));
  await heard(attacker);
  return (orders) => {
    attacker.send(orders);
    return heard<Spent>(attacker);
  };
}

interface Server {
  readonly state: string;
  readonly v8Flags: readonly string[];
}

/** Each attack meets a fresh server: what one leaves on the disk is no matter of the next. */
async function measure(attack: string, ms: number, { state, v8Flags }: Server): Promise<Round> {
  const { vars = {} } = ATTACKS[attack] ?? {};
  await rm(state, { recursive: true, force: true });
  const pinning = pinningHere();
  const server = await startWorkerd({
    worker: await bundleWorker("wrangler.toml", METERED),
    state,
    vars,
    launcher: launcher(pinning?.target),
    v8Flags,
  });
  try {
    const launch = await enlist();
    const people = await HonestPeople.gather(server.url, ROOM);
    await people.talk(2_000);
    const talked = await billOf(server.url);
    const quiet = await people.talk(ms);
    const before = await bytesIn(state);
    const busy = await cpuOf(server.pid);
    const began = await billOf(server.url);
    const [beside, spent] = await Promise.all([
      people.talk(ms),
      launch({ attack, url: server.url, room: ROOM, ms }),
    ]);
    const ended = await billOf(server.url);
    // The honest people cost what they cost in the quiet seconds.
    const bill = between(between(talked, began), between(began, ended));
    const costs = {
      ...spent,
      seconds: ms / 1_000,
      "into rooms": bill.upgrades,
      "of one socket": spent.mostRefusals,
      closed: bill.closed,
      "Worker requests": bill.worker,
      "object requests": objectRequests(bill, spent.frames),
      "rows written": bill.rows,
      "CPU s": (await cpuOf(server.pid)) - busy,
      "KiB kept": Math.round(((await bytesIn(state)) - before) / 1_024),
    };
    people.leave();
    return { costs, quiet, beside };
  } finally {
    await server.kill();
    await rm(state, { recursive: true, force: true });
  }
}

command(
  HELP,
  {
    seconds: { type: "string", default: "10" },
    rounds: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    state: { type: "string", default: ".state" },
    limit: { type: "string", default: "" },
    "no-gc": { type: "boolean", default: false },
  },
  async ({ seconds, rounds, only, state, limit, "no-gc": isWithoutGc }) => {
    const ms = wholeOf("--seconds", seconds, 2, 120) * 1_000;
    const times = wholeOf("--rounds", rounds, 1, 20);
    const most = limit === "" ? Infinity : numberOf("--limit", limit, 0.1, 1_000);
    const folder = resolve(ROOT, String(state), `attacks-${process.pid}`);
    const attacks = Object.keys(ATTACKS).filter((name) => name.includes(String(only)));
    if (attacks.length === 0)
      throw new Failure(`No attack has "${String(only)}" in its name; run it without --only.`, 2);
    const server = { state: folder, v8Flags: isWithoutGc === true ? WITHOUT_GC : [] };
    pinWithGenerator();
    endOnSignal();
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    const lasting = (attack: string): number => Math.max(ms, ATTACKS[attack]?.leastMs ?? 0);
    const minutes = attacks.reduce((sum, attack) => sum + 2 * lasting(attack) + 5_000, 0) / 60_000;
    console.log(`${attacks.length} rows, some ${Math.ceil(times * minutes)} minutes.\n\n${HEAD}`);
    const waits = new Map<string, number>();
    for (const attack of attacks) {
      const all: Round[] = [];
      for (let round = 0; round < times; round++) all.push(await measure(attack, lasting(attack), server));
      console.log(rowOf(attack, all));
      waits.set(attack, timesOf(all));
    }
    const complaint = complaintOf(most, waits);
    if (complaint !== null) throw new Failure(complaint);
  },
);
