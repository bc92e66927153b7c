import { expect, test } from "vitest";
import { Recent } from "../../src/rate-limit/recent.ts";

/** What a table of two keys remembers after these were set, in this order. */
function known(...keys: readonly string[]): string[] {
  const table = new Recent<number>(2);
  for (const [i, key] of keys.entries()) table.set(key, i);
  return ["ann", "bob", "cleo"].flatMap((key) => {
    const value = table.get(key);
    return value === undefined ? [] : [`${key} ${value}`];
  });
}

test("[L10] [P5] as many keys as there is room for are remembered, each with what was set last", () => {
  expect(known()).toEqual([]);
  expect(known("ann", "bob")).toEqual(["ann 0", "bob 1"]);
  expect(known("ann", "bob", "bob")).toEqual(["ann 0", "bob 2"]);
});

test("[L10] [P5] one more takes the place of the one that was set longest ago, not of the one that came first", () => {
  expect(known("ann", "bob", "cleo")).toEqual(["bob 1", "cleo 2"]);
  expect(known("ann", "bob", "ann", "cleo")).toEqual(["ann 2", "cleo 3"]);
});
