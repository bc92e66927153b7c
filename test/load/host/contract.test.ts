import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const [first = "", second = ""] = readFileSync("load/host/CONTRACT.md", "utf8").split(
  "No test of the host can show this row:",
);
const rows = (table: string): string[] => [...table.matchAll(/^\| (K\d+) \|/gm)].map(([, id]) => id ?? "");

/** All ids at the start of tests' names. */
const tested = new Set(
  readdirSync("test/load/host")
    .flatMap((file) => [
      ...readFileSync(join("test/load/host", file), "utf8").matchAll(/["'`]((?:\[K\d+\] ?)+)/g),
    ])
    .flatMap(([, ids]) => (ids ?? "").match(/K\d+/g) ?? []),
);

test("every row of CONTRACT.md that applies has a test, and every test's row stands there", () => {
  expect(rows(first).length).toBeGreaterThan(20);
  expect(rows(first).filter((id) => !tested.has(id))).toEqual([]);
  expect([...tested].filter((id) => !rows(first).includes(id))).toEqual([]);
  expect(rows(second)).toEqual(["K38"]);
});

test("the self-check has no row that is not in CONTRACT.md", () => {
  const checked = readdirSync("load/self-check")
    .flatMap((file) => [...readFileSync(join("load/self-check", file), "utf8").matchAll(/^ {2}(K\d+):/gm)])
    .map(([, id]) => id ?? "");
  expect(checked.length).toBeGreaterThan(15);
  expect(checked.filter((id) => !rows(first).includes(id))).toEqual([]);
});
