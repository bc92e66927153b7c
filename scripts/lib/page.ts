// Builds the page: TypeScript and CSS into public/build. The same options for start, deploy and tests.
import { build } from "esbuild";
import { ROOT } from "./command.ts";

export async function buildPage(): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: { main: "src/client/page/main.ts", style: "src/client/page/style.css" },
    outdir: "public/build",
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
  });
}
