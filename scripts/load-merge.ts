// `npm run load:merge`: the results of several instances of one run as one result, judged as one.
import { resolve } from "node:path";
import { command, Failure } from "../tools/command.ts";
import { mergeResults } from "../load/runner/merge.ts";
import { typed } from "../load/runner/request.ts";
import { exitCodeOf, readInstance } from "../load/runner/result.ts";
import { saveReport, sayNotes, sayResult } from "../load/runner/save.ts";

const HELP = `
npm run load:merge -- OUT a/result.json b/result.json ...: merges instances of one run into one result and report.

  npm run load -- fanout --target URL --run r1 --segment 0:1/2 --out a       on one machine
  npm run load -- fanout --target URL --run r1 --segment 1/2:1 --out b       on another, at the same time
  npm run load:merge -- both a/result.json b/result.json

It takes the bare tallies too that k6 writes to CHAT_OUT elsewhere, e.g. on Kubernetes (load/README.md).

Exit codes: 0 VALID, 1 BROKEN, 2 no results of one run, 3 VOID.
`;

command(
  HELP,
  {},
  async (_values, operands) => {
    const [out, ...files] = operands;
    if (out === undefined || files.length < 2) {
      throw new Failure(
        "Name a folder to write and two results or more: npm run load:merge -- OUT a.json b.json",
        2,
      );
    }
    if (new Set(files.map((file) => resolve(file))).size < files.length)
      throw new Failure("Name each result once: what counts twice was not measured.", 2);
    const results = await Promise.all(files.map(readInstance));
    const typedCommand = typed("load:merge", process.argv.slice(2));
    const merged = merge(results, typedCommand);
    for (const line of [...sayResult(merged), ...sayNotes([merged])]) console.log(line);
    const title = `Edge Chat load: ${merged.scenario}, ${merged.instances} instances`;
    const commands = [...results.map((result) => result.command), typedCommand].join("\n");
    console.log(
      `Report: ${await saveReport(resolve(out), { title, results: [merged], ladder: null, command: commands })}`,
    );
    process.exitCode = exitCodeOf([merged]);
  },
  { takesOperands: true },
);

function merge(...args: Parameters<typeof mergeResults>): ReturnType<typeof mergeResults> {
  try {
    return mergeResults(...args);
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message : String(error), 2);
  }
}
