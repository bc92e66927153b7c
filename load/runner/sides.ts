// The two sides of an A/B measurement: commits of this project, targets, or values of one var; what each changes in a run.
import { execFile } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Failure, ROOT } from "../../tools/command.ts";
import { checkVars, readConfiguration } from "../../tools/configuration.ts";
import { bundleWorker } from "../../tools/worker-bundle.ts";
import type { RunRequest } from "./run.ts";

const run = promisify(execFile);
/** What a commit's Worker is made of. */
const PARTS = ["wrangler.toml", "src"];

export interface Side {
  readonly name: string;
  /** The request of one of its runs. */
  readonly of: (request: RunRequest) => RunRequest;
}

/** Two commits, two addresses, or twice `name=value` of one var. Throws a Failure (exit code 2) for anything else. */
export async function sidesOf(a: string, b: string): Promise<readonly [Side, Side]> {
  const all = [a, b];
  if (all.every((word) => /^(ws|http)s?:\/\//.test(word))) return [target(a), target(b)];
  if (all.every((word) => /^[a-z][a-z0-9-]*=/.test(word))) {
    if (nameOf(a) !== nameOf(b)) throw new Failure(`Give two values of one var, not ${a} and ${b}.`, 2);
    const configuration = await readConfiguration();
    for (const word of all) checkVars(configuration, varsOf(word));
    return [variable(a), variable(b)];
  }
  await warnOfChanges();
  return [await commit(a), await commit(b)];
}

async function warnOfChanges(): Promise<void> {
  const { stdout } = await run("git", ["status", "--porcelain", "--", ...PARTS], { cwd: ROOT }).catch(() => ({
    stdout: "",
  }));
  if (stdout !== "")
    console.log(`What is changed in ${PARTS.join(" and ")} and not committed is not measured.`);
}

const target = (url: string): Side => ({
  name: url,
  of: (request) => ({
    ...request,
    target: { kind: "url", url: url.replace(/^http/, "ws").replace(/\/$/, "") },
    pinning: null,
  }),
});

const nameOf = (word: string): string => word.slice(0, word.indexOf("="));

/** A `var` of wrangler.toml by its name, such as roster-max=20. */
function varsOf(word: string): Readonly<Record<string, string>> {
  const value = word.slice(word.indexOf("=") + 1);
  return { [nameOf(word).toUpperCase().replaceAll("-", "_")]: value };
}

const variable = (word: string): Side => ({
  name: word,
  of: (request) => ({ ...request, vars: varsOf(word) }),
});

/** The Worker of a commit, bundled; the generator stays the one that is here, for both sides. */
async function commit(ref: string): Promise<Side> {
  const found = await run("git", ["rev-parse", "--verify", "--quiet", `${ref}^{commit}`], {
    cwd: ROOT,
  }).catch((): never => {
    throw new Failure(`${ref} is no commit here, no address and no name=value.`, 2);
  });
  const sha = found.stdout.trim();
  const folder = join(ROOT, ".state", "load", "ab", sha);
  await mkdir(folder, { recursive: true });
  try {
    const archive = join(folder, "tree.tar");
    await run("git", ["archive", "--format=tar", "-o", archive, sha, ...PARTS], { cwd: ROOT });
    await run("tar", ["-x", "-f", archive, "-C", folder]);
    const worker = await bundleWorker(join(folder, "wrangler.toml"));
    // No run asks for a page: those that are here will do, and stay when this folder goes.
    const assets = worker.assets && { ...worker.assets, folder: join(ROOT, "public") };
    const version = sha.slice(0, 9);
    return {
      name: `${ref} (${version})`,
      of: (request) => ({ ...request, worker: { bundle: { ...worker, assets }, version } }),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
