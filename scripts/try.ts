// `npm run try`: the chat on Cloudflare for an hour, without an account.
import { command, QUIET_WRANGLER, runTool, WRANGLER } from "../tools/command.ts";
import { checkVars, readConfiguration } from "../tools/configuration.ts";
import { buildPage } from "../tools/page.ts";

const HELP = `
npm run try: deploys to a temporary account of Cloudflare, which ends after an hour unless you claim it at the address that wrangler
prints. It needs no account; wrangler refuses where you are logged in to one. Use npm run deploy there.

Exit codes: 0 deployed, 1 failed, 2 wrong options.
`;

command(HELP, {}, async () => {
  checkVars(await readConfiguration());
  console.log("Building the page ...");
  await buildPage();
  await runTool(WRANGLER, ["deploy", "--env", "", "--temporary"], QUIET_WRANGLER);
});
