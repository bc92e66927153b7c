// The named mutants that an exploration may show: of the core of delivery and limits.
import { type Mutant, MUTANTS } from "../mutants/mutants.ts";
import { SHELLS } from "../stryker/parts.ts";
import { UNSEEN } from "./unseen.ts";

/** Not of shells, none of which runs here; nor of who types, which nobody keeps and nobody judges. */
export const CORE_MUTANTS: readonly Mutant[] = MUTANTS.filter(
  ({ file }) =>
    /^src\/(room|rate-limit|client)\//.test(file) && !SHELLS.includes(file) && !file.includes("typing"),
);

const unseen = new Set(Object.values(UNSEEN).flat());

/** Those that a scope has to show. */
export const VISIBLE_MUTANTS: readonly Mutant[] = CORE_MUTANTS.filter(({ name }) => !unseen.has(name));
