// What names lines of the code has to follow it. Not among the unit tests: mutants are judged by those, and would all break this.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { MUTANTS } from "../../mutants/mutants.ts";
import { ACCEPTED } from "../../stryker/accepted.ts";

test("every named mutant fits the code, in one place", () => {
  const places = MUTANTS.map(({ name, file, from }) => [
    name,
    readFileSync(file, "utf8").split(from).length - 1,
  ]);
  expect(places.filter(([, count]) => count !== 1)).toEqual([]);
});

const linesOf = (file: string): string[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.trim());

test("every mutant that may survive is of a line that is there", () => {
  expect(ACCEPTED.filter(({ file, line }) => !linesOf(file).includes(line))).toEqual([]);
});
