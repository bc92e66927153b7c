// What `npm run load` and `npm run load:ladder` share of their command lines: engine, target, pinning, cost, folder.
import { join, resolve } from "node:path";
import type { ParseArgsOptionsConfig } from "node:util";
import { readParameters, type Scenario } from "../lib/parameters.ts";
import { Failure, ROOT } from "../../tools/command.ts";
import { billOfRun, confirmBill } from "./ask.ts";
import { findEngine } from "./engine.ts";
import { journalIn } from "./journal.ts";
import { environmentOf, SCRIPT_OPTIONS } from "./options.ts";
import { pinningHere } from "./pinning.ts";
import { type LivePage, openLivePage } from "./live-page.ts";
import { overPolicy } from "./policy.ts";
import { preflight } from "./preflight.ts";
import type { RunRequest } from "./run.ts";
import { over } from "./terminal.ts";

export const RUN_OPTIONS: ParseArgsOptionsConfig = {
  ...SCRIPT_OPTIONS,
  engine: { type: "string", default: "node" },
  target: { type: "string" },
  against: { type: "string" },
  out: { type: "string" },
  ui: { type: "boolean", default: false },
  history: { type: "boolean", default: false },
  yes: { type: "boolean", default: false },
  "no-pinning": { type: "boolean", default: false },
  "no-preflight": { type: "boolean", default: false },
};

/** Of commands that measure one target, or several. */
export const TARGET_HELP = `  --target URL            a room that runs elsewhere; without it, one is started here for the run
  --against KIND          instead: demo (does what Cloudflare's original demo does), relay (a bare Durable Object),
                          node-ws (a Node server), null (does nothing); but for null with --protocol classic only`;

export const RUN_HELP = `  --engine node|k6        the project's host on Node (default), or a k6 >= 1.8 on the PATH
  --out FOLDER            for results and report (default .state/load/<scenario>-<time>)
  --ui                    shows the report while it is measured, on a page of this machine
  --history               keeps the judged history of some senders, to be drawn; without it, only one that broke a law
  --no-pinning            leaves target and generator on whatever cores they get
  --no-preflight          does not shake hands once before the run
  --yes                   does not ask before a run that is billed for much`;

type Values = Readonly<Record<string, unknown>>;

/** A request but for what differs between the repeats of a run. Throws a Failure (exit code 2) for what makes no sense. */
export async function requestOf(
  scenario: Scenario,
  values: Values,
  command: string,
): Promise<Omit<RunRequest, "segment">> {
  const env = environmentOf(scenario, values, process.env);
  const folder = folderOf(values, scenario);
  endOnSignal(folder);
  const target = targetOf(values, scenario);
  refuseProtocol(target, env);
  const engine = await findEngine(String(values.engine));
  return {
    scenario,
    engine,
    env,
    target,
    pinning: target.kind === "url" || values["no-pinning"] === true ? null : pinningHere(),
    folder,
    command,
    say: liveLine(),
    ui: values.ui === true ? await openUi(scenario) : null,
    keepsHistory: values.history === true,
  };
}

async function openUi(scenario: Scenario): Promise<LivePage> {
  const ui = await openLivePage(`Edge Chat load: ${scenario}`);
  console.log(`Live: ${ui.url}`);
  return ui;
}

/** A signal alone would end us without a word to what we started: workerd would go on. */
export function endOnSignal(folder: string | null = null): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      const kept =
        folder === null
          ? ""
          : ` What was finished is in ${folder}; the seconds of this one are in ${journalIn(folder)}.`;
      console.error(`Interrupted; this run has no result.${kept}`);
      process.exit(1);
    });
  }
}

/** Asks before a deployed room is loaded. Throws a Failure where nobody agrees. */
export async function agreeToCost(
  { scenario, env, target }: RunRequest | Omit<RunRequest, "segment">,
  values: Values,
  repeats: number,
): Promise<void> {
  if (target.kind !== "url" || isLoopback(target.url)) return;
  await confirmBill(billOfRun(scenario, env, repeats), values.yes === true);
}

/** Throws a Failure (exit code 2) where a room that runs elsewhere would refuse the plan. */
export function refuseOverPolicy({ scenario, env, target }: Omit<RunRequest, "segment">): void {
  if (target.kind !== "url") return;
  const parameters = readParameters(scenario, { ...env, CHAT_TARGET: target.url });
  const over = overPolicy(parameters, (process.env.CHAT_TOKEN ?? "") !== "" || isLoopback(target.url));
  if (over !== null) throw new Failure(over, 2);
}

/** Other servers speak one protocol: what they were asked in the other would be their failure, and nobody's finding. */
export function refuseProtocol({ kind }: RunRequest["target"], env: Readonly<Record<string, string>>): void {
  if ((kind === "relay" || kind === "demo" || kind === "node-ws") && env.CHAT_PROTOCOL !== "classic")
    throw new Failure(`${kind} speaks the classic protocol only; add --protocol classic.`, 2);
}

/** Shakes hands once with a room that runs elsewhere. Throws a Failure that says why nobody would get in. */
export async function shakeHands(
  { scenario, env, target }: Omit<RunRequest, "segment">,
  values: Values,
): Promise<void> {
  if (target.kind !== "url" || values["no-preflight"] === true) return;
  const token = process.env.CHAT_TOKEN;
  const given = { ...env, CHAT_TARGET: target.url, ...(token !== undefined && { CHAT_TOKEN: token }) };
  await preflight(readParameters(scenario, given), env.CHAT_RUN ?? newRun());
}

/** For people, before the first run. */
export function sayWhat({ scenario, engine, target, pinning, folder }: Omit<RunRequest, "segment">): void {
  const by = engine.name === "node" ? `the Node host (${engine.version})` : `k6 ${engine.version}`;
  const at = target.kind === "url" ? target.url : `a ${target.kind} target`;
  const where =
    pinning === null ? "" : `; target on core ${pinning.target}, generator on ${pinning.generator}`;
  console.log(`${scenario} by ${by} against ${at}${where}. Results go to ${folder}`);
}

/** About how long a run takes, with what is started and stopped around it. */
export function secondsOf({
  scenario,
  env,
  target,
}: Pick<RunRequest, "scenario" | "env" | "target">): number {
  const { warmupS, durationS, members, joinRate } = readParameters(scenario, {
    ...env,
    CHAT_TARGET: "ws://127.0.0.1:1",
  });
  return members / joinRate + warmupS + durationS + (target.kind === "url" ? 2 : 4);
}

/** A new name for the rooms of a run, short and in the parser's alphabet. */
export const newRun = (): string =>
  `${Date.now().toString(36)}${Math.floor(Math.random() * 1_296).toString(36)}`;

/** The command as typed. */
export const typed = (script: string, argv: readonly string[]): string =>
  `npm run ${script} -- ${argv.join(" ")}`;

/** Names of engines and protocols are in the sentence of whoever reads them; a target is read here. */
export function targetOf({ target, against }: Values, scenario: Scenario): RunRequest["target"] {
  if (target !== undefined && against !== undefined)
    throw new Failure("Give --target or --against, not both.", 2);
  if (typeof target === "string") {
    if (!/^(ws|http)s?:\/\/[^/\s]+\/?$/.test(target)) {
      throw new Failure("--target takes an address without a path, such as https://chat.example.", 2);
    }
    return { kind: "url", url: target.replace(/^http/, "ws").replace(/\/$/, "") };
  }
  const kind = against ?? (scenario === "calibrate" ? "null" : "local");
  if (isStartable(kind)) return { kind, url: "" };
  throw new Failure("--against takes local, demo, relay, node-ws or null.", 2);
}

const STARTABLE = ["local", "demo", "relay", "node-ws", "null"] as const;
const isStartable = (kind: unknown): kind is (typeof STARTABLE)[number] =>
  STARTABLE.some((known) => known === kind);

const isLoopback = (url: string): boolean => /^wss?:\/\/(localhost|127\.|\[::1\])/.test(url);

function folderOf({ out }: Values, scenario: Scenario): string {
  if (out === "") throw new Failure("--out takes a folder.", 2);
  if (typeof out === "string") return resolve(out);
  const time = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  return join(ROOT, ".state", "load", `${scenario}-${time}`);
}

/** On a terminal lines that change, six where there are so many to tell; elsewhere, as in CI, a line every two seconds. */
export function liveLine(): (line: string, lines?: readonly string[]) => void {
  if (process.stderr.isTTY) {
    let before = 0;
    return (line, lines = [line]) => {
      process.stderr.write(over(lines, before, process.stderr.columns));
      before = lines.length;
    };
  }
  let count = 0;
  return (line) => {
    count += 1;
    if (count % 2 === 0) process.stderr.write(`${line}\n`);
  };
}
