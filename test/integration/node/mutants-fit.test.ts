import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../../tools/command.ts";
import { MUTANTS } from "../../mutants/mutants.ts";

test("each named mutant fits one place of the code, and no two have the same name", () => {
  const places = MUTANTS.map(({ name, file, from }) => ({
    name,
    places: readFileSync(join(ROOT, file), "utf8").split(from).length - 1,
  }));
  expect(places.filter((mutant) => mutant.places !== 1)).toEqual([]);
  expect(new Set(places.map(({ name }) => name)).size).toBe(MUTANTS.length);
});
