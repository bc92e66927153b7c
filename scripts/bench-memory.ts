// `npm run bench:memory`: what members cost in the isolate's heap and in the process, and whether that grows while they talk.
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { addressOf, MANY_PER_ADDRESS } from "../load/lib/addresses.ts";
import { PING } from "../src/protocol/limits.ts";
import { command, Failure, ROOT } from "../tools/command.ts";
import { numberOf, wholeOf } from "../tools/numbers.ts";
import { bundleWorker } from "../tools/worker-bundle.ts";
import { startWorkerd, type Workerd } from "../tools/workerd.ts";
import { Inspector } from "../load/runner/inspector.ts";
import { endOnSignal } from "../load/runner/request.ts";
import { varsOf } from "../load/runner/targets.ts";
import { rssOf } from "../load/runner/usage.ts";

const HELP = `
npm run bench:memory: fills a room, and prints what its members cost in memory: in V8's heap, of which Cloudflare gives an
isolate 128 MB, after its garbage is collected; and in the whole process.

  npm run bench:memory                                          with 100, 1,000 and 5,000 members
  npm run bench:memory -- --members 200 --minutes 10 --rate 20  then they say 20 messages a second for ten minutes

Needs Linux. Exit codes: 0 measured, 1 failed, 2 wrong options.
`;

const OPTIONS = {
  members: { type: "string", default: "5000" },
  minutes: { type: "string", default: "0" },
  rate: { type: "string", default: "20" },
} as const;

/** The room is measured when it has so many, and when it is full. */
const MARKS = [100, 1_000, 5_000];
/** Joins under way at a time. */
const AT_ONCE = 50;
const MEASURE_EVERY_MS = 30_000;

command(HELP, OPTIONS, async ({ members, minutes, rate }) => {
  endOnSignal();
  const count = wholeOf("--members", members, 2, 20_000);
  const soak = {
    minutes: numberOf("--minutes", minutes, 0, 600),
    rate: numberOf("--rate", rate, 0.1, 1_000),
  };
  const state = join(ROOT, ".state", `memory-${process.pid}`);
  const worker = await bundleWorker();
  const workerd = await startWorkerd({ worker, state, vars: varsOf(), isInspected: true });
  const inspector = await Inspector.connect(workerd.inspector, workerd.url);
  try {
    const room = new Crowd(workerd, inspector);
    await room.fill(count);
    if (soak.minutes > 0) await room.talk(soak.minutes * 60_000, 1_000 / soak.rate);
  } finally {
    inspector.close();
    await workerd.kill();
    await rm(state, { recursive: true, force: true });
  }
});

class Crowd {
  private readonly workerd: Workerd;
  private readonly inspector: Inspector;
  private readonly sockets: WebSocket[] = [];
  private readonly said: number[] = [];
  private heard = 0;
  private empty = { heap: 0, process: 0 };

  constructor(workerd: Workerd, inspector: Inspector) {
    this.workerd = workerd;
    this.inspector = inspector;
  }

  /** Lets members in, and prints a row at each mark. */
  async fill(count: number): Promise<void> {
    // Whatever is made once is made before.
    await this.join();
    this.empty = await this.memory();
    console.log("| members | heap | a member | process | a member |\n|---|---|---|---|---|");
    for (const mark of [...MARKS.filter((one) => one < count), count]) {
      while (this.sockets.length < mark) {
        const more = Math.min(AT_ONCE, mark - this.sockets.length);
        await Promise.all(Array.from({ length: more }, () => this.join()));
      }
      const { heap, process } = await this.memory();
      const each = (bytes: number): string => `${(bytes / (mark - 1) / 1_024).toFixed(1)} KiB`;
      const cells = [
        mark,
        mib(heap),
        each(heap - this.empty.heap),
        mib(process),
        each(process - this.empty.process),
      ];
      console.log(`| ${cells.join(" | ")} |`);
    }
  }

  /** Members say something in turn; prints a row every half minute. */
  async talk(forMs: number, everyMs: number): Promise<void> {
    console.log("\n| seconds | messages heard by all | heap | process |\n|---|---|---|---|");
    const from = Date.now();
    for (let turn = 0, next = 0, due = from; Date.now() < from + forMs; turn++) {
      if (Date.now() >= from + next) {
        const { heap, process } = await this.memory();
        const seconds = Math.round((Date.now() - from) / 1_000);
        console.log(
          `| ${seconds} | ${Math.floor(this.heard / this.sockets.length)} | ${mib(heap)} | ${mib(process)} |`,
        );
        next += MEASURE_EVERY_MS;
        // A member that is not heard for minutes is sent away (P6).
        for (const socket of this.sockets) socket.send(PING);
      }
      const who = turn % this.sockets.length;
      const counter = (this.said[who] ?? 0) + 1;
      this.said[who] = counter;
      this.sockets[who]?.send(JSON.stringify({ message: `message ${turn} of a room that talks`, counter }));
      // Nothing is made up for: a burst after a long measurement would be refused.
      due = Math.max(due + everyMs, Date.now());
      await sleep(due - Date.now());
    }
  }

  private async join(): Promise<void> {
    const index = this.sockets.length;
    const headers = { "CF-Connecting-IP": addressOf("memory", Math.floor(index / MANY_PER_ADDRESS)) };
    const url = `${this.workerd.url.replace("http", "ws")}/api/room/memory/websocket`;
    const socket = new WebSocket(url, { headers, perMessageDeflate: false });
    this.sockets.push(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("error", () => reject(new Failure("The room does not let members in; see its log.")));
      socket.once("open", () =>
        socket.send(
          JSON.stringify({
            name: `member ${index}`,
            protocol: 1,
            key: `key of member ${index}`,
            client: "c",
          }),
        ),
      );
      // The welcome is the first frame.
      socket.once("message", () => resolve());
      socket.on("message", (data: Buffer) => {
        const range = /^\{"first":(\d+),"last":(\d+)/.exec(data.toString("latin1", 0, 60));
        if (range !== null) this.heard += Number(range[2]) - Number(range[1]) + 1;
      });
    });
  }

  private async memory(): Promise<{ readonly heap: number; readonly process: number }> {
    const heap = await this.inspector.heapBytes();
    const status = await readFile(`/proc/${this.workerd.pid}/status`, "utf8");
    return { heap, process: rssOf(status) * 1_048_576 };
  }
}

const mib = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MiB`;
