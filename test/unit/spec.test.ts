import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** All ids of rules: the first cells of SPEC.md's tables. */
const rules = [...readFileSync("SPEC.md", "utf8").matchAll(/^\| ([CPDL]\d+) \|/gm)].map(([, id]) => id ?? "");

/** All ids at the start of tests' names. */
const tested = new Set(
  readdirSync("test", { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => [...readFileSync(join("test", file), "utf8").matchAll(/["'`]((?:\[[CPDL]\d+\] ?)+)/g)])
    .flatMap(([, ids]) => (ids ?? "").match(/[CPDL]\d+/g) ?? []),
);

test("every rule of SPEC.md has a test, and every test's rule stands in SPEC.md", () => {
  expect(rules.length).toBeGreaterThan(30);
  expect(rules.filter((id) => !tested.has(id))).toEqual([]);
  expect([...tested].filter((id) => !rules.includes(id))).toEqual([]);
});
