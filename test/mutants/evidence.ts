// What a mutant's verdict rests on, in a digest: two texts that differ have different ones.
import { createHash } from "node:crypto";
import { posix } from "node:path";

/** The text of a project's file, by its path from the root; null where there is none. */
export type Read = (file: string) => string | null;

export function digestOf(...texts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(texts)).digest("hex").slice(0, 16);
}

/** The digest of a test file and of what it imports within test/, transitively: all that says what is tested, and how. */
export function digestOfTest(file: string, read: Read): string {
  return digestOf(...filesOf(file, read).flatMap((each) => [each, read(each) ?? "gone"]));
}

function filesOf(test: string, read: Read): string[] {
  const found = new Set([test]);
  // A set that grows while it is walked: what was added is walked too.
  for (const file of found) {
    for (const [, path = ""] of (read(file) ?? "").matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)) {
      const imported = posix.join(posix.dirname(file), path);
      if (imported.startsWith("test/")) found.add(imported);
    }
  }
  return [...found].toSorted();
}
