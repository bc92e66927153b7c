// What documents point at is there: pages and headings, commands, files, rules and mutants.
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { MUTANTS } from "../mutants/mutants.ts";
import { COMMANDS, type Document, DOCUMENTS, FILES, read, RULES } from "./documents.ts";
import { anchors, cells, codeLines, links, spans } from "./markdown.ts";

/** Everything that is wrong with any document, as `path:line what`. */
const complaints = (find: (document: Document) => readonly { line: number; text: string }[]): string[] =>
  DOCUMENTS.flatMap((document) => find(document).map(({ line, text }) => `${document.path}:${line} ${text}`));

/** What stands in backticks or in a block of code. */
const code = ({ text }: Document): { line: number; text: string }[] => [...spans(text), ...codeLines(text)];

test("every link within the project leads to a file that is there, and to a heading in it", () => {
  let seen = 0;
  const dead = complaints(({ path, text }) =>
    links(text)
      .filter(({ target }) => !/^https?:/.test(target))
      .filter(({ target }) => {
        seen += 1;
        const [file = "", anchor] = target.split("#");
        const to = file === "" ? path : normalize(join(dirname(path), file));
        if (!FILES.includes(to)) return true;
        return anchor !== undefined && !anchors(read(to)).has(anchor);
      })
      .map(({ line, target }) => ({ line, text: target })),
  );
  expect(seen).toBeGreaterThan(50);
  expect(dead).toEqual([]);
});

test("every document can be reached from the README", () => {
  const reached = new Set(["README.md"]);
  // A set that grows while it is gone through: what is added has its turn.
  for (const path of reached) {
    for (const { target } of links(read(path))) {
      const to = normalize(join(dirname(path), target.split("#")[0] ?? ""));
      if (to.endsWith(".md") && FILES.includes(to)) reached.add(to);
    }
  }
  // Agents look for it by its name.
  const entries = ["AGENTS.md"];
  expect(
    DOCUMENTS.map(({ path }) => path).filter((path) => !reached.has(path) && !entries.includes(path)),
  ).toEqual([]);
});

test("every command that a document names is in package.json, and every one of those is in a document", () => {
  const told = new Set<string>();
  const unknown = complaints((document) =>
    code(document).flatMap(({ line, text }) => {
      const run = [...text.matchAll(/\bnpm run (?:-s )?([a-z0-9:-]+)/g)].map(([, name = ""]) => name);
      const short = /^(?:test|load|bench|check|explore|setup):[a-z0-9-]+$/.test(text) ? [text] : [];
      const names = [...run, ...short];
      // What the changelog tells of is history.
      if (document.path !== "CHANGELOG.md") for (const name of names) told.add(name);
      return names.filter((name) => !COMMANDS.includes(name)).map((name) => ({ line, text: name }));
    }),
  );
  expect(unknown).toEqual([]);
  // `npm start` and `npm test` are not run by name; the others are parts of what is.
  const parts = ["prestart", "start", "test", "build", "typecheck", "lint", "format:check"];
  expect(COMMANDS.filter((name) => !told.has(name) && !parts.includes(name))).toEqual([]);
});

test("every project of tests that a document names is in vitest.config.ts", () => {
  const projects = [...read("vitest.config.ts").matchAll(/\bname: "([a-z]+)"/g)].map(([, name]) => name);
  const unknown = complaints((document) =>
    code(document).flatMap(({ line, text }) =>
      [...text.matchAll(/--project ([a-z]+)/g)]
        .filter(([, name]) => !projects.includes(name))
        .map(([, name = ""]) => ({ line, text: name })),
    ),
  );
  expect(projects.length).toBeGreaterThan(5);
  expect(unknown).toEqual([]);
});

const FOLDERS = new Set(FILES.filter((path) => path.includes("/")).map((path) => path.split("/")[0] ?? ""));
/** What commands write. */
const MADE = /^(?:artifacts|reports)\//;
const SOURCE = /\.(?:ts|mjs|c|sh|toml|md|yaml)$/;

/** Whether a path, as a document at `from` writes it, is one of this project: a file, a folder or a pattern. */
function isThere(path: string, from: string): boolean {
  const bare = path.replace(/^\.\//, "").replace(/\/$/, "");
  if (bare.includes("*")) return globSync(bare).length > 0;
  const candidates = [bare, join(dirname(from), bare)];
  return FILES.some(
    (file) =>
      candidates.some((candidate) => file === candidate || file.startsWith(`${candidate}/`)) ||
      file.endsWith(`/${bare}`),
  );
}

test("every path of a source file, or in a folder of the project, is there", () => {
  let seen = 0;
  const missing = complaints((document) =>
    code(document).flatMap(({ line, text }) =>
      text
        .split(/[^\w./*-]+/)
        .filter((word) => !MADE.test(word))
        .filter((word) => SOURCE.test(word) || (word.includes("/") && FOLDERS.has(word.split("/")[0] ?? "")))
        .filter((word) => {
          seen += 1;
          return !isThere(word, document.path);
        })
        .map((word) => ({ line, text: word })),
    ),
  );
  expect(seen).toBeGreaterThan(100);
  expect(missing).toEqual([]);
});

test("every source file that a comment of the code names is there", () => {
  let seen = 0;
  const missing = FILES.filter((path) => /\.(?:ts|mjs|sh)$/.test(path)).flatMap((path) =>
    read(path)
      .split("\n")
      .flatMap((text, i) =>
        (/^\s*(?:\/\/|\/?\*|#)(.*)/.exec(text)?.[1] ?? "")
          .split(/[^\w./*-]+/)
          .map((word) => [word, i] as const),
      )
      .filter(([word]) => SOURCE.test(word) && !MADE.test(word))
      .filter(([word]) => {
        seen += 1;
        return !isThere(word, path);
      })
      .map(([word, i]) => `${path}:${i + 1} ${word}`),
  );
  expect(seen).toBeGreaterThan(100);
  expect(missing).toEqual([]);
});

test("every rule that a document names is in SPEC.md", () => {
  const unknown = complaints(({ text }) =>
    text
      .split("\n")
      .flatMap((said, i) =>
        (said.match(/\b[CPDL]\d{1,2}\b/g) ?? [])
          .filter((id) => !RULES.includes(id))
          .map((id) => ({ line: i + 1, text: id })),
      ),
  );
  expect(unknown).toEqual([]);
});

test("every mutant that a document breaks the code with is one, and in limits.md one that its law has noticed", () => {
  const names = MUTANTS.map(({ name }) => name);
  let seen = 0;
  const unknown = complaints((document) =>
    code(document).flatMap(({ line, text }) =>
      [...text.matchAll(/--(?:only|mutant) "([^"]+)"/g)]
        .filter(([, part = ""]) => {
          seen += 1;
          return !names.some((name) => name.includes(part));
        })
        .map(([, part = ""]) => ({ line, text: part })),
    ),
  );
  expect(seen).toBeGreaterThan(3);
  expect(unknown).toEqual([]);
  const recorded = JSON.parse(readFileSync("test/mutants/recorded.json", "utf8")) as Readonly<
    Record<string, { readonly laws: readonly string[] }>
  >;
  const rows = read("docs/limits.md")
    .split("\n")
    .filter((line) => /^\| L\d /.test(line))
    .map(cells);
  expect(rows.length).toBe(9);
  const deaf = rows.filter(([law = "", , mutant = ""]) => {
    const verdict = recorded[mutant.replaceAll("`", "")];
    return verdict === undefined || !verdict.laws.includes(law);
  });
  expect(deaf).toEqual([]);
  // And the test that is named has the law in its names.
  const silent = rows.flatMap(([law = "", files = ""]) =>
    spans(files)
      .filter(({ text }) => !read(text).includes(`[${law}]`))
      .map(({ text }) => `${law} ${text}`),
  );
  expect(silent).toEqual([]);
});
