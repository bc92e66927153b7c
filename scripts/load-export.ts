// `npm run load:export`: a result in the format of another tool, on standard output.
import { command, Failure } from "../tools/command.ts";
import { exportAs, FORMATS } from "../load/runner/exports.ts";
import { readRepeats } from "../load/runner/result.ts";

const HELP = `
npm run -s load:export -- FOLDER --as FORMAT: writes the results of a folder of npm run load, or one result.json, to standard output.

  markdown      a table, as for a workflow's step summary
  junit         a test case a run: BROKEN fails it, VOID skips it
  openmetrics   counts and percentiles
  csv           the seconds of the measured window
  hgrm          the latency by percentile, for HdrHistogram's plotter

  --as FORMAT             one of these (default markdown)

Exit codes: 0 written, 2 there is no result.
`;

command(
  HELP,
  { as: { type: "string", default: "markdown" } },
  async ({ as }, [path, ...more]) => {
    if (path === undefined || more.length > 0) throw new Failure("Name one folder, or a result.json.", 2);
    const format = FORMATS.find((known) => known === as);
    if (format === undefined) throw new Failure(`--as takes ${FORMATS.join(", ")}.`, 2);
    process.stdout.write(exportAs(format, await readRepeats(path)));
  },
  { takesOperands: true },
);
