// `node load/targets/main.ts null`: starts something to load, and says where it is.
import { parseArgs } from "node:util";
import { Failure } from "../../scripts/lib/command.ts";
import { startTarget, type StartOptions, TARGETS, type TargetName } from "./start.ts";

const HELP = `
node load/targets/main.ts <target> [--port 8790]: starts a server to load, on this machine only. Ctrl-C ends it.

  null      does as little as a room can: what a generator reaches here is the generator's ceiling
  echo      for load/self-check.ts
  node-ws   a classic room on Node's ws package     relay   a bare Durable Object on workerd; both for comparison

Of null alone:
  --window 10                                        gathers messages for so many ms (default 0: a turn of the event loop)
  --lose 100 --double 100 --reorder 100 --corrupt 100  does so with every 100th message of each member

Its first line of output is {"url":…,"pid":…}. Exit codes: 0 ended by you, 1 could not start, 2 wrong options.
`;

try {
  await main();
} catch (error) {
  console.error(error instanceof Failure ? error.message : error);
  process.exit(error instanceof Failure ? error.exitCode : 1);
}

async function main(): Promise<void> {
  const { values, positionals } = readCommandLine();
  if (values.help === true) {
    console.log(HELP.trim());
    return;
  }
  const [name = "", ...more] = positionals;
  if (!isTarget(name) || more.length > 0) throw usage(`Say which target: ${TARGETS.join(", ")}`);
  const { port, window, lose, double, reorder, corrupt } = values;
  const options: StartOptions = {
    port: whole("port", port),
    windowMs: whole("window", window),
    faults: {
      lose: whole("lose", lose),
      double: whole("double", double),
      reorder: whole("reorder", reorder),
      corrupt: whole("corrupt", corrupt),
    },
  };
  const target = await startTarget(name, options);
  console.log(JSON.stringify({ url: target.url, pid: target.pid }));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void target.stop().then(() => process.exit(0)));
  }
}

function readCommandLine() {
  const number = { type: "string", default: "0" } as const;
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        port: { type: "string", default: "8790" },
        window: number,
        lose: number,
        double: number,
        reorder: number,
        corrupt: number,
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw usage(error instanceof Error ? (error.message.split(". ")[0] ?? "") : "Unknown option");
  }
}

function isTarget(name: string): name is TargetName {
  return TARGETS.some((target) => target === name);
}

function whole(name: string, text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw usage(`--${name} takes a whole number, not ${text}`);
}

function usage(sentence: string): Failure {
  return new Failure(`${sentence}. See: node load/targets/main.ts --help`, 2);
}
