// The target's death in mid-run, when the script asks for it: killed, down for a while, started again.
import { readParameters } from "../../load/lib/parameters.ts";
import type { Phase } from "../../load/lib/phases.ts";
import { Failure } from "../lib/command.ts";
import type { RunRequest } from "./run.ts";
import type { RunningTarget } from "./targets.ts";

export class Outage {
  private readonly target: RunningTarget;
  private readonly downMs: number;
  private done: Promise<Phase> | null = null;

  constructor(target: RunningTarget, { scenario, env }: Pick<RunRequest, "scenario" | "env">) {
    this.target = target;
    this.downMs = readParameters(scenario, { ...env, CHAT_TARGET: target.url }).downS * 1_000;
  }

  /** Once, and only where the target is ours. */
  begin(): void {
    const { crash } = this.target;
    if (crash === null || this.done !== null) return;
    const from = Date.now();
    this.done = crash(this.downMs).then(() => ({ what: "target down", from, until: Date.now() }));
    // Whoever asks for the phases hears of it.
    this.done.catch(() => {});
  }

  /** When it was down. Throws a Failure where it did not come up again. */
  async phases(): Promise<Phase[]> {
    if (this.done === null) return [];
    try {
      return [await this.done];
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Failure(`The target did not start again after it was killed: ${why}`);
    }
  }
}
