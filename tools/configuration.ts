// wrangler.toml as wrangler reads it, and whether the vars in it, and those that somebody sets above them, make sense.
import { resolve } from "node:path";
import { MIN_ADMIN_TOKEN_LENGTH } from "../src/http/admin-token.ts";
import { MIN_LOAD_SECRET_LENGTH } from "../src/http/load-token.ts";
import { parseOrigins } from "../src/http/origin.ts";
import { readConfig as readRoomConfig } from "../src/room/config.ts";
import { Failure, ROOT } from "./command.ts";

/** What we read of it: wrangler's own type for it lies in a package that it does not bring along. */
export interface Configuration {
  readonly name?: string;
  readonly main?: string;
  readonly compatibility_date?: string;
  readonly compatibility_flags: readonly string[];
  readonly vars: Readonly<Record<string, unknown>>;
  readonly durable_objects: {
    readonly bindings: readonly { readonly name: string; readonly class_name: string }[];
  };
  readonly migrations: readonly Readonly<Record<string, unknown>>[];
  readonly observability?: Readonly<Record<string, unknown>>;
  readonly assets?: { readonly binding?: string; readonly directory?: string };
}

/** The option that says which of the Workers is meant that wrangler.toml describes. */
export const ENVIRONMENT = { env: { type: "string", default: "" } } as const;

/** "" is the Worker itself. Throws a Failure (exit code 2) where there is no such environment. */
export function environmentOf(given: unknown): "" | "staging" {
  if (given === "" || given === "staging") return given;
  throw new Failure("--env takes staging; without it the Worker itself is meant.", 2);
}

/** `env` is one of wrangler.toml's environments; "" is what stands above them. */
export async function readConfiguration(configPath = "wrangler.toml", env = ""): Promise<Configuration> {
  // wrangler takes a second to load: only for those who come here.
  const { unstable_readConfig: readConfig } = await import("wrangler");
  return readConfig({ config: resolve(ROOT, configPath), env }) as Configuration;
}

/** Vars of the Worker that are secrets, and stand in no wrangler.toml; with the units that each has at the least. */
const LEAST_LENGTHS: Readonly<Record<string, number>> = {
  ADMIN_TOKEN: MIN_ADMIN_TOKEN_LENGTH,
  LOAD_TOKEN_SECRET: MIN_LOAD_SECRET_LENGTH,
};
export const SECRETS: readonly string[] = Object.keys(LEAST_LENGTHS);

/** Throws a Failure where a var is unknown, or one makes no sense: said before anything runs, and not by each room. */
export function checkVars(
  { vars }: Pick<Configuration, "vars">,
  set: Readonly<Record<string, string>> = {},
): void {
  const known = [...Object.keys(vars), ...SECRETS];
  const unknown = Object.keys(set).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Failure(`There is no var ${unknown}; there are ${known.join(", ")}.`, 2);
  }
  const all: Readonly<Record<string, unknown>> = { ...vars, ...set };
  checkSecrets(all);
  const { ALLOWED_ORIGINS: origins } = all;
  try {
    readRoomConfig(all);
    parseOrigins(typeof origins === "string" ? origins : "");
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message : String(error), 2);
  }
}

/** The Worker takes a short one for none, and tells nobody but its log. */
function checkSecrets(vars: Readonly<Record<string, unknown>>): void {
  for (const [name, least] of Object.entries(LEAST_LENGTHS)) {
    if (name in vars && String(vars[name]).length < least) {
      throw new Failure(
        `Set ${name} to ${least} characters or more: openssl rand -hex ${least} makes some.`,
        2,
      );
    }
  }
}
