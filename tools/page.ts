// Builds what the Worker serves: the page, TypeScript and CSS into public/build, and the client for other pages as public/client.js.
// The same options for start, deploy and tests.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { build, type BuildOptions } from "esbuild";
import { ROOT } from "./command.ts";

export async function buildPage(): Promise<void> {
  const page = {
    ...MINIFIED,
    entryPoints: {
      "first-paint": "src/client/page/first-paint.ts",
      main: "src/client/page/main.ts",
      style: "src/client/page/style.css",
    },
    outdir: "public/build",
    // What is imported when it is asked for is a file of its own, by its name.
    splitting: true,
    chunkNames: "[name]",
  };
  // By itself: what it shared with the page would be a second request for both.
  for (const options of [page, await clientOptions()]) await write(options);
}

/** How /client.js is built. */
export async function clientOptions(): Promise<BuildOptions> {
  const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };
  return {
    ...MINIFIED,
    entryPoints: { client: "src/client/chat-client.ts" },
    outdir: "public",
    banner: { js: `// Edge Chat client ${version}, MIT` },
  };
}

const MINIFIED = {
  absWorkingDir: ROOT,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  logLevel: "warning",
} satisfies BuildOptions;

/** What is as it was is not written again: a server that runs would load it anew, and throw everybody out. */
async function write(options: BuildOptions): Promise<void> {
  const { outputFiles } = await build({ ...options, write: false });
  for (const { path, contents } of outputFiles) {
    const old = await readFile(path).catch(() => null);
    if (old?.equals(contents)) continue;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, contents);
  }
}
