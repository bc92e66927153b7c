// `npm run check:k6-engine`: the scripts and the pure code beneath them, tried in k6's JavaScript engine (sobek, built with Go).
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { build } from "esbuild";
import { command, Failure, ROOT } from "../tools/command.ts";

const HELP = `
npm run check:k6-engine: every script in load/ compiles and initialises in k6's JavaScript engine, and the pure code gives
the same results there as on Node. Builds the engine with Go (its modules come from the Go proxy, once).

  npm run check:k6-engine -- --write   writes down which names the engine has (load/engine/shape.json), for the host

Without Go it says that nothing was checked: exit code 0, or 1 where CI=true.
`;

interface Program {
  readonly name: string;
  readonly code: string;
}

interface Outcome {
  readonly name: string;
  readonly result: string;
  readonly error: string;
}

const SHAPE = "load/engine/shape.json";

command(HELP, { write: { type: "boolean", default: false } }, async ({ write }) => {
  const programs = [
    await callProgram("shapeOfEngine", "shape.ts"),
    await callProgram("vectors", "vectors.ts"),
    ...(await scriptPrograms()),
  ];
  console.log(`Running ${programs.length} programs in k6's engine ...`);
  const outcomes = await inEngine(programs);
  if (outcomes === null) return;
  const broken = outcomes.filter(({ error }) => error !== "");
  for (const { name, error } of broken) console.error(`  ${name}: ${error}`);
  if (broken.length > 0)
    throw new Failure(`${broken.length} of ${outcomes.length} programs failed in k6's engine; see above.`);
  const [shape, vectors, ...scripts] = outcomes.map(({ result }) => result);
  await checkShape(shape ?? "", write === true);
  await checkVectors(vectors ?? "{}");
  console.log(`  ${scripts.length} scripts compile and initialise`);
});

/** A script whose value is `result`, an expression over what `entry` exports as `program`. */
async function program(name: string, entry: string, result: string): Promise<Program> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    stdin: { contents: entry, resolveDir: ROOT, loader: "ts" },
    bundle: true,
    write: false,
    format: "iife",
    globalName: "program",
    target: "esnext",
    logLevel: "silent",
    plugins: [
      {
        name: "k6",
        setup: (bundle) => {
          bundle.onResolve({ filter: /^k6($|\/)/ }, ({ path }) => ({ path, namespace: "k6" }));
          bundle.onLoad({ filter: /.*/, namespace: "k6" }, async () => ({
            contents: await readFile(join(ROOT, "load/engine/stubs.js"), "utf8"),
            loader: "js",
          }));
        },
      },
    ],
  });
  // What k6 adds to its engine; the rest of it is in stubs.js.
  const added = 'const __ENV = { CHAT_TARGET: "ws://127.0.0.1:8787" }, __VU = 0, __ITER = 0, console = {};';
  // In a function: a global `var` would hide the engine's own globals from a listing.
  return { name, code: `(() => {\n${added}\n${outputFiles[0]?.text ?? ""}\nreturn ${result};\n})()` };
}

/** Calls one exported function of a file and gives what it returns as JSON. */
function callProgram(name: string, file: string): Promise<Program> {
  const entry = `export { ${name} } from "./load/engine/${file}";`;
  return program(name, entry, `JSON.stringify(program.${name}())`);
}

async function scriptPrograms(): Promise<Program[]> {
  const files = (await readdir(join(ROOT, "load"))).filter(
    (file) => file.endsWith(".ts") && !file.endsWith(".d.ts"),
  );
  return Promise.all(
    files
      .toSorted()
      .map((file) => program(file, `export * from "./load/${file}";`, "Object.keys(program).join()")),
  );
}

/** What became of each program, or null without Go (which is a failure in CI). */
async function inEngine(programs: readonly Program[]): Promise<Outcome[] | null> {
  const child = spawn("go", ["run", "."], {
    cwd: join(ROOT, "load/engine"),
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit").catch(() => null);
  child.stdin.on("error", () => {});
  child.stdin.end(JSON.stringify(programs));
  const said = await text(child.stdout);
  const exit = await ended;
  if (exit === null) {
    const sentence =
      "NOT CHECKED: there is no Go on the PATH; install Go 1.25 or newer to try the scripts in k6's engine.";
    if (process.env.CI === "true") throw new Failure(sentence);
    console.error(sentence);
    return null;
  }
  if (exit[0] !== 0) throw new Failure("The engine did not build or run; see above.");
  return JSON.parse(said) as Outcome[];
}

/** The host deletes what is not in the file: where the engine moved on, the host has to know. */
async function checkShape(shape: string, isWriting: boolean): Promise<void> {
  const written = `${JSON.stringify(JSON.parse(shape), null, 2)}\n`;
  if (isWriting) await writeFile(join(ROOT, SHAPE), written);
  const kept = JSON.stringify(JSON.parse(await readFile(join(ROOT, SHAPE), "utf8")));
  if (kept !== shape) {
    throw new Failure(
      `The engine's names are not those in ${SHAPE}; run: npm run check:k6-engine -- --write`,
    );
  }
  console.log(
    `  ${Object.keys(JSON.parse(shape) as object).length} standard objects are as the host makes them`,
  );
}

async function checkVectors(there: string): Promise<void> {
  const { vectors } = await import("../load/engine/vectors.ts");
  const here = vectors();
  const results = JSON.parse(there) as Record<string, unknown>;
  const differing = Object.entries(here).filter(
    ([name, value]) => JSON.stringify(results[name]) !== JSON.stringify(value),
  );
  for (const [name, value] of differing) {
    console.error(`  ${name}: Node ${JSON.stringify(value)}, k6's engine ${JSON.stringify(results[name])}`);
  }
  if (differing.length > 0)
    throw new Failure(`${differing.length} vectors differ in k6's engine; see above.`);
  console.log(`  ${Object.keys(here).length} vectors give the same results as on Node`);
}
