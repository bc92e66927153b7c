import { expect, test } from "vitest";
import { upgradePolicy } from "../../src/rate-limit/upgrades.ts";

test("[L10] the rate of connections is rounded up: rounded down, it would be up to twice as many", () => {
  const message = { periodMs: 7, burst: 7 };
  expect(upgradePolicy({ message, join: { periodMs: 19, burst: 1 } }).periodMs).toBe(2);
});
