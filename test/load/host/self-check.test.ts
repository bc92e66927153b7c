import { expect, test } from "vitest";
import { startTarget } from "../../../load/targets/start.ts";
import { start } from "../../support/host-run.ts";

test("load/self-check.ts passes on the host, row by row", async () => {
  const echo = await startTarget("echo", { port: 0 });
  const url = `CHAT_TARGET=${echo.url.replace("http", "ws")}`;
  const { code, stdout } = await start(["load/host/main.ts", "run", "-q", "-e", url, "load/self-check.ts"]);
  await echo.stop();
  expect(stdout.match(/^FAIL.*$/gm)).toBeNull();
  expect(stdout.match(/^PASS/gm)).toHaveLength(19);
  expect(code).toBe(0);
});
