// The result of one run as it stands on disk (load/result.schema.json): the tally, and what the runner knows about it.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import type { Tally } from "../lib/tally.ts";
import { outcomeOf, type Usage, type Verdict } from "../lib/validity.ts";
import { Failure, ROOT } from "../../tools/command.ts";
import type { Engine } from "./engine.ts";
import { type Environment, UNKNOWN_ENVIRONMENT } from "./environment.ts";
import type { Pinning } from "./pinning.ts";

export type TargetKind = "local" | "url" | "null" | "relay" | "node-ws" | "demo";

export interface Target {
  readonly kind: TargetKind;
  readonly url: string;
  readonly version: string;
}

/** Times in ms. */
export interface Headline {
  /**
   * What the percentiles are of: in a storm of comebacks of what was said while members were away, in an avalanche from a lost connection
   * to live again, else of all messages that came at once.
   */
  readonly of: "latency" | "recovery" | "comeback";
  readonly deliveriesPerSecondPerRoom: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly serverCpuMicrosPerDelivery?: number;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
}

export interface RunResult extends Tally {
  readonly engine: Engine;
  readonly target: Target;
  readonly started: string;
  readonly durationS: number;
  readonly usage: { readonly generator: readonly Usage[]; readonly target: readonly Usage[] };
  /** Deliveries a second that this generator was calibrated to; null when it was not. */
  readonly ceiling: number | null;
  readonly verdict: Verdict;
  readonly headline: Headline | null;
  readonly machine: Machine;
  /** Of several instances, the first one's. */
  readonly environment: Environment;
  readonly pinned: Pinning | null;
  /** What a reader should know and does not void the run. */
  readonly notes: readonly string[];
  /** Repeats this run. */
  readonly command: string;
}

/** How the results in a folder are called. */
export const RESULT_FILE = /^result(-\d+)?\.json$/;

const SCHEMA_FILE = join(ROOT, "load", "result.schema.json");

/** The schema as a check, with other required fields where some are named; its `errors` say what is wrong with a value. */
export async function resultCheck(required?: readonly string[]): Promise<ValidateFunction<RunResult>> {
  const schema = JSON.parse(await readFile(SCHEMA_FILE, "utf8")) as object;
  return new Ajv({ allowUnionTypes: true }).compile<RunResult>(
    required === undefined ? schema : { ...schema, required, if: false },
  );
}

/** Reads one result file. Throws a Failure (exit code 2) where it is none. */
export async function readResult(path: string): Promise<RunResult> {
  const validate = await resultCheck();
  const value = await readJson(path);
  if (validate(value)) return value;
  const { instancePath = "", message = "is strange" } = validate.errors?.[0] ?? {};
  throw new Failure(
    `${path} is no result of this version of npm run load (${instancePath || "the file"} ${message}); measure it again.`,
    2,
  );
}

/**
 * Reads one instance's result, or the bare tally that a script wrote where k6 ran it without `npm run load`: then nobody sampled
 * processors. Throws a Failure (exit code 2) where it is neither.
 */
export async function readInstance(path: string): Promise<RunResult> {
  const value = await readJson(path);
  const isTally = typeof value === "object" && value !== null && !("verdict" in value);
  if (!isTally) return readResult(path);
  const check = await resultCheck(TALLY_FIELDS);
  if (check(value)) return fromTally(value);
  throw new Failure(`${path} is neither a result nor a tally of this version's scripts; run it again.`, 2);
}

export const TALLY_FIELDS: readonly (keyof Tally)[] = [
  "schema",
  "scenario",
  "parameters",
  "instances",
  "counts",
  "rooms",
  "windowMs",
  "windowStart",
  "joining",
  "planned",
  "reports",
  "failures",
  "roomLag",
  "histograms",
  "seconds",
  "heat",
  "slowest",
  "slowestMembers",
  "phases",
];

/** One instance of several saw a part: neither a number nor a verdict comes of it alone. */
const A_SHARE: Verdict = {
  valid: false,
  broken: [],
  reasons: ["this is one share of a run: judge it with the others by npm run load:merge"],
  limitedBy: "nothing",
};

/** The result of one instance of several, before they are merged. */
export const asShare = (result: RunResult): RunResult => ({
  ...result,
  // What the target did wrong to some, it did.
  verdict: { ...A_SHARE, broken: result.verdict.broken },
  headline: null,
});

function fromTally(tally: Tally): RunResult {
  return {
    ...tally,
    engine: { name: "k6", version: "unknown" },
    target: { kind: "url", url: `${tally.parameters.CHAT_TARGET}`, version: "deployed" },
    started: new Date(tally.windowStart).toISOString(),
    durationS: tally.windowMs / 1_000,
    usage: { generator: [], target: [] },
    ceiling: null,
    verdict: A_SHARE,
    headline: null,
    machine: { cpu: "unknown", cores: 1, node: "none" },
    environment: UNKNOWN_ENVIRONMENT,
    pinned: null,
    notes: ["Nobody sampled or calibrated the generators: their lag is all that is known of them."],
    command: `k6 run load/${tally.scenario}.ts`,
  };
}

const EXIT_CODES = { VALID: 0, BROKEN: 1, VOID: 3 } as const;

/** What a command ends with: a law that was broken in one of them outranks what made another void. */
export function exitCodeOf(results: readonly RunResult[]): number {
  const outcomes = new Set(results.map(({ verdict }) => outcomeOf(verdict)));
  const worst = outcomes.has("BROKEN") ? "BROKEN" : outcomes.has("VOID") ? "VOID" : "VALID";
  return EXIT_CODES[worst];
}

/** The repeats in a folder (result.json, or result-1.json and so on), or the one result in a file. Throws a Failure where there are none. */
export async function readRepeats(path: string): Promise<RunResult[]> {
  const entry = await stat(path).catch((): never => {
    throw new Failure(`There is no ${path}; name a folder that npm run load wrote, or its result.json.`, 2);
  });
  if (!entry.isDirectory()) return [await readResult(path)];
  const names = (await readdir(path)).filter((name) => RESULT_FILE.test(name)).toSorted();
  if (names.length === 0)
    throw new Failure(`${path} holds no result.json; name a folder that npm run load wrote.`, 2);
  return Promise.all(names.map((name) => readResult(join(path, name))));
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch((): never => {
    throw new Failure(`${path} cannot be read; name a result.json.`, 2);
  });
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure(`${path} is no JSON; name a result.json.`, 2);
  }
}
