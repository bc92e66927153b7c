// `npm run types`: the types of the Worker's bindings, by wrangler.toml.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { experimental_generateTypes as generateTypes } from "wrangler";
import { command, Failure, ROOT } from "../tools/command.ts";

const HELP = `
npm run types: writes worker-configuration.d.ts, the types of what wrangler.toml binds to the Worker.

  npm run types -- --check    writes nothing, and fails where the file is not what wrangler.toml says; part of npm run check

Exit codes: 0 done, or up to date; 1 stale; 2 wrong options.
`;

const FILE = "worker-configuration.d.ts";

command(HELP, { check: { type: "boolean", default: false } }, async ({ check }) => {
  const generated = await generateTypes({
    config: join(ROOT, "wrangler.toml"),
    path: join(ROOT, FILE),
    // Runtime types are those of @cloudflare/workers-types. A developer's own .dev.vars are nobody else's business:
    // src/secrets.d.ts has the secrets.
    includeRuntime: false,
    envFile: [join(ROOT, "no.env")],
    strictVars: false,
  });
  const text = `// Made by \`npm run types\` from wrangler.toml; not to be edited.\n${generated.env ?? ""}\n`;
  const path = join(ROOT, FILE);
  if (check !== true) return writeFile(path, text);
  if ((await readFile(path, "utf8").catch(() => "")) !== text) {
    throw new Failure(`${FILE} is not what wrangler.toml says; run: npm run types`);
  }
});
