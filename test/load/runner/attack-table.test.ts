// The table of `npm run attacks`, and what its --limit makes of it.
import { expect, test } from "vitest";
import {
  COLUMNS,
  complaintOf,
  GOAL,
  HEAD,
  type Costs,
  type Round,
  rowOf,
  timesOf,
} from "../../../load/runner/attack-table.ts";
import { start } from "../../support/host-run.ts";

const NOTHING: Costs = {
  seconds: 8,
  connections: 0,
  "into rooms": 0,
  frames: 0,
  refusals: 0,
  "of one socket": 0,
  heard: 0,
  closed: 0,
  "Worker requests": 0,
  "object requests": 0,
  "rows written": 0,
  "CPU s": 1.25,
  "KiB kept": 36,
};

const round = (quiet: number, beside: number, costs: Partial<Costs> = {}): Round => ({
  costs: { ...NOTHING, ...costs },
  quiet: [quiet],
  beside: [beside],
});

test("each figure is the median of the rounds, and times that of the rounds' own ratios", () => {
  const rounds = [
    round(10, 11, { frames: 1, closed: 7 }),
    // The machine did something else.
    round(50, 60, { frames: 3, closed: 7 }),
    round(5, 7, { frames: 2, closed: 8 }),
  ];
  expect(timesOf(rounds)).toBe(1.2);
  expect(rowOf("a flood", rounds)).toBe(
    "| a flood | 8 | 0 | 0 | 2 | 0 | 0 | 0 | 7 | 0 | 0 | 0 | 1.3 | 36 | 11.0 | 11.0 | 10.0 | 1.2 |",
  );
});

test("a row that misses the goal is bold, and one that just meets it is not", () => {
  expect(rowOf("met", [round(10, 10 * GOAL)])).toMatch(/ \| 1\.5 \|$/);
  expect(rowOf("missed", [round(10, 10 * GOAL + 1)])).toMatch(/ \| \*\*1\.6\*\* \|$/);
});

const bars = (line: string): number => line.split("|").length;

test("the head has as many cells as a row", () => {
  const lines = [...HEAD.split("\n"), rowOf("any", [round(1, 1)])];
  expect(lines.map(bars)).toEqual(lines.map(() => COLUMNS.length + 2));
});

test("--limit complains of each attack beside which people waited longer, and of no other", () => {
  const times = new Map([
    ["a flood", 1.6],
    ["pings", 1.5],
    ["a crowd", 6.5],
  ]);
  expect(complaintOf(1.5, times)).toBe(
    'Honest people waited beyond --limit 1.5: "a flood" (1.6), "a crowd" (6.5).',
  );
  expect(complaintOf(6.5, times)).toBeNull();
  expect(complaintOf(Infinity, times)).toBeNull();
});

test("a --limit that is none ends with exit code 2, before anything runs", async () => {
  const run = await start(["scripts/attacks.ts", "--limit", "often"]);
  expect(run.stderr).toMatch(/^--limit takes a number from 0\.1 to 1000\.$/m);
  expect(run.code).toBe(2);
});
