// `npm run uninstall`: removes what `npm run deploy` made. Deleting a Durable Object class takes a migration that names it.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { command, Failure, QUIET_WRANGLER, ROOT, runTool, WRANGLER } from "../tools/command.ts";
import { ENVIRONMENT, environmentOf, readConfiguration } from "../tools/configuration.ts";
import { uninstallOf } from "../tools/uninstall-config.ts";

const HELP = `
npm run uninstall: deletes every room with all its messages, then the Worker itself. Asks before it does.

  npm run uninstall -- --dry-run        builds and checks the migration, deletes nothing, needs no account
  npm run uninstall -- --env staging    deletes the Worker to try things on, and no other
  npm run uninstall -- --yes            does not ask

Exit codes: 0 it is gone, 1 nothing was deleted or Cloudflare refused, 2 wrong options, or nobody is there to be asked.
`;

const FOLDER = join(ROOT, ".state", "uninstall");

/** A Worker that does nothing and has no bindings: only so may the classes of the old one be deleted. */
const EMPTY_WORKER = `export default { fetch: () => new Response("Edge Chat was removed.", { status: 410 }) };\n`;

command(
  HELP,
  {
    ...ENVIRONMENT,
    "dry-run": { type: "boolean", default: false },
    yes: { type: "boolean", default: false },
  },
  async (values) => {
    const isDryRun = values["dry-run"] === true;
    const { name, json } = uninstallOf(await readConfiguration("wrangler.toml", environmentOf(values.env)));
    if (!isDryRun && values.yes !== true) await confirm(name);
    await mkdir(FOLDER, { recursive: true });
    const config = join(FOLDER, "wrangler.json");
    await writeFile(join(FOLDER, "empty.js"), EMPTY_WORKER);
    await writeFile(config, json);
    try {
      console.log("Deleting the Durable Object classes with all their data ...");
      await runTool(
        WRANGLER,
        ["deploy", "--config", config, ...(isDryRun ? ["--dry-run"] : [])],
        QUIET_WRANGLER,
      );
      if (isDryRun) return;
      console.log("Deleting the Worker ...");
      await runTool(WRANGLER, ["delete", "--name", name, "--force"], QUIET_WRANGLER);
    } finally {
      await rm(FOLDER, { recursive: true, force: true });
    }
  },
);

async function confirm(name: string): Promise<void> {
  if (!process.stdin.isTTY)
    throw new Failure("This deletes all rooms; say so with: npm run uninstall -- --yes", 2);
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await prompt.question(
    `This deletes every room and message of the Worker ${name}. Type its name to go on: `,
  );
  prompt.close();
  if (answer.trim() !== name) throw new Failure("Nothing was deleted.");
}
