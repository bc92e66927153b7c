// The figures of the exploration stand in the documents as the command has kept them, and what it keeps of mutants is of this code.
import { expect, test } from "vitest";
import { median } from "../../load/runner/statistics.ts";
import { CORE_MUTANTS } from "../explore/core.ts";
import { readMutants, readScopes } from "../explore/records.ts";
import { scopeNamed, SCOPES, SHORT_SCOPES } from "../explore/scopes.ts";
import { UNSEEN } from "../explore/unseen.ts";
import { read } from "./documents.ts";
import { cells } from "./markdown.ts";

const kept = readScopes();
const recorded = [...SCOPES, ...SHORT_SCOPES].flatMap((scope) => {
  const row = kept.get(scope.name);
  return row === undefined ? [] : [{ scope, row }];
});

test("docs/testing.md has the figures of each scope as npm run explore has kept them", () => {
  const rows = recorded.map(({ scope, row }) => {
    const numbers = [row.states, row.transitions, row.depth].map((figure) => figure.toLocaleString("en"));
    return [scope.name, ...numbers, row.isExhausted ? "yes" : "no", String(row.seconds)];
  });
  const told = read("docs/testing.md")
    .split("\n")
    .filter((line) => /^\| S\d/.test(line))
    .map(cells);
  expect(rows.length).toBeGreaterThan(0);
  expect(told).toEqual(rows);
});

test("each scope reached what it is for", () => {
  const missed = recorded.flatMap(({ scope, row }) =>
    scope.reaches
      .filter((trait) => row.traits[trait] === undefined)
      .map((trait) => `${scope.name}: ${trait}`),
  );
  expect(missed).toEqual([]);
});

test("what is kept of mutants is of mutants that there are; and what is explained as not to be seen was not seen", () => {
  const names = new Set(CORE_MUTANTS.map(({ name }) => name));
  const found = readMutants();
  const explained = Object.values(UNSEEN).flat();
  expect(found.size).toBeGreaterThan(0);
  expect([...found.keys(), ...explained].filter((name) => !names.has(name))).toEqual([]);
  expect(explained.filter((name) => found.has(name))).toEqual([]);
  const open = [...names].filter((name) => !found.has(name) && !explained.includes(name));
  expect(open, "neither found nor explained").toEqual([]);
  const wrong = [...found].filter(
    ([, { steps, trace, scope }]) => steps !== trace.length || scopeNamed(scope) === undefined,
  );
  expect(wrong).toEqual([]);
});

test("docs/testing.md says how many mutants were found, in how many steps, and how many cannot be", () => {
  const steps = [...readMutants().values()].map((noticed) => noticed.steps);
  const unseen = Object.values(UNSEEN).flat().length;
  const told =
    /There are (\d+) named mutants of the core\. Scopes can show (\d+) of them: .* after ([\d.]+) steps in the median, .* The other (\d+) stand in/.exec(
      read("docs/testing.md").replaceAll("\n", " "),
    );
  const all = CORE_MUTANTS.length;
  expect(told?.slice(1).map(Number)).toEqual([all, steps.length, median(steps), unseen]);
});
