// Which processor cores the target and the generator get, so that neither takes the other's time. Decides; taskset does it.
import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";

export interface Pinning {
  readonly target: string;
  readonly generator: string;
}

/** The target on the first core, the generator on the others; null where there is only one. */
export function planPinning(cores: number): Pinning | null {
  if (cores < 2) return null;
  return { target: "0", generator: cores === 2 ? "1" : `1-${cores - 1}` };
}

/** Once a process: Node counts the cores that it may use itself, and `pinWithGenerator` takes one away. */
let here: Pinning | null | undefined;

/** The plan for this machine; null where it cannot be done (one core, or no taskset). */
export function pinningHere(): Pinning | null {
  if (here === undefined) here = findPinning();
  return here;
}

function findPinning(): Pinning | null {
  try {
    execFileSync("taskset", ["-c", "0", "true"], { stdio: "ignore" });
    return planPinning(availableParallelism());
  } catch {
    return null;
  }
}

/** What to put before a command. */
export const launcher = (cores: string | undefined): readonly string[] =>
  cores === undefined ? [] : ["taskset", "-c", cores];

/** Puts this process itself, with all its threads, where the generator is: it plays a part of it. */
export function pinWithGenerator(): void {
  const pinning = pinningHere();
  if (pinning === null) return;
  execFileSync("taskset", ["-a", "-c", "-p", pinning.generator, `${process.pid}`], { stdio: "ignore" });
}

/** How many cores that is; all of the machine where nothing is pinned. */
export function coresOf(cores: string | undefined, all: number): number {
  if (cores === undefined) return all;
  const [first = 0, last = first] = cores.split("-").map(Number);
  return last - first + 1;
}
