import { expect, test } from "vitest";
import { complaints, judge, type Mutant, report, scoreOf } from "../stryker/verdict.ts";

const PART = { name: "core", files: ["a.ts"], config: "", concurrency: 1, least: 90 } as const;
const REASON = {
  file: "a.ts",
  line: "if (a > b) return;",
  changes: ["a > b → a >= b"],
  why: "They are never equal.",
};

const mutantOf = (isNoticed: boolean, change = "a > b → true"): Mutant => ({
  file: "a.ts",
  at: 7,
  range: "7:0-7:18",
  line: "if (a > b) return;",
  change,
  by: isNoticed ? "a.test.ts" : "nothing",
  isNoticed,
});
const noticed = (count: number): Mutant[] => Array.from({ length: count }, () => mutantOf(true));
const explained = mutantOf(false, "a > b → a >= b");

test.each([
  { what: "all are noticed", mutants: noticed(9), accepted: [], wrong: [] },
  { what: "a survivor has its reason", mutants: [...noticed(9), explained], accepted: [REASON], wrong: [] },
  {
    what: "a survivor has none",
    mutants: [...noticed(9), mutantOf(false)],
    accepted: [],
    wrong: ["without a reason"],
  },
  { what: "a reason has no survivor", mutants: noticed(9), accepted: [REASON], wrong: ["are stale"] },
  {
    what: "a reason is for another file",
    mutants: noticed(9),
    accepted: [{ ...REASON, file: "b.ts" }],
    wrong: [],
  },
  {
    what: "the score is too low",
    mutants: [...noticed(8), explained],
    accepted: [REASON],
    wrong: ["less than 90 %"],
  },
])("a mutation run in which $what is told so", ({ mutants, accepted, wrong }) => {
  const told = complaints(judge(PART, mutants, accepted), true);
  expect(told).toHaveLength(wrong.length);
  for (const [i, words] of wrong.entries()) expect(told[i]).toContain(words);
});

test("a look at some files asks for no score, but for reasons", () => {
  expect(complaints(judge(PART, [explained], [REASON]), false)).toEqual([]);
  expect(complaints(judge(PART, [explained], []), false)).toHaveLength(1);
});

test("a mutation score is the share that is noticed, and the report names each survivor with its reason", () => {
  expect([scoreOf([]), scoreOf([...noticed(3), explained])]).toEqual([100, 75]);
  const text = report([judge(PART, [...noticed(3), explained, mutantOf(false)], [REASON])]);
  expect(text).toContain("| `a.ts` | 5 | 2 | 60.0 % |");
  expect(text).toContain("They are never equal.");
  expect(text).toContain("**No reason.**");
});
