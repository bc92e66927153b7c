import { expect, test } from "vitest";
import { matrix } from "../mutants/matrix.ts";

test("the matrix has a row a mutant, what the exploration found of it, and a mark for each law that noticed it", () => {
  const rows = [
    { name: "one", laws: ["D10", "D2"], tests: [], explored: "4 in S1" },
    { name: "two", laws: ["D2"], tests: [], explored: "" },
    { name: "three", laws: [], tests: [], explored: "" },
  ];
  expect(matrix(rows).split("\n").slice(2, -1)).toEqual([
    "| mutant | explored | D2 | D10 |",
    "|---|---|---|---|",
    "| one | 4 in S1 | ● | ● |",
    "| two |  | ● |  |",
    "| three **survived** |  |  |  |",
  ]);
});
