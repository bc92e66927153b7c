// Where pages lie: artifacts/timelines, which nobody commits.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { ROOT } from "../../tools/command.ts";

/** Writes a page under a name; letters, digits and dashes of it are kept. Returns the sentence that says where it lies. */
export function keepPage(name: string, page: string): string {
  const file = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 80);
  return writePage(`artifacts/timelines/${file}.html`, page);
}

/** The same under a path, from the project's folder on. */
export function writePage(path: string, page: string): string {
  const whole = resolve(ROOT, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, page);
  const near = relative(ROOT, whole);
  return `A picture of it: ${near.startsWith("..") ? whole : near}`;
}
