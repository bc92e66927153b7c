// What docs/operating.md says of attacks and prices is what its own table, the command and docs/cost.md have.
import { expect, test } from "vitest";
import { ATTACKS } from "../../load/attacks/attacks.ts";
import { COLUMNS, GOAL } from "../../load/runner/attack-table.ts";
import { read } from "./documents.ts";
import { cells } from "./markdown.ts";

const page = read("docs/operating.md");
const table = page.slice(page.indexOf("| attack |")).split("\n\n")[0]?.split("\n").map(cells);
const [head = [], , ...rows] = table ?? [];

/** What a row has in a column, or null where it stands for what was not counted. */
const figure = (row: readonly string[], column: string): number | null => {
  const text = (row[COLUMNS.indexOf(column)] ?? "").replaceAll("*", "");
  return text === "·" ? null : Number(text);
};
const figures = (column: string): number[] => rows.flatMap((row) => figure(row, column) ?? []);

test("the table of attacks has the columns and rows of the command", () => {
  expect(head).toEqual(COLUMNS);
  expect(rows.map(([attack]) => attack)).toEqual(Object.keys(ATTACKS));
  expect(rows.flatMap((row) => COLUMNS.slice(1).map((column) => figure(row, column)))).not.toContain(NaN);
});

test("the goal is the command's, and those rows stand in bold that miss it", () => {
  expect(page).toContain(`honest p99 is at most ${GOAL} times that of the quiet seconds`);
  const missed = rows.filter((row) => (figure(row, "times") ?? 0) > GOAL);
  expect(rows.filter((row) => row.at(-1)?.startsWith("**"))).toEqual(missed);
});

test("how long most words took, and how many rows attacks write, is what the table has", () => {
  const [, p50] = /The honest p50 stayed within ([\d.]+) ms/.exec(page) ?? [];
  expect(Number(p50)).toBe(Math.max(...figures("honest p50")));
  const [, most] = /no attack writes more than (\d+) rows a second/.exec(page) ?? [];
  const written = rows.map((row) => (figure(row, "rows written") ?? 0) / (figure(row, "seconds") ?? 1));
  expect(Math.max(...written)).toBeLessThanOrEqual(Number(most));
  expect(Math.max(...written)).toBeGreaterThan(0);
});
