// `node load/host/main.ts run script.ts`: runs a k6 script on Node, with k6's flags as far as they exist.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { Failure } from "../../scripts/lib/command.ts";
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

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Failure ? error.message : error);
  process.exitCode = error instanceof Failure ? error.exitCode : 1;
}

async function main(): Promise<number> {
  const { values, positionals } = readCommandLine();
  if (values.help === true) {
    console.log(HELP.trim());
    return 0;
  }
  const [verb, file, ...more] = positionals;
  if (verb !== "run" || file === undefined || more.length > 0) throw usage("Say which script to run");
  const script = resolve(file);
  if (!existsSync(script)) throw usage(`There is no ${file}`);
  const { "execution-segment": own = null, "execution-segment-sequence": sequence = null } = values;
  const segment = Segment.parse(own, sequence);
  if (typeof segment === "string") throw usage(segment.replace(/\.$/, ""));
  const say = (line: string): void => {
    if (values.quiet !== true || line.startsWith("ERROR")) console.error(line);
  };
  const run = new Run({ script, env: readEnv(values.env ?? []), segment, say });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => run.stop(EXIT.interrupted, `a ${signal} came.`));
  }
  return run.run();
}

function readCommandLine() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        env: { type: "string", short: "e", multiple: true },
        "execution-segment": { type: "string" },
        "execution-segment-sequence": { type: "string" },
        quiet: { type: "boolean", short: "q" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw usage(error instanceof Error ? (error.message.split(". ")[0] ?? "") : "Unknown option");
  }
}

/** [K36] The machine's environment and what `-e` says, as `k6 run` has it. */
function readEnv(given: readonly string[]): Record<string, string> {
  const entries = given.map((entry): [string, string] => {
    const at = entry.indexOf("=");
    if (at < 1) throw usage(`-e takes NAME=value, not ${entry}`);
    return [entry.slice(0, at), entry.slice(at + 1)];
  });
  return { ...(process.env as Record<string, string>), ...Object.fromEntries(entries) };
}

function usage(sentence: string): Failure {
  return new Failure(`${sentence}. See: node load/host/main.ts --help`, EXIT.usage);
}
