import { expect, test } from "vitest";
import { fuzz } from "../../fuzz/fuzzer.ts";
import { nested } from "../../fuzz/nested.ts";

test("the fuzzer finds a fault behind conditions that chance alone would not meet: it keeps what comes nearer", async () => {
  const decoder = { name: "nested", seeds: ["start"], takes: nested };
  const { failure, kept, stretches } = await fuzz(decoder, 30_000, 7, "/fuzz/nested");
  expect(failure?.text.startsWith("fuzz!")).toBe(true);
  expect(String(failure?.error)).toContain("found");
  expect(kept).toBeGreaterThan(3);
  expect(stretches).toBeGreaterThan(4);
});
