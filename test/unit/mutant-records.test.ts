// Which verdicts of mutation runs still stand, and which mutants have to be run again.
import { expect, test } from "vitest";
import { type Mutant as Named, MUTANTS } from "../mutants/mutants.ts";
import { digestOfVerdict, fewestTests, formatVerdicts, parseVerdicts, standing } from "../mutants/record.ts";
import { formatRecords, parseRecords, recordOf, toMutate } from "../stryker/record.ts";
import { type Mutant, NOTHING } from "../stryker/verdict.ts";

const SOURCE = "src/room/room.ts";
const TEST = "test/unit/room.test.ts";
const OTHER = "test/unit/other.test.ts";

const FILES: Readonly<Record<string, string>> = {
  [SOURCE]: "if (a > b) return;\nstop();\n",
  [TEST]: 'import { machine } from "../support/machine.ts";',
  [OTHER]: 'import { expect } from "vitest";',
  "test/support/machine.ts":
    'import { until } from "./until.ts";\nimport { presence } from "../../src/room/presence.ts";',
  "test/support/until.ts": "export const until = 1;",
  "src/room/presence.ts": "stop();",
};

/** The project, with some files changed; null deletes one. */
const project =
  (changes: Readonly<Record<string, string | null>> = {}) =>
  (file: string): string | null =>
    file in changes ? (changes[file] ?? null) : (FILES[file] ?? null);

/** What a verdict by TEST rests on, and what it does not. */
const CHANGES = [
  { what: "nothing", changes: {}, stands: true },
  { what: "the source file", changes: { [SOURCE]: "if (a > b) return;\nstop(1);\n" }, stands: false },
  { what: "the test that noticed", changes: { [TEST]: "// weaker" }, stands: false },
  { what: "the test that noticed, which is gone", changes: { [TEST]: null }, stands: false },
  { what: "what that test imports", changes: { "test/support/machine.ts": "" }, stands: false },
  { what: "what its import imports", changes: { "test/support/until.ts": "// weaker" }, stands: false },
  { what: "another test", changes: { [OTHER]: "// other" }, stands: true },
  {
    what: "other code, which that test imports",
    changes: { "src/room/presence.ts": "// other" },
    stands: true,
  },
];

const named: Named = { name: "never stops", file: SOURCE, from: "stop();", to: "" };
const recorded = new Map([
  [named.name, { digest: digestOfVerdict(named, [TEST], project()), laws: ["D1"], tests: [TEST] }],
]);

test.each(CHANGES)(
  "a named mutant's verdict, after a change of $what, stands: $stands",
  ({ changes, stands }) => {
    expect(standing(recorded, named, project(changes)) !== null).toBe(stands);
  },
);

test.each([{ name: "other" }, { from: "stop()" }, { to: "stop(2);" }, { file: "src/room/presence.ts" }])(
  "a named mutant that is another one, by %j, has no verdict",
  (change) => {
    expect(standing(recorded, { ...named, ...change }, project())).toBeNull();
  },
);

test("a survivor is never taken over", () => {
  const digest = digestOfVerdict(named, [], project());
  const survived = new Map([[named.name, { digest, laws: [], tests: [] }]]);
  expect(standing(survived, named, project())).toBeNull();
});

test("the tests on record are few, and account for all laws", () => {
  const noticed = { "c.ts": ["D1"], "b.ts": ["D1", "D2"], "a.ts": ["D2", "D1"], "d.ts": ["L1", "D1"] };
  expect(fewestTests(new Map(Object.entries(noticed)))).toEqual(["a.ts", "d.ts"]);
});

test("the record of named mutants has a line a mutant, by name, and loses what is no mutant any more", () => {
  const verdict = { digest: "0", laws: ["D1"], tests: [TEST] };
  const some = MUTANTS.slice(0, 2);
  const text = formatVerdicts(
    new Map([...some.map(({ name }) => [name, verdict] as const), ["no more", verdict]]),
    MUTANTS,
  );
  expect(text.split("\n")).toHaveLength(some.length + 3);
  expect([...parseVerdicts(text).keys()]).toEqual(some.map(({ name }) => name).toSorted());
});

const mutantOf = (range: string, by: string): Mutant => ({
  file: SOURCE,
  at: Number.parseInt(range),
  range,
  line: FILES[SOURCE]?.split("\n")[Number.parseInt(range) - 1] ?? "",
  change: "a > b → a >= b",
  by,
  isNoticed: by !== NOTHING,
});
const all = [
  mutantOf("1:0-1:18", "Timeout"),
  mutantOf("1:4-1:9", TEST),
  mutantOf("2:0-2:7", OTHER),
  mutantOf("2:0-2:6", NOTHING),
];
const record = recordOf(SOURCE, undefined, all, project());
const explained = (): boolean => true;

test.each(CHANGES)("StrykerJS's verdicts, after a change of $what, stand: $stands", ({ changes, stands }) => {
  const ranges = toMutate(SOURCE, record, explained, project(changes));
  if (stands && !(OTHER in changes)) expect(ranges).toEqual([]);
  else if (SOURCE in changes) expect(ranges).toEqual([SOURCE]);
  else expect(ranges).toEqual([OTHER in changes ? `${SOURCE}:2:0-2:7` : `${SOURCE}:1:4-1:9`]);
});

test("a file without a record is mutated whole; a survivor without a reason is mutated again", () => {
  expect(toMutate(SOURCE, undefined, explained, project())).toEqual([SOURCE]);
  expect(toMutate(SOURCE, record, () => false, project())).toEqual([`${SOURCE}:2:0-2:6`]);
});

test("what was mutated again takes the place of what was, and the rest of the file's record stays", () => {
  const read = project({ [TEST]: "// another" });
  const after = recordOf(SOURCE, record, [mutantOf("1:4-1:9", NOTHING)], read);
  expect(after.mutants.map(({ by }) => by)).toEqual(["Timeout", NOTHING, NOTHING, OTHER]);
  expect(Object.keys(after.tests)).toEqual([OTHER]);
  const changed = project({ [SOURCE]: "another();" });
  expect(recordOf(SOURCE, record, [mutantOf("1:4-1:9", TEST)], changed).mutants).toHaveLength(1);
});

test("the record of StrykerJS's mutants is read as it was written, a line a mutant", () => {
  const text = formatRecords(new Map([[SOURCE, record]]), [SOURCE]);
  expect(parseRecords(text, project()).get(SOURCE)).toEqual(record);
  expect(text.split("\n").filter((line) => line.startsWith("["))).toHaveLength(all.length);
  expect(formatRecords(new Map([[SOURCE, record]]), [])).not.toContain(SOURCE);
});
