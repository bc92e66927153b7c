// `npm run typecheck`: compiles each world with its own globals, so that a WebSocket in the core is an error.
import { command, runTool } from "../tools/command.ts";

const WORLDS = ["pure", "worker", "client", "workerd", "browser-tests", "load", "node", "examples"];

const HELP = `
npm run typecheck: compiles the project's worlds, one after the other.

Exit codes: 0 all compile, 1 one does not, 2 wrong options.
`;

command(HELP, {}, async () => {
  for (const world of WORLDS) {
    console.log(`  typecheck ${world}`);
    await runTool("node_modules/typescript/bin/tsc", ["-p", `tsconfig/${world}.json`]);
  }
});
