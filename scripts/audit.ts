// `npm run audit`: asks the registry which advisories hold for the packages of the lock file.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Finding, judge, readExceptions, readReport, SEVERITIES } from "../tools/audit.ts";
import { command, Failure, ROOT } from "../tools/command.ts";

const HELP = `
npm run audit: asks the registry which advisories hold for the packages in package-lock.json, and prints those that are open.

  npm run audit -- --audit-level high      only what is as severe as that: ${SEVERITIES.join(", ")} (default low)
  npm run audit -- --registry ADDRESS      another registry than npm's own configuration says

Advisories that do no harm here stand in tools/audit-exceptions.json, each with its package, its reason and its last day.

Exit codes: 0 nothing is open; 1 an advisory is; 2 wrong options, or a wrong list; 3 the registry did not answer, so nothing is known.
`;

const EXCEPTIONS = join(ROOT, "tools", "audit-exceptions.json");

command(
  HELP,
  { "audit-level": { type: "string", default: "low" }, registry: { type: "string", default: "" } },
  async ({ "audit-level": level, registry }) => {
    const least = SEVERITIES.find((one) => one === level);
    if (least === undefined) throw new Failure(`--audit-level takes one of ${SEVERITIES.join(", ")}.`, 2);
    const exceptions = readExceptions(await readFile(EXCEPTIONS, "utf8"));
    const report = readReport(await audit(registry === "" ? [] : [`--registry=${String(registry)}`]));
    if ("silent" in report) {
      throw new Failure(
        `The registry told no advisories (${report.silent}), so nothing is known of the packages: try where it does.`,
        3,
      );
    }
    const today = new Date().toISOString().slice(0, 10);
    const { open, excused, stale } = judge(report.findings, exceptions, least, today);
    for (const finding of open) console.log(told(finding));
    for (const { finding, exception } of excused)
      console.log(`${told(finding)}\n  No harm here until ${exception.until}: ${exception.reason}`);
    for (const { package: name, advisory } of stale)
      console.log(
        `The exception of ${advisory} in ${name} is over, or not needed any more: take it out of the list.`,
      );
    if (open.length > 0) {
      throw new Failure(
        `${open.length} open: lift the package, or write into tools/audit-exceptions.json why it does no harm.`,
      );
    }
    console.log(`Nothing is open from ${least} on; ${excused.length} excused.`);
  },
);

const told = ({ severity, package: name, range, title, advisory }: Finding): string =>
  `${severity}: ${name} ${range}: ${title} (${advisory})`;

/** What npm prints. That it fails where it finds something is no failure of ours. */
async function audit(options: readonly string[]): Promise<string> {
  const { npm_execpath: cli } = process.env;
  const args = [
    "audit",
    "--json",
    "--package-lock-only",
    "--fetch-retries=1",
    "--fetch-timeout=20000",
    ...options,
  ];
  const isNpm = cli?.endsWith("npm-cli.js") === true;
  const [file, ...first] = isNpm ? [process.execPath, cli] : ["npm"];
  const child = spawn(file ?? "npm", [...first, ...args], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "ignore"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await new Promise<void>((resolve, reject) => {
    child.on("error", () => reject(new Failure("npm could not be run: install it, and try again.", 3)));
    child.on("close", () => resolve());
  });
  return output;
}
