// What every command of this project shares: --help, one-sentence failures, exit codes (0 done, 1 failed, 2 usage).
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";

/** The project's folder; commands work from any current directory. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** A failure that a person can act on: one sentence that says what to do next. */
export class Failure extends Error {
  readonly exitCode: number;
  constructor(sentence: string, exitCode = 1) {
    super(sentence);
    this.exitCode = exitCode;
  }
}

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** What stands on the command line without a name, in its order. */
type Operands = readonly string[];

/**
 * Parses the command line and runs `main`; prints `help` for --help, and a sentence for whatever goes wrong. Words
 * without a name are an error where `main` takes none of them.
 */
export function command(
  help: string,
  options: ParseArgsOptionsConfig,
  main: (values: Values, operands: Operands) => Promise<void>,
  { takesOperands = false } = {},
): void {
  run(help, options, main, takesOperands).catch((error: unknown) => {
    console.error(error instanceof Failure ? error.message : error);
    process.exit(error instanceof Failure ? error.exitCode : 1);
  });
}

async function run(
  help: string,
  options: ParseArgsOptionsConfig,
  main: (values: Values, operands: Operands) => Promise<void>,
  takesOperands: boolean,
): Promise<void> {
  const { values, positionals } = parse(options, takesOperands);
  if (values.help === true) console.log(help.trim());
  else await main(values, positionals);
}

function parse(
  options: ParseArgsOptionsConfig,
  allowPositionals: boolean,
): { readonly values: Values; readonly positionals: Operands } {
  try {
    const all = { ...options, help: { type: "boolean", short: "h" } } as const;
    return parseArgs({ options: all, strict: true, allowPositionals });
  } catch (error) {
    throw new Failure(`${oneClause(error)}; --help lists the options.`, 2);
  }
}

/** What Node says about a command line takes one to three sentences. */
function oneClause(error: unknown): string {
  const said = error instanceof Error ? error.message : "Unknown option";
  const [, option, example] = /^Option '(.*)' argument is ambiguous[^]* use (.*)\.$/.exec(said) ?? [];
  return option === undefined
    ? (said.split(". ")[0] ?? "")
    : `${option} takes a value, and one that begins with a dash is written ${example}`;
}

/** Runs a program of node_modules with our Node, its output on ours. Throws a Failure when it fails. */
export async function runTool(
  entry: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
  const child = spawn(process.execPath, [entry, ...args], {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (exitCode) => resolve(exitCode ?? 1));
  });
  if (code !== 0)
    throw new Failure(`${entry.split("/").at(-1)} failed with exit code ${code}; see above.`, code);
}

export const WRANGLER = "node_modules/wrangler/bin/wrangler.js";

/** wrangler without banner, telemetry, error reports and calls home. */
export const QUIET_WRANGLER = {
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
};
