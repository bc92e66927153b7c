// The target's death in mid-run, when the script asks for it: killed, down for a while, started again.
import { readParameters } from "../lib/parameters.ts";
import type { Phase } from "../lib/phases.ts";
import { Failure } from "../../tools/command.ts";
import type { RunRequest } from "./run.ts";
import type { RunningTarget } from "./targets.ts";

export class Outage {
  private readonly target: RunningTarget;
  private readonly downMs: number;
  private done: Promise<Phase> | null = null;
  /** Since when it is down, in epoch ms; null while it is not. */
  private since: number | null = null;
  private over: Phase[] = [];

  constructor(target: RunningTarget, { scenario, env }: Pick<RunRequest, "scenario" | "env">) {
    this.target = target;
    this.downMs = readParameters(scenario, { ...env, CHAT_TARGET: target.url }).downS * 1_000;
  }

  /** Once, and only where the target is ours. */
  begin(): void {
    const { crash } = this.target;
    if (crash === null || this.done !== null) return;
    const from = Date.now();
    this.since = from;
    this.done = crash(this.downMs).then(() => {
      const phase: Phase = { what: "target down", from, until: Date.now() };
      this.since = null;
      this.over = [phase];
      return phase;
    });
    // Whoever asks for the phases hears of it.
    this.done.catch(() => {});
  }

  /** As far as it is known now. */
  get sofar(): readonly Phase[] {
    return this.since === null ? this.over : [{ what: "target down", from: this.since, until: Date.now() }];
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
