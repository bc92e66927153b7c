// The configuration that workerd reads (Cap'n Proto text), from a bundled Worker. Decides; writes nothing.
import type { WorkerBundle } from "./worker-bundle.ts";

/** Flags of V8 with which it has so much room that it collects no garbage for some minutes: what waits then, waits for something else. */
export const WITHOUT_GC: readonly string[] = [
  ...["--min-semi-space-size=1024", "--max-semi-space-size=1024"],
  ...["--initial-heap-size=3000", "--initial-old-space-size=3000"],
];

/**
 * `code` and `objects` are paths, the first one relative to where the text is kept; `vars` stand above wrangler.toml's; `v8Flags` are
 * for experiments.
 */
export interface WorkerdPlan {
  readonly code: string;
  readonly objects: string;
  readonly vars: Readonly<Record<string, string>>;
  readonly v8Flags: readonly string[];
}

/** One HTTP socket named "http", whose address the command line says; each object is one SQLite file under `objects`. */
export function workerdConfig(worker: WorkerBundle, { code, objects, vars, v8Flags }: WorkerdPlan): string {
  const { name, assets } = worker;
  const bindings = [
    ...worker.objects.map(
      ({ binding, className }) => `(name = ${text(binding)}, durableObjectNamespace = ${text(className)})`,
    ),
    ...Object.entries({ ...worker.vars, ...vars }).map(
      ([name, value]) => `(name = ${text(name)}, json = ${text(JSON.stringify(value))})`,
    ),
    ...(assets === null ? [] : [`(name = ${text(assets.binding)}, service = "assets")`]),
  ];
  // The same key as under wrangler, so that an object keeps its id.
  const namespaces = worker.objects.map(
    ({ className, hasSql }) =>
      `(className = ${text(className)}, uniqueKey = ${text(`${name}-${className}`)}, enableSql = ${hasSql})`,
  );
  const services = [
    '(name = "worker", worker = .worker)',
    `(name = "objects", disk = (path = ${text(objects)}, writable = true))`,
    ...(assets === null ? [] : [`(name = "assets", disk = (path = ${text(assets.folder)}))`]),
  ];
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = ${list(services)},
  sockets = [(name = "http", http = (), service = "worker")],
  v8Flags = ${list(v8Flags.map(text))},
);

const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed ${text(code)})],
  compatibilityDate = ${text(worker.compatibilityDate)},
  compatibilityFlags = ${list(worker.compatibilityFlags.map(text))},
  bindings = ${list(bindings)},
  durableObjectNamespaces = ${list(namespaces)},
  durableObjectStorage = (localDisk = "objects"),
);
`;
}

const list = (items: readonly string[]): string => `[\n    ${items.join(",\n    ")}\n  ]`;

/** Cap'n Proto knows \x07 where JSON says \u0007. */
const text = (value: string): string => JSON.stringify(value).replaceAll(/\\u00(..)/g, "\\x$1");
