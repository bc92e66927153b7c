// Builds the page: TypeScript and CSS into public/build. The same options for start, deploy and tests.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { build } from "esbuild";
import { ROOT } from "./command.ts";

/** What is as it was is not written again: a server that runs would load it anew, and throw everybody out. */
export async function buildPage(): Promise<void> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: {
      "first-paint": "src/client/page/first-paint.ts",
      main: "src/client/page/main.ts",
      style: "src/client/page/style.css",
    },
    outdir: "public/build",
    bundle: true,
    // What is imported when it is asked for is a file of its own, by its name.
    splitting: true,
    chunkNames: "[name]",
    write: false,
    minify: true,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
  });
  for (const { path, contents } of outputFiles) {
    const old = await readFile(path).catch(() => null);
    if (old?.equals(contents)) continue;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, contents);
  }
}
