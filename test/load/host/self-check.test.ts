import { expect, test } from "vitest";
import { start } from "../../support/host-run.ts";

test("load:self-check passes on the host, row by row", async () => {
  const { code, stdout } = await start(["scripts/load-self-check.ts"]);
  expect(stdout.match(/^FAIL.*$/gm)).toBeNull();
  expect(stdout.match(/^PASS/gm)).toHaveLength(21);
  expect(code).toBe(0);
});
