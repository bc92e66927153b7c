// `node load/host/main.ts run load/smoke.ts`: runs a k6 script on Node, with k6's flags as far as they exist.
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { command, Failure } from "../../tools/command.ts";
import { EXIT } from "./exit.ts";
import { Run } from "./run.ts";
import { Segment } from "./segment.ts";

const HELP = `
node load/host/main.ts run script.ts: runs a k6 script on Node, unchanged. load/host/CONTRACT.md says what it has of k6.

  -e NAME=value                        sets __ENV.NAME; may be repeated
  --execution-segment 0:1/2            plays this share of the run's VUs and iterations
  --execution-segment-sequence 0,1/2,1 all shares, the same for every instance
  -q, --quiet                          says nothing but what the script says and what fails

Exit codes are k6's: 0 done, 99 a threshold is broken, 104 the options are wrong, 105 interrupted, 107 an exception,
108 test.abort(), 110 test.fail(); and 2 for a wrong command line.
`;

/** What k6's command line has and the host's has not. */
const OF_K6 = [
  { option: "vus", short: "u", instead: "set options.vus in the script" },
  { option: "duration", short: "d", instead: "set options.duration in the script" },
  { option: "iterations", short: "i", instead: "set options.iterations in the script" },
  { option: "stage", short: "s", instead: "set a scenario's stages in the script" },
  { option: "out", short: "o", instead: "write a file from handleSummary" },
  { option: "tag", short: "t", instead: "set options.tags in the script" },
] as const;

command(
  HELP,
  {
    env: { type: "string", short: "e", multiple: true, default: [] },
    "execution-segment": { type: "string" },
    "execution-segment-sequence": { type: "string" },
    quiet: { type: "boolean", short: "q" },
    ...Object.fromEntries(
      OF_K6.map(({ option, short }) => [option, { type: "string", multiple: true, short }]),
    ),
  },
  async (values, [verb, file, ...more]) => {
    if (verb !== "run" || file === undefined || more.length > 0)
      throw new Failure("Say which script to run: node load/host/main.ts run script.ts", EXIT.usage);
    const lacking = OF_K6.find(({ option }) => values[option] !== undefined);
    if (lacking !== undefined) {
      const { option, instead } = lacking;
      throw new Failure(
        `k6's --${option} is not supported by the host: ${instead}, or run it with k6.`,
        EXIT.usage,
      );
    }
    const script = resolve(file);
    if (statSync(script, { throwIfNoEntry: false })?.isFile() !== true)
      throw new Failure(`There is no script ${file}.`, EXIT.usage);
    const segment = Segment.parse(
      textOf(values["execution-segment"]),
      textOf(values["execution-segment-sequence"]),
    );
    if (typeof segment === "string") throw new Failure(segment, EXIT.usage);
    const say = (line: string): void => {
      if (values.quiet !== true || line.startsWith("ERROR")) console.error(line);
    };
    const run = new Run({ script, env: readEnv(values.env), segment, say });
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => run.stop(EXIT.interrupted, `a ${signal} came.`));
    }
    process.exitCode = await run.run();
  },
  { takesOperands: true },
);

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** [K36] The machine's environment and what `-e` says, as `k6 run` has it. */
function readEnv(given: unknown): Record<string, string> {
  const entries = [given].flat().map((each): [string, string] => {
    const entry = String(each);
    const at = entry.indexOf("=");
    if (at < 1) throw new Failure(`-e takes NAME=value, not ${entry}.`, EXIT.usage);
    return [entry.slice(0, at), entry.slice(at + 1)];
  });
  return { ...(process.env as Record<string, string>), ...Object.fromEntries(entries) };
}
