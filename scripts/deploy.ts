// `npm run deploy`: builds the page and deploys to the Cloudflare account that wrangler is logged in to.
import { command, QUIET_WRANGLER, runTool, WRANGLER } from "../tools/command.ts";
import { checkVars, ENVIRONMENT, environmentOf, readConfiguration } from "../tools/configuration.ts";
import { buildPage } from "../tools/page.ts";

const HELP = `
npm run deploy: builds the page and deploys the Worker with its Durable Objects (wrangler asks you to log in once).

  npm run deploy -- --dry-run        builds and checks everything, uploads nothing, needs no account
  npm run deploy -- --env staging    deploys the Worker to try things on, which has rooms and secrets of its own
  npm run deploy -- --at-once        busy rooms start anew on the new code, and do not go on for up to five minutes

Exit codes: 0 deployed, or checked; 1 failed; 2 wrong options.
`;

const OPTIONS = {
  ...ENVIRONMENT,
  "dry-run": { type: "boolean", default: false },
  "at-once": { type: "boolean", default: false },
} as const;

command(HELP, OPTIONS, async (values) => {
  const env = environmentOf(values.env);
  checkVars(await readConfiguration("wrangler.toml", env));
  console.log("Building the page ...");
  await buildPage();
  const dry = values["dry-run"] === true ? ["--dry-run"] : [];
  const update = values["at-once"] === true ? ["--durable-objects-code-update-mode", "immediate"] : [];
  await runTool(WRANGLER, ["deploy", "--env", env, ...dry, ...update], QUIET_WRANGLER);
});
