// One run of a script: init, setup, scenarios, teardown, summary, exit code; in k6's order. VUs are threads (thread.ts).
import { Failure } from "../../tools/command.ts";
import { BUILTIN } from "./builtin.ts";
import { createClock, epochLead } from "./clock.ts";
import { execute, regularMs, type Stageplay } from "./executors.ts";
import { EXIT } from "./exit.ts";
import type { Declared, Outcome, Part, ScenarioInfo, ThreadData } from "./messages.ts";
import { Groups } from "./groups.ts";
import { metricsOf } from "./metrics-of.ts";
import { Metrics } from "./metrics.ts";
import { OptionsError, parseOptions, type Plan, type Scenario } from "./options.ts";
import type { Segment } from "./segment.ts";
import { summaryData, summaryText } from "./summary.ts";
import { writeSummary } from "./summary-files.ts";
import { type ThreadEvents, VuThread } from "./thread.ts";

export interface RunInput {
  /** Absolute path. */
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  readonly segment: Segment;
  /** A line about how it goes. */
  readonly say: (line: string) => void;
}

/** [K41] How every sentence ends that says what k6 has and the host lacks. */
const UNSUPPORTED = "run it with k6.";
/** [K43] */
const VUS_MS = 1_000;
/** [K34] */
const JUDGE_MS = 2_000;
/** [K35] */
const SUMMARY_MS = 120_000;

export class Run {
  private readonly input: RunInput;
  private readonly lead = epochLead();
  private readonly clock = createClock(this.lead);
  private readonly threads: VuThread[] = [];
  private declared: Declared = { options: {}, exports: [], metrics: [] };
  private plan: Plan = parseOptions({});
  private metrics = new Metrics([]);
  private readonly groups = new Groups();
  private testStart = 0;
  private setupData: string | undefined = undefined;
  private exitCode: number | null = null;
  private ending = new AbortController();

  constructor(input: RunInput) {
    this.input = input;
  }

  /** Runs it; resolves with the exit code. Throws a Failure where it could not begin. */
  async run(): Promise<number> {
    try {
      await this.init();
      const scenarios = await this.birth();
      if (this.declared.exports.includes("setup")) await this.setup();
      this.testStart = this.clock();
      const judge = setInterval(() => this.judge(), JUDGE_MS);
      const counter = setInterval(() => this.countVus(), VUS_MS);
      await Promise.all(scenarios.map(([scenario, vus]) => this.play(scenario, vus)));
      clearInterval(counter);
      clearInterval(judge);
      const elapsedMs = this.clock() - this.testStart;
      if (this.declared.exports.includes("teardown")) await this.teardown();
      await this.summarise(elapsedMs);
      return this.verdict(elapsedMs);
    } finally {
      await Promise.all(this.threads.map((thread) => thread.end()));
    }
  }

  /** Ends the run as soon as it can: VUs are cut off, teardown and summary still come. */
  stop(exitCode: number, reason: string): void {
    if (this.ending.signal.aborted) return;
    this.exitCode = exitCode;
    this.input.say(`Ending the run: ${reason}`);
    this.ending.abort();
    for (const thread of this.threads) thread.interrupt();
  }

  private async init(): Promise<void> {
    const thread = this.thread({ idInInstance: 0, idInTest: 0 }, false);
    this.declared = await thread.ready;
    await thread.end();
    try {
      this.plan = parseOptions(this.declared.options);
      this.metrics = metricsOf(this.plan, this.declared);
    } catch (error) {
      throw error instanceof OptionsError ? new Failure(error.message, EXIT.configuration) : error;
    }
  }

  /** A thread for each VU of each scenario, all ready. [K36] Each segment has its share of them. */
  private async birth(): Promise<[Scenario, VuThread[]][]> {
    const { segment, say } = this.input;
    let id = 0;
    const all = this.plan.scenarios.map((scenario): [Scenario, VuThread[]] => {
      const count = segment.scale("maxVus" in scenario ? scenario.maxVus : scenario.vus);
      const vus = Array.from({ length: count }, () => {
        id += 1;
        return this.thread({ idInInstance: id, idInTest: segment.global(id - 1) + 1 });
      });
      return [scenario, vus];
    });
    const names = all.map(([{ name }, vus]) => `${name} (${vus.length} VUs)`);
    say(`Running ${names.join(", ")} ...`);
    await Promise.all(this.threads.map((thread) => thread.ready));
    this.metrics.addOne(BUILTIN.vusMax, id);
    return all;
  }

  private thread(vu: ThreadData["vu"], isKept = true): VuThread {
    const { script, env } = this.input;
    const { systemTags, tags } = this.plan;
    const options = isKept ? { systemTags, tags, exported: this.declared.options } : null;
    const events: ThreadEvents = {
      samples: (thread, batch) => this.metrics.add(thread, batch),
      groups: (counts) => this.groups.merge(counts),
      abort: (reason) => this.stop(EXIT.abort, reason),
      fail: (reason) => {
        this.exitCode ??= EXIT.fail;
        this.input.say(`The run was marked as failed: ${reason}`);
      },
    };
    const thread = new VuThread({ script, env, epochLead: this.lead, vu, options }, events);
    this.threads.push(thread);
    return thread;
  }

  /** [K4] Each part runs in a world of its own. */
  private async part(part: Part, data: string | undefined, limitMs: number): Promise<Outcome | null> {
    const thread = this.thread({ idInInstance: 0, idInTest: 0 });
    await thread.ready;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      thread.interrupt();
    }, limitMs);
    const outcome = await thread.run({ kind: "part", part, data, testStart: this.testStart });
    clearTimeout(timer);
    await thread.end();
    return isLate ? null : outcome;
  }

  private async setup(): Promise<void> {
    const outcome = await this.part("setup", undefined, this.plan.setupMs);
    if (outcome === null)
      throw new Failure(`setup() took over ${this.plan.setupMs / 1_000} s.`, EXIT.setupTimeout);
    if (outcome.outcome === "failed") throw new Failure(outcome.error, EXIT.exception);
    this.setupData = outcome.value;
  }

  private async teardown(): Promise<void> {
    const outcome = await this.part("teardown", this.setupData, this.plan.teardownMs);
    if (outcome === null) this.exitCode ??= EXIT.teardownTimeout;
    else if (outcome.outcome === "failed") {
      this.input.say(outcome.error);
      this.exitCode ??= EXIT.exception;
    }
  }

  private async play(scenario: Scenario, vus: readonly VuThread[]): Promise<void> {
    await this.until(this.testStart + scenario.startMs);
    const began = this.clock();
    const { name, executor, env, tags } = scenario;
    const info: ScenarioInfo = { name, executor, startTime: began, env, tags };
    // [K31] What still runs then is cut off.
    const cutOff = setTimeout(
      () => vus.forEach((vu) => vu.interrupt()),
      regularMs(scenario) + scenario.gracefulMs,
    );
    const play: Stageplay = {
      segment: this.input.segment,
      vus,
      iterate: async (vu, inInstance, inTest) => {
        const iteration = { scenario: info, inInstance, inTest };
        const { testStart, setupData: data } = this;
        this.count(info, await vu.run({ kind: "iterate", exec: scenario.exec, data, testStart, iteration }));
      },
      elapsed: () => this.clock() - began,
      until: (ms) => this.until(began + ms),
      isEnding: () => this.ending.signal.aborted,
      dropped: (missing) => {
        if (missing > 0) this.metrics.addOne(BUILTIN.droppedIterations, missing, { scenario: name });
      },
    };
    await execute(scenario, play);
    clearTimeout(cutOff);
  }

  private count({ name, tags }: ScenarioInfo, { outcome, error, durationMs }: Outcome): void {
    if (outcome === "interrupted") return;
    if (outcome === "failed") this.input.say(`ERROR ${error}`);
    // [K41] k6 would have gone on: a run without it is another one.
    if (outcome === "failed" && error.includes(UNSUPPORTED))
      this.stop(EXIT.exception, "the host lacks what the script needs.");
    const all = { ...this.plan.tags, ...tags, scenario: name };
    this.metrics.addOne(BUILTIN.iterations, 1, all);
    this.metrics.addOne(BUILTIN.iterationDuration, durationMs, all);
  }

  /** [K43] Those that iterate. */
  private countVus(): void {
    this.metrics.addOne(BUILTIN.vus, this.threads.filter(({ isBusy }) => isBusy).length);
  }

  private async until(time: number): Promise<void> {
    const ms = time - this.clock();
    const { signal } = this.ending;
    if (ms <= 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private judge(): void {
    const elapsedMs = this.clock() - this.testStart;
    const broken = this.metrics
      .judge(elapsedMs, false)
      .find(({ threshold, ok }) => !ok && threshold.abortOnFail && elapsedMs >= threshold.delayMs);
    if (broken === undefined) return;
    this.stop(EXIT.thresholds, `the threshold ${broken.threshold.source} of ${broken.name} is broken.`);
  }

  private async summarise(elapsedMs: number): Promise<void> {
    const { metrics, setupData, plan } = this;
    const data = summaryData({
      metrics,
      elapsedMs,
      groups: this.groups.summary(),
      trendStats: plan.trendStats,
      setupData: setupData === undefined ? undefined : JSON.parse(setupData),
      isTty: process.stdout.isTTY,
    });
    if (!this.declared.exports.includes("handleSummary")) {
      process.stdout.write(summaryText(data));
      return;
    }
    const outcome = await this.part("handleSummary", JSON.stringify(data), SUMMARY_MS);
    if (outcome?.outcome === "done") {
      // As k6: the run's exit code stays what it is.
      await writeSummary(outcome.value).catch((error: Error) => {
        this.input.say(`ERROR The summary could not be written: ${error.message}`);
      });
    } else {
      this.input.say(`handleSummary() failed: ${outcome?.error ?? `it took over ${SUMMARY_MS / 1_000} s`}`);
      process.stdout.write(summaryText(data));
    }
  }

  private verdict(elapsedMs: number): number {
    const broken = this.metrics.judge(elapsedMs, true).filter(({ ok }) => !ok);
    for (const { name, threshold } of broken)
      this.input.say(`Threshold broken: ${name}: ${threshold.source}`);
    // An abort outranks a threshold, a threshold outranks a mark.
    if (this.exitCode !== null && this.exitCode !== EXIT.fail) return this.exitCode;
    return broken.length > 0 ? EXIT.thresholds : (this.exitCode ?? EXIT.done);
  }
}
