// `npm run build:client`: see tools/client-package.ts.
import { command } from "../tools/command.ts";
import { buildClientPackage, checkClientPackage } from "../tools/client-package.ts";

const HELP = `
npm run build:client: builds the client as a package in dist/client, and checks it with publint and @arethetypeswrong/cli.

  npm pack ./dist/client     makes a .tgz of it, to install elsewhere

Exit codes: 0 built and sound, 1 it could not be built, or what was built is not sound, 2 wrong options.
`;

command(HELP, {}, async () => {
  await buildClientPackage();
  await checkClientPackage();
});
