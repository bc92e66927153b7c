// Imports go one way: what is beneath knows nothing of what is above, and the core of no shell.
import { globSync, readFileSync } from "node:fs";
import { matchesGlob } from "node:path";
import { expect, test } from "vitest";
import { arrowsOf, brokenArrows, circles, importsOf, leaks, MAY_IMPORT, picture } from "./arrows.ts";
import { read } from "./documents.ts";

const FILES = Object.fromEntries(
  ["src", "tools", "load", "scripts", "test", "examples"]
    .flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx,mjs}`))
    .map((file) => [file.replaceAll("\\", "/"), readFileSync(file, "utf8")]),
);
const IMPORTS = importsOf(FILES);

interface Project {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}
/** The core is what tsconfig/pure.json compiles without a socket, a clock or a console. */
const pure = JSON.parse(read("tsconfig/pure.json").replaceAll(/^\/\/.*$/gm, "")) as Project;
const fits = (file: string, pattern: string): boolean =>
  matchesGlob(file, pattern.slice(3)) || file.startsWith(`${pattern.slice(3)}/`);
const isCore = (file: string): boolean =>
  pure.include.some((pattern) => fits(file, pattern)) && !pure.exclude.some((pattern) => fits(file, pattern));

test("every import follows an arrow, and every arrow is needed", () => {
  expect(IMPORTS.length).toBeGreaterThan(1_000);
  expect(brokenArrows(IMPORTS)).toEqual([]);
  const used = new Set(arrowsOf(IMPORTS).map(({ from, into }) => `${from} -> ${into}`));
  const allowed = Object.entries(MAY_IMPORT).flatMap(([from, all]) =>
    all.map((into) => `${from} -> ${into}`),
  );
  expect(allowed.filter((arrow) => !used.has(arrow))).toEqual([]);
});

test("arrows go upwards in the table, so folders import each other in no circle", () => {
  const order = Object.keys(MAY_IMPORT);
  const down = Object.entries(MAY_IMPORT).flatMap(([from, all]) =>
    all.filter((into) => order.indexOf(into) >= order.indexOf(from)).map((into) => `${from} -> ${into}`),
  );
  expect(down).toEqual([]);
});

test("the core knows no shell, and no package", () => {
  expect(Object.keys(FILES).filter(isCore).length).toBeGreaterThan(30);
  expect(leaks(IMPORTS, isCore)).toEqual([]);
});

test("no files of src import each other in a circle, types included", () => {
  expect(circles(IMPORTS.filter(({ file }) => file.startsWith("src/")))).toEqual([]);
});

test("a broken arrow is told with its file and line", () => {
  const wrong = importsOf({
    "src/room/room.ts": 'import "./sockets.ts";\nimport type { Load } from "../../load/lib/load.ts";\n',
    "src/rate-limit/gcra.ts": 'export const a = import("../room/room.ts");',
    "src/room/sockets.ts": 'import { Room } from "./room.ts";',
  });
  expect(brokenArrows(wrong)).toEqual([
    "src/room/room.ts:2 imports load/lib/load.ts: src/room may not know load/lib.",
    "src/rate-limit/gcra.ts:1 imports src/room/room.ts: src/rate-limit may not know src/room.",
  ]);
  expect(leaks(wrong, isCore)).toEqual([
    "src/room/room.ts:1 imports src/room/sockets.ts: the core may not know a shell.",
    "src/room/room.ts:2 imports load/lib/load.ts: the core may not know a shell.",
  ]);
  expect(circles(wrong)).toEqual(["src/room/room.ts -> src/room/sockets.ts -> src/room/room.ts"]);
});

test("scripts holds what commands of package.json call, and nothing else", () => {
  const commands = Object.values(
    (JSON.parse(read("package.json")) as { scripts: Record<string, string> }).scripts,
  );
  const uncalled = globSync("scripts/*").filter(
    (file) => !commands.some((line) => line.split(" ").includes(file)),
  );
  expect(uncalled).toEqual([]);
});

test("docs/architecture.md shows these arrows", () => {
  expect(read("docs/architecture.md")).toContain(`\`\`\`mermaid\n${picture()}\n\`\`\`\n`);
});
