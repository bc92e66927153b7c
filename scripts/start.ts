// `npm start`: the chat, on this machine, from the real runtime.
import { command, Failure } from "../tools/command.ts";
import { wholeOf } from "../tools/numbers.ts";
import { buildPage } from "../tools/page.ts";
import { endWithParent } from "../tools/parent.ts";
import { startServer } from "../tools/server.ts";

const HELP = `
npm start: builds the page and serves the chat from workerd on this machine, for this machine only.

  npm start -- --port 8788            another port (default 8787)
  npm start -- --state .state/demo    another folder for what is kept between restarts (default .state/chat)
  npm start -- --var RATE_BURST=50    another value for a var of wrangler.toml, or a secret such as ADMIN_TOKEN; may be repeated
  npm start -- --logs                 shows what the Worker logs

Ctrl-C ends it. Exit codes: 0 ended by you, 1 could not start, 2 wrong options.
`;

command(
  HELP,
  {
    port: { type: "string", default: "8787" },
    state: { type: "string", default: ".state/chat" },
    var: { type: "string", multiple: true, default: [] },
    logs: { type: "boolean", default: false },
  },
  async ({ port, state, var: vars, logs }) => {
    const number = wholeOf("--port", port, 0, 65_535);
    let isStopping = false;
    let stop = stopAtOnce;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        isStopping = true;
        stop();
      });
    }
    // npm that is ended does not always pass it on.
    if (process.env.npm_lifecycle_event !== undefined) endWithParent();
    console.log("Building the page and starting workerd ...");
    const server = await startServer({
      port: number,
      state: String(state),
      vars: readVars(vars),
      prepare: buildPage,
      ...(logs === true && { onOutput: (chunk: Buffer) => process.stdout.write(chunk) }),
    });
    stop = () => void server.stop();
    console.log(
      `Edge Chat is ready: open ${server.url}; a second browser, or a private window, is a second person.`,
    );
    console.log("Ctrl-C ends it.");
    const code = await server.ended;
    if (!isStopping) throw new Failure(`The server ended by itself (exit code ${code}); start it again.`);
    console.log("Stopped.");
    process.exit(0);
  },
);

/** Until the server is up there is nothing to wait for: what was started ends with us. */
function stopAtOnce(): void {
  process.exit(0);
}

function readVars(given: unknown): Record<string, string> {
  const entries = Array.isArray(given) ? given.map(String) : [];
  return Object.fromEntries(
    entries.map((entry): [string, string] => {
      const [, name, value] = /^([A-Z_]+)=(.*)$/.exec(entry) ?? [];
      if (name === undefined || value === undefined) throw new Failure("--var takes NAME=value.", 2);
      return [name, value];
    }),
  );
}
