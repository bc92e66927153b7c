// The figures of the exploration stand in the documents as the command has kept them, and each mutant of the core is seen or explained.
import { expect, test } from "vitest";
import { CORE_MUTANTS } from "../explore/core.ts";
import { readMutants, readScopes } from "../explore/records.ts";
import { SCOPES } from "../explore/scopes.ts";
import { UNSEEN } from "../explore/unseen.ts";
import { read } from "./documents.ts";
import { cells } from "./markdown.ts";

test("docs/testing.md has the figures of each scope as npm run explore has kept them", () => {
  const kept = readScopes();
  const rows = SCOPES.map(({ name }) => {
    const { states = 0, transitions = 0, depth = 0, isExhausted = false, seconds = 0 } = kept.get(name) ?? {};
    const numbers = [states, transitions, depth].map((figure) => figure.toLocaleString("en"));
    return [name, ...numbers, isExhausted ? "yes" : "no", String(seconds)];
  });
  const told = read("docs/testing.md")
    .split("\n")
    .filter((line) => /^\| S\d/.test(line))
    .map(cells);
  expect(told).toEqual(rows);
});

test("each scope reached what it is for", () => {
  const kept = readScopes();
  const missed = SCOPES.flatMap(({ name, reaches }) =>
    reaches
      .filter((trait) => kept.get(name)?.traits[trait] === undefined)
      .map((trait) => `${name}: ${trait}`),
  );
  expect(missed).toEqual([]);
});

test("each named mutant of the core is found by the exploration, or it is said why it is not", () => {
  const found = new Set(readMutants().keys());
  const explained = new Set(Object.values(UNSEEN).flat());
  const both = CORE_MUTANTS.map(({ name }) => [name, found.has(name), explained.has(name)] as const);
  expect(both.filter(([, isFound, isExplained]) => isFound === isExplained)).toEqual([]);
  const names = new Set(CORE_MUTANTS.map(({ name }) => name));
  expect([...found, ...explained].filter((name) => !names.has(name))).toEqual([]);
});
