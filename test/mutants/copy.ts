// A copy of the project in which a mutant may stand. The project itself is never touched.
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure, ROOT } from "../../tools/command.ts";
import type { Mutant } from "./mutants.ts";

/** Not the project's own files: what it fetched, built or wrote. Anything else may be read by a test. */
const LEFT_OUT = [".git", ".state", ".wrangler", "artifacts", "coverage", "dist", "node_modules", "reports"];

/** Makes a fresh copy in this folder, with the project's own node_modules. */
export async function copyProject(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const entry of await readdir(ROOT)) {
    if (!LEFT_OUT.includes(entry)) await cp(join(ROOT, entry), join(folder, entry), { recursive: true });
  }
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
}

/** Breaks the copy; returns what mends it again. Throws a Failure where the mutant does not fit the code any more. */
export async function applyMutant(
  folder: string,
  { name, file, from, to }: Mutant,
): Promise<() => Promise<void>> {
  const path = join(folder, file);
  const original = await readFile(path, "utf8");
  if (original.split(from).length !== 2) {
    throw new Failure(`Mutant "${name}" does not fit ${file} any more; bring it up to date in mutants.ts.`);
  }
  // A function, because a plain text would be searched for `$`.
  await writeFile(
    path,
    original.replace(from, () => to),
  );
  return () => writeFile(path, original);
}

/** The mutants whose name contains a text. Throws a Failure for none. */
export function chooseMutants(mutants: readonly Mutant[], text: string): readonly Mutant[] {
  const chosen = mutants.filter(({ name }) => name.includes(text));
  if (chosen.length > 0) return chosen;
  throw new Failure("No mutant has that text in its name; see test/mutants/mutants.ts.", 2);
}
