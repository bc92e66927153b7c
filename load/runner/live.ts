// How a run goes, for whoever watches: a line, six lines of a terminal, a page. Hears the engine's output and writes nothing of its own.
import { membersOf, type Parameters, readParameters } from "../lib/parameters.ts";
import { readSteps } from "../lib/live-steps.ts";
import { LiveRun } from "./live-run.ts";
import type { Outage } from "./outage.ts";
import { LiveLine, readProgress } from "./progress.ts";
import { liveBody } from "./report-live.ts";
import type { RunResult } from "./result.ts";
import type { RunRequest } from "./run.ts";
import type { RunningTarget } from "./targets.ts";
import { linesOf, type Shown } from "./terminal.ts";

export class Live {
  private readonly request: RunRequest;
  private readonly parameters: Parameters;
  private readonly outage: Outage;
  private readonly usage: () => RunResult["usage"];
  private readonly began = Date.now();
  private readonly line = new LiveLine(this.began);
  private readonly run: LiveRun;

  constructor(request: RunRequest, target: RunningTarget, usage: () => RunResult["usage"], outage: Outage) {
    this.outage = outage;
    this.request = request;
    this.usage = usage;
    this.parameters = readParameters(request.scenario, { ...request.env, CHAT_TARGET: target.url });
    this.run = new LiveRun(this.began, this.parameters.durationS * 1_000);
  }

  /** Whether a line of the engine's output was for it. */
  hears(text: string): boolean {
    const steps = readSteps(text);
    if (steps !== null) this.run.observe(steps);
    const progress = readProgress(text);
    if (progress !== null) this.line.observe(progress);
    return steps !== null || progress !== null;
  }

  /** What was said so far, for who keeps it. */
  state(): Record<string, number | null> {
    return this.line.state(Date.now());
  }

  /** Tells all who watch; once a second. */
  tell(): void {
    const { say, ui, scenario } = this.request;
    const line = this.line.say(Date.now());
    const shown = this.shown();
    say(line, linesOf(shown));
    ui?.show(
      liveBody(`Edge Chat load: ${scenario}`, shown, this.run.partial(this.usage(), this.outage.sofar)),
    );
  }

  private shown(): Shown {
    const { parameters, line } = this;
    const { rates, p99s, lags, joined } = line;
    const { generator, target } = this.usage();
    return {
      ...{ scenario: parameters.scenario, rates, p99s, lags, joined },
      elapsedS: (Date.now() - this.began) / 1_000,
      plannedS: parameters.warmupS + parameters.durationS,
      members: membersOf(parameters) * parameters.rooms,
      target: target.at(-1) ?? null,
      generator: generator.at(-1) ?? null,
    };
  }
}
