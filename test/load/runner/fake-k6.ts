// In the place of k6: a program that notes what it was told and writes the tally that a test wants.
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Tally } from "../../../load/lib/tally.ts";
import { type RunResult, TALLY_FIELDS } from "../../../load/runner/result.ts";

/** A result without what `npm run load` adds to the tally. */
export const tallyOf = (result: RunResult): Tally =>
  Object.fromEntries(TALLY_FIELDS.map((field) => [field, result[field]])) as unknown as Tally;

/** Puts a k6 on a PATH of its own, in a new folder `name`, that yields this tally; returns the environment for it. */
export async function fakeK6(
  folder: string,
  name: string,
  tally: Tally,
  { version = "1.8.1", exit = 0 } = {},
): Promise<NodeJS.ProcessEnv> {
  const bin = join(folder, name);
  await mkdir(bin, { recursive: true });
  // Shell and JavaScript at once: a path with a blank fits no #! line.
  const program = `#!/bin/sh
":" //; exec "${process.execPath}" "$0" "$@"
const { writeFileSync } = require("node:fs");
const args = process.argv.slice(2);
if (args[0] === "version") {
  console.log("k6 v${version} (go1.25.1, linux/amd64)");
  process.exit(0);
}
const value = (name) => args.find((arg) => arg.startsWith(name + "="))?.slice(name.length + 1);
(async () => {
  const answer = await fetch(value("CHAT_TARGET").replace("ws", "http") + "/api/room").catch(() => null);
  writeFileSync(${JSON.stringify(join(bin, "told.json"))}, JSON.stringify({ args, status: answer?.status ?? null }));
  console.error('progress {"vu":1,"joined":100,"delivered":5000,"sent":50,"p99":4,"lag":1}');
  if (${exit} === 0 || ${exit} === 99) writeFileSync(value("CHAT_OUT"), ${JSON.stringify(JSON.stringify(tally))});
  setTimeout(() => process.exit(${exit}), 2_500);
})();
`;
  await writeFile(join(bin, "k6"), program);
  await chmod(join(bin, "k6"), 0o755);
  return { PATH: `${bin}${delimiter}${process.env.PATH ?? ""}` };
}

/** What that k6 was told, and what it got from the target. */
export const told = async (
  folder: string,
  name: string,
): Promise<{ args: string[]; status: number | null }> =>
  JSON.parse(await readFile(join(folder, name, "told.json"), "utf8")) as {
    args: string[];
    status: number | null;
  };
