// `npm run deploy`: builds the page and deploys to the Cloudflare account that wrangler is logged in to.
import { command, QUIET_WRANGLER, runTool, WRANGLER } from "../tools/command.ts";
import { checkVars, readConfiguration } from "../tools/configuration.ts";
import { buildPage } from "../tools/page.ts";

const HELP = `
npm run deploy: builds the page and deploys the Worker with its Durable Objects (wrangler asks you to log in once).

  npm run deploy -- --dry-run    builds and checks everything, uploads nothing, needs no account
`;

command(HELP, { "dry-run": { type: "boolean", default: false } }, async (values) => {
  checkVars(await readConfiguration());
  console.log("Building the page ...");
  await buildPage();
  const args = values["dry-run"] === true ? ["deploy", "--dry-run"] : ["deploy"];
  await runTool(WRANGLER, args, QUIET_WRANGLER);
});
