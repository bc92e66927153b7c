// A Worker as its wrangler.toml describes it, bundled: what wrangler would give to workerd. One source for vars and dates.
import { dirname, resolve } from "node:path";
import { build } from "esbuild";
import { Failure, ROOT } from "./command.ts";
import { readConfiguration } from "./configuration.ts";

export interface WorkerBundle {
  readonly name: string;
  /** The Worker as one ES module. */
  readonly code: string;
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly vars: Readonly<Record<string, unknown>>;
  readonly objects: readonly {
    readonly binding: string;
    readonly className: string;
    readonly hasSql: boolean;
  }[];
  readonly assets: { readonly binding: string; readonly folder: string } | null;
}

/** Reads a wrangler.toml and bundles its Worker, or another entry in its place. Throws a Failure where the file leaves out what workerd needs. */
export async function bundleWorker(configPath = "wrangler.toml", entry?: string): Promise<WorkerBundle> {
  const path = resolve(ROOT, configPath);
  const config = await readConfiguration(configPath);
  const { name, main, compatibility_date: date } = config;
  if (name === undefined || main === undefined || date === undefined) {
    throw new Failure(`Set name, main and compatibility_date in ${configPath}.`);
  }
  const withSql = new Set<unknown>(
    config.migrations.flatMap(({ new_sqlite_classes: classes }) => (Array.isArray(classes) ? classes : [])),
  );
  const { binding, directory } = config.assets ?? {};
  return {
    name,
    code: await bundle(entry ?? main),
    compatibilityDate: date,
    compatibilityFlags: config.compatibility_flags,
    vars: config.vars,
    objects: config.durable_objects.bindings.map(({ name: binding, class_name: className }) => ({
      binding,
      className,
      hasSql: withSql.has(className),
    })),
    assets:
      binding === undefined || directory === undefined
        ? null
        : { binding, folder: resolve(dirname(path), directory) },
  };
}

async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    logLevel: "warning",
  });
  return outputFiles[0]?.text ?? "";
}
