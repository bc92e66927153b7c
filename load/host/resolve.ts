// [K2] What a script may import: k6's modules, as far as the host has them, and relative files with their extension.
import { registerHooks } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const MODULES: Readonly<Record<string, string>> = {
  k6: "k6/k6.ts",
  "k6/execution": "k6/execution.ts",
  "k6/metrics": "k6/metrics.ts",
  "k6/timers": "k6/timers.ts",
  "k6/websockets": "k6/websockets.ts",
};
const ENTRY = "host:entry";
const isScriptFile = /^\.{1,2}\/.*\.(ts|js|mjs)$/;

/** Imports a script after `first` was evaluated: the world is trimmed between the loading of the files and their first line. */
export async function importScript(script: string, first: string): Promise<Record<string, unknown>> {
  const files = new Set<string>([ENTRY]);
  const scriptUrl = pathToFileURL(script).href;
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === ENTRY) return { url: ENTRY, shortCircuit: true };
      const parent = context.parentURL ?? "";
      if (!files.has(parent)) return next(specifier, context);
      if (parent === ENTRY) {
        if (specifier === scriptUrl) files.add(scriptUrl);
        return { url: specifier, format: "module-typescript", shortCircuit: true };
      }
      if (Object.hasOwn(MODULES, specifier)) return { url: `host:${specifier}`, shortCircuit: true };
      if (specifier === "k6" || specifier.startsWith("k6/")) {
        throw new Error(`${specifier} is not supported by the host; run it with k6.`);
      }
      if (/^https?:/.test(specifier)) {
        throw new Error(
          `${specifier}: k6 would fetch this, the host fetches nothing. Save the file beside the script and import it from there, or run it with k6.`,
        );
      }
      if (!isScriptFile.test(specifier)) {
        throw new Error(
          `${specifier}: k6 scripts import k6's modules and relative files with their extension (imported by ${parent}).`,
        );
      }
      const { href } = new URL(specifier, parent);
      files.add(href);
      return { url: href, format: href.endsWith(".ts") ? "module-typescript" : "module", shortCircuit: true };
    },
    load(url, context, next) {
      if (url === ENTRY) {
        const source = `import ${JSON.stringify(first)}; import * as script from ${JSON.stringify(scriptUrl)}; export { script };`;
        return { format: "module", source, shortCircuit: true };
      }
      const file = MODULES[url.slice("host:".length)];
      if (!url.startsWith("host:") || file === undefined) return next(url, context);
      const from = JSON.stringify(pathToFileURL(`${HERE}/${file}`).href);
      const source = `import * as all from ${from}; export * from ${from}; export { all as default };`;
      return { format: "module", source, shortCircuit: true };
    },
  });
  const entry = (await import(ENTRY)) as { readonly script: Record<string, unknown> };
  return entry.script;
}
