// `node load/targets/main.ts null`: starts something to load, and says where it is.
import { resolve } from "node:path";
import { command, Failure } from "../../tools/command.ts";
import { wholeOf } from "../../tools/numbers.ts";
import { FAULTS } from "./faults.ts";
import { startTarget, TARGETS, type TargetName } from "./start.ts";

const HELP = `
node load/targets/main.ts <target> [--port 8790]: starts a server to load, on this machine only. Ctrl-C ends it.

  null      does as little as a room can: what a generator reaches here is the generator's ceiling
  echo      for load/self-check.ts
  node-ws   a classic room on Node's ws package     relay   a bare Durable Object on workerd
  demo      does what Cloudflare's original demo does, on workerd; all three for comparison

Of relay and demo:
  --state FOLDER                                     where they keep what they store, until they end (default .state)

Of null alone:
  --window 10                                        gathers messages for so many ms (default 0: a turn of the event loop)
  --lose 100                                         loses every 100th message of each member; also, of messages, frames,
                                                     members or handshakes: ${FAULTS.slice(1).join(", ")}

Its first line of output is {"url":…,"pid":…}. SIGUSR2 ends it as a crash does, and the next one starts it again, with such a line. Exit codes: 0 ended by you, 1 could not start, 2 wrong options.
`;

const OF_NULL = ["window", ...FAULTS] as const;
const OF_OBJECTS = ["relay", "demo"];
const MOST = 999_999;

command(
  HELP,
  {
    port: { type: "string", default: "8790" },
    state: { type: "string" },
    ...Object.fromEntries(OF_NULL.map((option) => [option, { type: "string" } as const])),
  },
  async (values, [name = "", ...more]) => {
    if (!isTarget(name) || more.length > 0) throw new Failure(`Name one target: ${TARGETS.join(", ")}.`, 2);
    const ofOthers = [...(name === "null" ? [] : OF_NULL), ...(OF_OBJECTS.includes(name) ? [] : ["state"])];
    const idle = ofOthers.find((option) => values[option] !== undefined);
    if (idle !== undefined) throw new Failure(`--${idle} does nothing in ${name}; leave it out.`, 2);
    const every = (option: (typeof OF_NULL)[number]): number =>
      wholeOf(`--${option}`, values[option] ?? "0", 0, MOST);
    const target = await startTarget(name, {
      port: wholeOf("--port", values.port, 0, 65_535),
      state: values.state === undefined ? undefined : resolve(String(values.state)),
      windowMs: every("window"),
      faults: Object.fromEntries(FAULTS.map((name) => [name, every(name)])),
    });
    const say = (): void => console.log(JSON.stringify({ url: target.url, pid: target.pid }));
    say();
    let turn = Promise.resolve();
    let isUp = true;
    process.on("SIGUSR2", () => {
      // Nothing else keeps this process while its server is down.
      setInterval(() => {}, 2 ** 30);
      const change = isUp ? () => target.down() : () => target.up().then(say);
      isUp = !isUp;
      turn = turn.then(change);
    });
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => void target.stop().then(() => process.exit(0)));
    }
  },
  { takesOperands: true },
);

function isTarget(name: string): name is TargetName {
  return TARGETS.some((target) => target === name);
}
