// What StrykerJS mutates, which tests have to notice, and how many of the mutants they have to notice.
import { globSync } from "node:fs";
import { Failure, ROOT } from "../../tools/command.ts";

export interface Part {
  readonly name: "core" | "shells";
  readonly files: readonly string[];
  /** Vitest's configuration, with the tests that have to notice. */
  readonly config: string;
  /** Test runs side by side. */
  readonly concurrency: number;
  /** The least score in per cent: of a hundred mutants, so many have to be noticed. */
  readonly least: number;
}

/** Durable Objects and the Worker's entry: their tests run inside workerd. */
export const SHELLS: readonly string[] = [
  "src/worker.ts",
  "src/http/plain.ts",
  "src/room/chat-room.ts",
  "src/room/database.ts",
  "src/room/sockets.ts",
  "src/room/schema.ts",
  "src/room/sql-ledger.ts",
  "src/room/sql-log.ts",
  "src/rate-limit/in-time.ts",
  "src/rate-limit/rate-limiter.ts",
];

const CORE = [
  "src/protocol/*.ts",
  "src/room/*.ts",
  "src/rate-limit/*.ts",
  "src/client/*.ts",
  "src/http/load-*.ts",
  "src/http/origin.ts",
];

export const PARTS: readonly Part[] = [
  {
    name: "core",
    files: filesOf(CORE).filter((file) => !SHELLS.includes(file)),
    config: "test/stryker/vitest.core.config.ts",
    concurrency: 2,
    least: 90,
  },
  {
    name: "shells",
    files: SHELLS,
    config: "test/stryker/vitest.shells.config.ts",
    // Each run has a workerd of its own; two of them are in each other's way.
    concurrency: 2,
    least: 80,
  },
];

/** The parts that the options choose, with those of their files that the glob matches. */
export function choose(only: string, glob: string): readonly Part[] {
  if (only !== "" && !PARTS.some(({ name }) => name === only)) {
    throw new Failure(`There is no part "${only}"; say --only core or --only shells.`, 2);
  }
  const matching = glob === "" ? null : new Set(filesOf([glob]));
  const chosen = PARTS.filter(({ name }) => only === "" || name === only)
    .map((part) => ({ ...part, files: part.files.filter((file) => matching?.has(file) ?? true) }))
    .filter(({ files }) => files.length > 0);
  if (chosen.length === 0) {
    throw new Failure(`Nothing that is mutated matches ${glob}; test/stryker/parts.ts lists the files.`, 2);
  }
  return chosen;
}

function filesOf(patterns: readonly string[]): string[] {
  return globSync([...patterns], { cwd: ROOT })
    .map((file) => file.replaceAll("\\", "/"))
    .toSorted();
}
