// What counts as having noticed a mutant, with a program in vitest's place.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runFiles } from "../mutants/tests.ts";

/** A project in which vitest is this program. */
async function projectOf(vitest: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), "edge-chat-mutant-"));
  onTestFinished(() => rm(copy, { recursive: true, force: true }));
  await mkdir(join(copy, "node_modules/vitest"), { recursive: true });
  await writeFile(join(copy, "node_modules/vitest/vitest.mjs"), vitest);
  return copy;
}

const FAILING = (copy: string): unknown => ({
  testResults: [
    {
      name: join(copy, "test/unit/a.test.ts"),
      status: "failed",
      assertionResults: [{ status: "failed", fullName: "[D1] one order", failureMessages: ["[P3] gap"] }],
    },
  ],
});

test("a test that fails has noticed a mutant, with the law that its message names", async () => {
  const copy = await projectOf(`
    import { writeFileSync } from "node:fs";
    const file = process.argv.find((word) => word.startsWith("--outputFile=")).slice(13);
    writeFileSync(file, process.env.REPORT);
    process.exit(1);
  `);
  process.env.REPORT = JSON.stringify(FAILING(copy));
  onTestFinished(() => void delete process.env.REPORT);
  expect(await runFiles(copy, ["test/unit/a.test.ts"])).toEqual(new Map([["test/unit/a.test.ts", ["P3"]]]));
});

test("tests that all pass have noticed nothing", async () => {
  expect(await runFiles(await projectOf(""), ["test/unit/a.test.ts"])).toEqual(new Map());
});

test.each([
  { what: "ends with an error", vitest: "process.exit(1)", how: "1" },
  { what: "is ended", vitest: 'process.kill(process.pid, "SIGKILL")', how: "SIGKILL" },
])("a run that $what and names no test proves nothing", async ({ vitest, how }) => {
  await expect(runFiles(await projectOf(vitest), ["test/unit/a.test.ts"])).rejects.toThrow(
    new RegExp(`ended with ${how} .* proves nothing`),
  );
});
