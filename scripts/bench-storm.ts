// `npm run bench:storm`: a crowd joins a room while another room of the same server is busy. How long does the crowd take, what does a join
// cost, and what do those in the busy room notice?
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { MANY_PER_ADDRESS } from "../load/lib/addresses.ts";
import type { Second, Tally } from "../load/lib/tally.ts";
import { findEngine } from "../load/runner/engine.ts";
import { pinningHere, pinWithGenerator } from "../load/runner/pinning.ts";
import { endOnSignal, newRun } from "../load/runner/request.ts";
import { play, type Played, type RunRequest } from "../load/runner/run.ts";
import { openFolder } from "../load/runner/save.ts";
import { median } from "../load/runner/statistics.ts";
import { openTarget } from "../load/runner/targets.ts";
import { cpuBetween } from "../load/runner/usage.ts";
import { command, Failure, ROOT } from "../tools/command.ts";
import { wholeOf } from "../tools/numbers.ts";
import { WITHOUT_GC } from "../tools/workerd-config.ts";

const HELP = `
npm run bench:storm: fills one room with members that talk, then lets a crowd join another room of the same server, and prints how long
the crowd took, what a join cost the server, and the busy room's p99 before and meanwhile, by the median of seconds.

  npm run bench:storm -- --members 5000      how many join (default 5000)
  npm run bench:storm -- --within 7          offered in so many seconds (default 7)
  npm run bench:storm -- --rate 1000         messages a second in the busy room of 100 members (default 1000)
  npm run bench:storm -- --rounds 3          so many times; each figure is the median (default 3)
  npm run bench:storm -- --silent            the crowd connects and says no name: what handshakes alone make the busy room wait
  npm run bench:storm -- --no-gc             the server may fill 4 GiB, and so collects no garbage: how much less they wait then

Both rooms are one process on one core, both crowds' generators another core. Exit codes: 0 measured, 1 failed, 2 wrong options.
`;

const FOLDER = join(ROOT, ".state", `storm-${process.pid}`);
/** The busy room: so many members, and seconds before the storm. */
const BUSY = { members: 100, quietS: 8 };
/** After the storm is over. */
const REST_S = 4;

/** So many join within so many seconds, beside so many messages a second. */
interface Storm {
  readonly members: number;
  readonly within: number;
  readonly rate: number;
  /** They connect, and say no name. */
  readonly isSilent: boolean;
  readonly v8Flags: readonly string[];
}

interface Round {
  readonly seconds: number;
  readonly cpuMs: number;
  readonly before: number;
  readonly meanwhile: number;
  /** For how long the busy room's generator stood still at most, by the median of seconds: it shares its core with the crowd's. */
  readonly stall: number;
}

command(
  HELP,
  {
    members: { type: "string", default: "5000" },
    within: { type: "string", default: "7" },
    rate: { type: "string", default: "1000" },
    rounds: { type: "string", default: "3" },
    silent: { type: "boolean", default: false },
    "no-gc": { type: "boolean", default: false },
  },
  async (values) => {
    const members = wholeOf("--members", values.members, 2, 20_000);
    const within = wholeOf("--within", values.within, 1, 60);
    const rate = wholeOf("--rate", values.rate, 1, 10_000);
    const rounds = wholeOf("--rounds", values.rounds, 1, 20);
    const isSilent = values.silent === true;
    const v8Flags = values["no-gc"] === true ? WITHOUT_GC : [];
    endOnSignal();
    // A silent crowd is this process.
    pinWithGenerator();
    const all: Round[] = [];
    for (let i = 1; i <= rounds; i += 1) {
      console.log(`Round ${i} of ${rounds}: some ${BUSY.quietS + 2 * within + 20} seconds ...`);
      all.push(await storm({ members, within, rate, isSilent, v8Flags }));
      await rm(FOLDER, { recursive: true, force: true });
    }
    const told = (pick: (round: Round) => number): number => median(all.map(pick));
    const ratio = told(({ before, meanwhile }) => meanwhile / before);
    console.log(
      `${members} ${isSilent ? "connections" : "joins"}, offered in ${within} s: ${told(({ seconds }) => seconds).toFixed(1)} s, ` +
        `${told(({ cpuMs }) => cpuMs).toFixed(2)} ms of the server's processor time each.`,
    );
    console.log(
      `The busy room's p99: ${told(({ before }) => before).toFixed(0)} ms before, ` +
        `${told(({ meanwhile }) => meanwhile).toFixed(0)} ms meanwhile, ${ratio.toFixed(1)} times. ` +
        `Its generator stood still for ${told(({ stall }) => stall).toFixed(0)} ms then.`,
    );
  },
);

/** One round, with a server of its own. */
async function storm({ members, within, rate, isSilent, v8Flags }: Storm): Promise<Round> {
  const pinning = pinningHere();
  const target = await openTarget({
    kind: "local",
    url: "",
    cores: pinning?.target,
    policy: undefined,
    v8Flags,
  });
  const engine = await findEngine("node");
  const run = async (
    scenario: RunRequest["scenario"],
    env: Readonly<Record<string, string>>,
  ): Promise<Played> => {
    await openFolder(join(FOLDER, scenario));
    return play(
      {
        scenario,
        engine,
        env: { CHAT_RUN: newRun(), CHAT_PER_ADDRESS: `${MANY_PER_ADDRESS}`, ...env },
        target: { kind: "local", url: "" },
        pinning,
        segment: null,
        folder: join(FOLDER, scenario),
        command: "npm run bench:storm",
        say: () => {},
      },
      target,
      250,
    );
  };
  try {
    const busy = run("fanout", {
      CHAT_MEMBERS: `${BUSY.members}`,
      CHAT_RATE: `${rate}`,
      CHAT_DURATION_S: `${BUSY.quietS + 2 * within + REST_S + 10}`,
    });
    await sleep((BUSY.quietS + 4) * 1_000);
    const phase = isSilent
      ? await connectAll(target.url, members, within)
      : joinPhase(
          members,
          await run("join-storm", {
            CHAT_MEMBERS: `${members}`,
            CHAT_STORM_S: `${within}`,
            CHAT_RATE: "1",
            CHAT_DURATION_S: `${2 * within + REST_S}`,
            CHAT_JOIN_TIMEOUT_S: "60",
          }),
        );
    return roundOf(members, await busy, phase);
  } finally {
    await target.stop();
  }
}

/** In epoch ms. */
interface Phase {
  readonly from: number;
  readonly until: number;
}

/** When the crowd came in. Throws a Failure where not all of it did. */
function joinPhase(members: number, { tally }: Played): Phase {
  const phase = tally.phases.find(({ what }) => what === "members join");
  if (phase === undefined || tally.counts.joined < members)
    throw new Failure(`Only ${tally.counts.joined} of ${members} joined; see ${FOLDER}.`);
  if (tally.counts.lost > 0) throw new Failure(`${tally.counts.lost} deliveries were lost.`);
  return phase;
}

/** Opens so many sockets of as many addresses to one room, and says nothing on them. They end with the server. */
async function connectAll(url: string, members: number, within: number): Promise<Phase> {
  const from = Date.now();
  const handshakes: Promise<unknown>[] = [];
  for (let i = 0; i < members; i++) {
    const wait = from + (i * within * 1_000) / members - Date.now();
    if (wait > 0) await sleep(wait);
    const socket = new WebSocket(`${url}/api/room/crowd/websocket`, {
      headers: { "CF-Connecting-IP": `10.${100 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}` },
      perMessageDeflate: false,
    });
    handshakes.push(once(socket, "open"));
    socket.on("error", () => {});
  }
  await Promise.all(handshakes);
  return { from, until: Date.now() };
}

function roundOf(members: number, busy: Played, { from, until }: Phase): Round {
  const { lost } = busy.tally.counts;
  if (lost > 0) throw new Failure(`${lost} deliveries were lost.`);
  const quietFrom = from - BUSY.quietS * 500;
  const quiet = cpuOf(busy, quietFrom, from) / (from - quietFrom);
  const cpu = cpuOf(busy, from, until) - quiet * (until - from);
  return {
    seconds: (until - from) / 1_000,
    cpuMs: (cpu * 1_000) / members,
    before: medianOf(busy.tally, quietFrom, from, ({ p99Ms }) => p99Ms),
    meanwhile: medianOf(busy.tally, from, until, ({ p99Ms }) => p99Ms),
    stall: medianOf(busy.tally, from, until, ({ hiccupMaxMs, lagMaxMs }) => Math.max(hiccupMaxMs, lagMaxMs)),
  };
}

/** Processor seconds of the server. Throws a Failure where its readings do not reach. */
function cpuOf({ readings }: Played, from: number, until: number): number {
  const seconds = cpuBetween(readings.target, from, until);
  if (seconds === null)
    throw new Failure("The server's processor time was not read to the end; run it again.");
  return seconds;
}

/** Of the seconds that lie wholly between two instants (epoch ms). */
function medianOf(
  { seconds, windowStart }: Tally,
  from: number,
  until: number,
  pick: (second: Second) => number,
): number {
  const begins = (second: number): number => windowStart + second * 1_000;
  const within = seconds.filter(({ second }) => begins(second) >= from && begins(second) + 1_000 <= until);
  return median(within.map(pick));
}
