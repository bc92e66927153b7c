// The workflow to copy: nobody runs it here, so what can be checked of it is.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../../tools/command.ts";
import { SCRIPT_OPTIONS } from "../../../load/runner/options.ts";
import { RUN_OPTIONS } from "../../../load/runner/request.ts";

const workflow = await readFile(join(ROOT, "load", "examples", "load-ab.yml"), "utf8");
const { scripts } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** What its steps give to a shell. */
const shell = workflow
  .split(/\n {6}- /)
  .flatMap((step) => /\n? *run: (?:\|\n([^]*)|(.*))/.exec(step)?.slice(1, 3) ?? [])
  .join("\n");

test("it calls commands and options that there are", () => {
  const calls = [...shell.matchAll(/npm run -s ([a-z:]+) -- ([^\n;|]*)/g)];
  expect(calls.map(([, name]) => name)).toEqual(["load:ab", "load:export"]);
  const known = { ...SCRIPT_OPTIONS, ...RUN_OPTIONS, pairs: {}, tolerance: {}, as: {} };
  for (const [, name = "", words = ""] of calls) {
    expect(scripts).toHaveProperty([name]);
    for (const [, option = ""] of words.matchAll(/--([a-z][a-z-]*)/g)) expect(known).toHaveProperty([option]);
  }
});

test("it may read, and no more; every action is pinned to a major version", () => {
  expect(workflow).toMatch(/\npermissions:\n {2}contents: read\n\n/);
  expect(workflow.match(/permissions:/g)).toHaveLength(1);
  expect(workflow).not.toMatch(/pull_request_target|secrets\.|write/);
  expect(workflow).toContain("persist-credentials: false");
  const uses = [...workflow.matchAll(/uses: (.*)/g)].map(([, action]) => action);
  expect(uses).toHaveLength(3);
  for (const action of uses) expect(action).toMatch(/^actions\/[a-z-]+@v\d+$/);
});

test("no text of a pull request becomes part of a shell's program", () => {
  expect(shell).toContain("npm ci");
  expect(shell).not.toContain("${{");
});
