// Which folder imports which, and which may. The picture in docs/architecture.md is drawn from this table, and the table is held
// against what the files say.
import { posix } from "node:path";

/** Folders, or files, each with those that it may import besides itself: all of them stand before it in this list. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "src/protocol": [],
  "src/rate-limit": [],
  "src/http": ["src/protocol"],
  "src/room": ["src/protocol", "src/rate-limit"],
  "src/client": ["src/protocol"],
  "src/client/page": ["src/client", "src/protocol"],
  examples: ["src/client"],
  "src/worker.ts": ["src/http", "src/protocol", "src/rate-limit", "src/room"],
  "test/support/checker.ts": ["src/client", "src/protocol"],
  tools: ["src/http", "src/room"],
  "load/lib": ["src/protocol", "src/rate-limit", "test/support/checker.ts"],
  "load/k6": ["load/lib", "src/client", "src/protocol"],
  "load/*.ts": ["load/k6", "load/lib"],
  "load/engine": ["load/lib", "src/protocol"],
  "load/host": ["load/engine", "tools"],
  "load/targets": ["load/host", "load/lib", "src/protocol", "tools"],
  "load/attacks": ["src/protocol", "src/worker.ts", "tools"],
  "load/runner": ["load/lib", "load/targets", "tools"],
  scripts: [
    "load/attacks",
    "load/engine",
    "load/host",
    "load/lib",
    "load/runner",
    "src/http",
    "src/protocol",
    "tools",
  ],
};

/** The judge of histories, which load runs ask too: one for all, and it imports no other test. */
const CHECKER = /^test\/support\/(checker|history|places|readers|verdict)\.ts$/;
/** Tests, and what configures them, may import whatever they test. */
const TEST = /^(test\/|[^/]+$)/;

/** The folder of the table that a file belongs to; null for a test. */
function folderOf(file: string): string | null {
  if (CHECKER.test(file)) return "test/support/checker.ts";
  if (/^load\/([^/]+\.ts$|self-check\/)/.test(file)) return "load/*.ts";
  const found = Object.keys(MAY_IMPORT)
    .filter((folder) => file === folder || file.startsWith(`${folder}/`))
    .toSorted((a, b) => b.length - a.length)[0];
  return found ?? (TEST.test(file) ? null : file);
}

export interface Import {
  readonly file: string;
  readonly line: number;
  /** A file of the project, or a package. */
  readonly to: string;
}

/** Everything that files import, types included, by their texts. */
export function importsOf(files: Readonly<Record<string, string>>): Import[] {
  return Object.entries(files).flatMap(([file, text]) =>
    text.split("\n").flatMap((said, i) =>
      [...said.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)].map(([, to = ""]) => ({
        file,
        line: i + 1,
        to: to.startsWith(".") ? posix.join(posix.dirname(file), to) : to,
      })),
    ),
  );
}

/** The arrows between folders, without those of tests. */
export function arrowsOf(
  imports: readonly Import[],
): (Import & { readonly from: string; readonly into: string })[] {
  return imports.flatMap((each) => {
    const from = folderOf(each.file);
    const into = /^(src|test|tools|load|scripts|examples)\//.test(each.to)
      ? (folderOf(each.to) ?? "test")
      : null;
    return from === null || into === null || from === into ? [] : [{ ...each, from, into }];
  });
}

/** A sentence for each import that no arrow allows. */
export function brokenArrows(imports: readonly Import[]): string[] {
  return arrowsOf(imports)
    .filter(({ from, into }) => !MAY_IMPORT[from]?.includes(into))
    .map(({ file, line, to, from, into }) => `${file}:${line} imports ${to}: ${from} may not know ${into}.`);
}

/** A sentence for each import with which something pure (`isCore`) leaves the core. */
export function leaks(imports: readonly Import[], isCore: (file: string) => boolean): string[] {
  return imports
    .filter(({ file, to }) => isCore(file) && !isCore(to))
    .map(({ file, line, to }) => `${file}:${line} imports ${to}: the core may not know a shell.`);
}

/** Files that import each other in a circle, each circle once. */
export function circles(imports: readonly Import[]): string[] {
  const after = new Map<string, string[]>();
  for (const { file, to } of imports) after.set(file, [...(after.get(file) ?? []), to]);
  const found = new Set<string>();
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) found.add([...path.slice(at), file].join(" -> "));
    if (at >= 0 || done.has(file)) return;
    for (const to of after.get(file) ?? []) walk(to, [...path, file]);
    done.add(file);
  };
  for (const file of after.keys()) walk(file, []);
  return [...found];
}

/** A folder's name for mermaid. */
const id = (folder: string): string => folder.replaceAll(/[^a-z0-9]/g, "_");

/** The table as a picture: an arrow for each that does not follow from others. */
export function picture(): string {
  const reaches = (from: string, into: string): boolean =>
    (MAY_IMPORT[from] ?? []).some((next) => next === into || reaches(next, into));
  const lines = Object.entries(MAY_IMPORT).flatMap(([from, all]) => {
    const drawn = all.filter((into) => !all.some((other) => other !== into && reaches(other, into)));
    return drawn.map((into) => `  ${id(from)} --> ${id(into)}`);
  });
  const nodes = Object.keys(MAY_IMPORT).map((folder) => `  ${id(folder)}["${folder}"]`);
  return ["flowchart TD", ...nodes, ...lines].join("\n");
}
