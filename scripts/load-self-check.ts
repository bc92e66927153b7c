// `npm run load:self-check`: does the engine do what the load scripts count on? Prints PASS or FAIL for each row of its contract.
import { spawn } from "node:child_process";
import { command, Failure, ROOT } from "../tools/command.ts";
import { commandLine, findEngine } from "../load/runner/engine.ts";
import { startTarget } from "../load/runner/targets.ts";

const HELP = `
npm run load:self-check: runs load/self-check.ts against an echo server that it starts, and ends.

  npm run load:self-check                    the project's host on Node
  npm run load:self-check -- --engine k6     the k6 on the PATH: do this first on a machine with k6

Exit codes: 0 all rows pass, 1 a row failed, 2 wrong options.
`;

command(HELP, { engine: { type: "string", default: "node" } }, async ({ engine: name }) => {
  const engine = await findEngine(String(name));
  console.log(`self-check of ${engine.name} ${engine.version}`);
  const echo = await startTarget("echo", undefined);
  try {
    const script = "load/self-check.ts";
    const { program, args, env } = commandLine(engine, { script, env: { CHAT_TARGET: echo.url } });
    const child = spawn(program, args, { cwd: ROOT, stdio: "inherit", env: { ...process.env, ...env } });
    const code = await new Promise<number>((resolve) => {
      child.once("error", () => resolve(1));
      child.once("exit", (exitCode) => resolve(exitCode ?? 1));
    });
    if (code !== 0)
      throw new Failure(`${engine.name} ended with exit code ${code}; see the rows that FAIL above.`);
  } finally {
    await echo.stop();
  }
});
