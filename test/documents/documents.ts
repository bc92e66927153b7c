// The project's documents, and what they may name: its files and its commands.
import { readdirSync, readFileSync } from "node:fs";

export interface Document {
  readonly path: string;
  readonly text: string;
}

/** What git keeps for itself, and what commands make. */
const LEFT_OUT = [
  ".git",
  ".state",
  ".wrangler",
  "artifacts",
  "build",
  "coverage",
  "dist",
  "node_modules",
  "reports",
];

function filesIn(folder: string): string[] {
  return readdirSync(folder === "" ? "." : folder, { withFileTypes: true })
    .filter(({ name }) => !LEFT_OUT.includes(name))
    .flatMap((entry) => {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? filesIn(path) : [path];
    });
}

/** All files of the project, by their paths from its root. */
export const FILES: readonly string[] = filesIn("");

export const read = (path: string): string => readFileSync(path, "utf8");

export const DOCUMENTS: readonly Document[] = FILES.filter((path) => path.endsWith(".md")).map((path) => ({
  path,
  text: read(path),
}));

const { scripts } = JSON.parse(read("package.json")) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** The commands of package.json. */
export const COMMANDS: readonly string[] = Object.keys(scripts);

/** The ids of all rules, in the order of SPEC.md. */
export const RULES: readonly string[] = [...read("SPEC.md").matchAll(/^\| ([CPDL]\d+) \|/gm)].map(
  ([, id = ""]) => id,
);
