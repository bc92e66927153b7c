// `npm run uninstall`: removes what `npm run deploy` made. Deleting a Durable Object class takes a migration that names it.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { command, Failure, QUIET_WRANGLER, ROOT, runTool, WRANGLER } from "./lib/command.ts";

const HELP = `
npm run uninstall: deletes every room with all its messages, then the Worker itself. Asks before it does.

  npm run uninstall -- --dry-run    builds and checks the migration, deletes nothing, needs no account
  npm run uninstall -- --yes        does not ask
`;

const NAME = "edge-chat";
const FOLDER = join(ROOT, ".state", "uninstall");

/** A Worker that does nothing and has no bindings: only so may the classes of the old one be deleted. */
const EMPTY_WORKER = `export default { fetch: () => new Response("Edge Chat was removed.", { status: 410 }) };\n`;

const MIGRATION = `
[[migrations]]
tag = "uninstall"
deleted_classes = ["ChatRoom", "RateLimiter"]
`;

command(
  HELP,
  { "dry-run": { type: "boolean", default: false }, yes: { type: "boolean", default: false } },
  async (values) => {
    const isDryRun = values["dry-run"] === true;
    if (!isDryRun && values.yes !== true) await confirm();
    await mkdir(FOLDER, { recursive: true });
    const config = join(FOLDER, "wrangler.toml");
    await writeFile(join(FOLDER, "empty.js"), EMPTY_WORKER);
    await writeFile(config, await uninstallConfig());
    try {
      console.log("Deleting the Durable Object classes with all their data ...");
      await runTool(
        WRANGLER,
        ["deploy", "--config", config, ...(isDryRun ? ["--dry-run"] : [])],
        QUIET_WRANGLER,
      );
      if (isDryRun) return;
      console.log("Deleting the Worker ...");
      await runTool(WRANGLER, ["delete", "--name", NAME, "--force"], QUIET_WRANGLER);
    } finally {
      await rm(FOLDER, { recursive: true, force: true });
    }
  },
);

/** The deployed migrations, then the one that deletes. wrangler.toml itself stays as it is, for the next deploy. */
async function uninstallConfig(): Promise<string> {
  const toml = await readFile(join(ROOT, "wrangler.toml"), "utf8");
  const date = /^compatibility_date = .*$/m.exec(toml)?.[0] ?? "";
  const migrations = toml.match(/^\[\[migrations\]\]\n(?:\w.*\n)+/gm) ?? [];
  if (date === "" || migrations.length === 0) {
    throw new Failure("wrangler.toml has no compatibility_date or no migrations; restore it and try again.");
  }
  return [`name = "${NAME}"`, 'main = "empty.js"', date, ...migrations, MIGRATION].join("\n");
}

async function confirm(): Promise<void> {
  if (!process.stdin.isTTY)
    throw new Failure("This deletes all rooms; say so with: npm run uninstall -- --yes", 2);
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await prompt.question(`This deletes every room and message. Type ${NAME} to go on: `);
  prompt.close();
  if (answer.trim() !== NAME) throw new Failure("Nothing was deleted.");
}
