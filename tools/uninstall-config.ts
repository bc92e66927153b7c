// What `npm run uninstall` deploys: a Worker of the same name without anything, whose last migration deletes the objects' classes.
import { Failure } from "./command.ts";
import type { Configuration } from "./configuration.ts";

export interface Uninstall {
  /** The Worker's name, as wrangler.toml has it: whoever renamed theirs does not delete another one. */
  readonly name: string;
  /** The configuration to deploy; `empty.js` lies beside it. */
  readonly json: string;
}

/** The deployed migrations, then the one that deletes. wrangler.toml itself stays as it is, for the next deploy. */
export function uninstallOf(configuration: Configuration): Uninstall {
  const { name, compatibility_date: date, migrations, durable_objects: objects } = configuration;
  if (name === undefined || date === undefined || migrations.length === 0) {
    throw new Failure(
      "wrangler.toml has no name, no compatibility_date or no migrations; restore it and try again.",
    );
  }
  const deleted = {
    tag: "uninstall",
    deleted_classes: objects.bindings.map((binding) => binding.class_name),
  };
  const config = { name, main: "empty.js", compatibility_date: date, migrations: [...migrations, deleted] };
  return { name, json: JSON.stringify(config, null, 2) };
}
