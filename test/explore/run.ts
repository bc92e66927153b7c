// `npm run explore`: every order of steps within the bounds of a scope, over the real core; and the same with mutants, which it
// has to find.
import { writeFileSync } from "node:fs";
import { command, Failure } from "../../tools/command.ts";
import { numberOf, wholeOf } from "../../tools/numbers.ts";
import { chooseMutants } from "../mutants/copy.ts";
import type { Mutant } from "../mutants/mutants.ts";
import { CORE_MUTANTS, VISIBLE_MUTANTS } from "./core.ts";
import { Pool } from "./pool.ts";
import {
  format,
  keptOf,
  MUTANTS_FILE,
  type Noticed,
  readMutants,
  readScopes,
  SCOPES_FILE,
} from "./records.ts";
import type { Scope } from "./scope.ts";
import { scopeNamed, SCOPES, SHORT_SCOPES } from "./scopes.ts";
import { type Bounds, type Expand, type Outcome, search } from "./search.ts";

const HELP = `
npm run explore: tries every order of steps of the real rooms, limiters and clients, within the bounds of a scope, and judges every
state. What is under way arrives in any order, rooms crash between any two steps, commits fail, calls are lost, connections are cut.

  npm run explore                             the six large scopes, S1 to S6
  npm run explore -- --scope S1               one of test/explore/scopes; "S1 short" is the part of it that npm test explores,
                                              "short" all that npm test explores
  npm run explore -- --minutes 5              at most so long for each (default 5)
  npm run explore -- --states 1000000         at most so many states for each (default 1000000)
  npm run explore -- --mutant "GCRA"          breaks the code first (a name from test/mutants), and has to find it
  npm run explore -- --mutant ""              the same for every named mutant of the core that a scope may show
  npm run explore -- --threads 2              how many threads (default 2)
  npm run explore -- --record                 keeps the figures in test/explore/scopes.json, and what found a mutant in
                                              test/explore/mutants.json, which npm run test:mutants shows in its matrix

Prints states, depth, and a way to what is wrong; of a mutant the shortest. A scope is exhausted when no step is left in it that leads
to a state not seen before: then every order of its steps was tried.
Exit codes: 0 every law held, or each mutant was found; 1 not; 2 wrong options.
`;

const OPTIONS = {
  scope: { type: "string", default: "" },
  minutes: { type: "string", default: "5" },
  states: { type: "string", default: "1000000" },
  threads: { type: "string", default: "2" },
  mutant: { type: "string" },
  record: { type: "boolean", default: false },
} as const;

const TELL_EVERY_MS = 5_000;

interface Effort {
  /** Steps from the start. */
  readonly depth?: number;
  readonly minutes: number;
  readonly states: number;
  readonly threads: number;
  readonly isRecorded: boolean;
}

command(HELP, OPTIONS, async ({ scope, mutant, minutes, states, threads, record }) => {
  const effort = {
    minutes: numberOf("--minutes", minutes, 0.01, 10_000),
    states: wholeOf("--states", states, 1, 16_000_000),
    threads: wholeOf("--threads", threads, 1, 64),
    isRecorded: record === true,
  };
  const chosen = scopesNamed(String(scope));
  if (mutant === undefined) return exploreScopes(chosen, effort);
  // What is short is whole.
  const scopes = scope === "" ? [...SHORT_SCOPES, ...SCOPES] : chosen;
  const chosenMutants = mutant === "" ? VISIBLE_MUTANTS : chooseMutants(CORE_MUTANTS, String(mutant));
  await exploreMutants(chosenMutants, scopes, effort);
});

function scopesNamed(name: string): readonly Scope[] {
  if (name === "") return SCOPES;
  if (name === "short") return SHORT_SCOPES;
  const chosen = scopeNamed(name);
  if (chosen !== undefined) return [chosen];
  const names = [...SCOPES, ...SHORT_SCOPES].map((scope) => scope.name);
  throw new Failure(`There is no scope "${name}"; there are ${names.join(", ")}.`, 2);
}

interface Told extends Outcome {
  /** The way to what was found, a line a step. */
  readonly trace: readonly string[];
}

async function explore(
  pool: Pool,
  { name }: Scope,
  effort: Effort & Pick<Bounds, "leaps">,
  onLevel: (depth: number, states: number) => void = () => {},
): Promise<Told> {
  const bounds = { ...effort, until: performance.now() + effort.minutes * 60_000 };
  const expand: Expand = (paths, leaps) => pool.expand(name, paths, leaps);
  const outcome = await search(await pool.start(name), expand, bounds, onLevel);
  return { ...outcome, trace: outcome.found === null ? [] : await pool.tell(name, outcome.found.path) };
}

/** Runs something with threads over the code as it is, or with a mutant in it. */
async function withPool<T>(
  mutant: Mutant | null,
  threads: number,
  run: (pool: Pool) => Promise<T>,
): Promise<T> {
  const pool = new Pool({ mutant }, threads);
  try {
    return await run(pool);
  } finally {
    await pool.close();
  }
}

async function exploreScopes(scopes: readonly Scope[], effort: Effort): Promise<void> {
  const rows = new Map(readScopes());
  for (const scope of scopes) {
    const { name } = scope;
    console.log(`${name}. ${scope.what}`);
    const began = performance.now();
    let told = began;
    const outcome = await withPool(null, effort.threads, (pool) =>
      explore(pool, scope, { ...effort, leaps: true }, (depth, found) => {
        if (performance.now() - told < TELL_EVERY_MS) return;
        told = performance.now();
        console.log(`  ${name}: ${found} states within ${depth} steps`);
      }),
    );
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    const { states, transitions, depth, isExhausted, found } = outcome;
    const traits = Object.fromEntries(outcome.traits);
    const end = isExhausted ? "exhausted" : "not exhausted";
    console.log(
      `${name}: ${states} states, ${transitions} steps tried, depth ${depth}, ${end}, ${seconds} s.`,
    );
    console.log(`  Reached: ${JSON.stringify(traits)}`);
    if (found !== null)
      throw new Failure(
        `Found after ${found.path.length} steps:\n${list(outcome.trace)}\n${found.complaints.join("\n")}`,
      );
    rows.set(name, { states, transitions, depth, isExhausted, seconds, traits });
    if (effort.isRecorded) writeFileSync(SCOPES_FILE, format(rows));
  }
}

async function exploreMutants(
  mutants: readonly Mutant[],
  scopes: readonly Scope[],
  effort: Effort,
): Promise<void> {
  const rows = new Map(readMutants());
  const missed: string[] = [];
  for (const mutant of mutants) {
    const noticed = await withPool(mutant, effort.threads, (pool) => notice(pool, scopes, effort));
    const searched = scopes.map(({ name }) => name);
    const kept = keptOf(rows.get(mutant.name), noticed, searched);
    if (kept === null) rows.delete(mutant.name);
    else rows.set(mutant.name, kept);
    if (noticed === null) {
      missed.push(mutant.name);
      console.log(`${mutant.name}: not found.`);
    } else {
      const { scope, steps, laws, trace } = noticed;
      console.log(`${mutant.name}: ${steps} steps in ${scope}, ${laws.join(" ")}\n${list(trace)}`);
    }
    if (effort.isRecorded) writeFileSync(MUTANTS_FILE, format(rows));
  }
  console.log(`${mutants.length - missed.length} of ${mutants.length} mutants were found.`);
  if (missed.length > 0) throw new Failure(`No scope showed: ${missed.join("; ")}.`);
}

/** The shortest way of all scopes: the short ones are explored whole, the others as far as `effort` goes. */
async function notice(pool: Pool, scopes: readonly Scope[], effort: Effort): Promise<Noticed | null> {
  let best: Noticed | null = null;
  for (const scope of scopes) {
    const depth: number = (best?.steps ?? Infinity) - 1;
    if (depth < 0) break;
    const { found, trace } = await explore(pool, scope, { ...effort, depth, leaps: false });
    // What shows before the exploration begins was not found by it.
    if (found === null || (found.path.length === 0 && scope.before !== undefined)) continue;
    const laws = [...new Set(found.complaints.flatMap((text) => text.match(/(?<=^\[)\w+/) ?? []))];
    best = { scope: scope.name, steps: found.path.length, laws, trace };
  }
  return best;
}

const list = (steps: readonly string[]): string => steps.map((step, i) => `  ${i + 1}. ${step}`).join("\n");
