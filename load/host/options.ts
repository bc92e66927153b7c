// [K37] A script's options as a plan: scenarios, thresholds, time-outs. What k6 refuses is refused, and what the host lacks too. Pure.
import { SYSTEM_TAGS } from "./builtin.ts";
import { parseDuration } from "./duration.ts";
import { parseMetricName, parseThreshold, type Threshold } from "./thresholds.ts";

interface ScenarioBase {
  readonly name: string;
  readonly exec: string;
  readonly startMs: number;
  readonly gracefulMs: number;
  readonly env: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Stage {
  readonly durationMs: number;
  readonly target: number;
}

export type Scenario = ScenarioBase &
  (
    | {
        readonly executor: "per-vu-iterations" | "shared-iterations";
        readonly vus: number;
        readonly iterations: number;
        readonly maxMs: number;
      }
    | { readonly executor: "constant-vus"; readonly vus: number; readonly durationMs: number }
    | {
        readonly executor: "constant-arrival-rate" | "ramping-arrival-rate";
        readonly vus: number;
        readonly maxVus: number;
        readonly startRate: number;
        /** Milliseconds in which `rate` iterations start. */
        readonly unitMs: number;
        readonly stages: readonly Stage[];
      }
  );

export interface Plan {
  readonly scenarios: readonly Scenario[];
  readonly thresholds: readonly {
    readonly metric: string;
    readonly name: string;
    readonly tags: Readonly<Record<string, string>> | null;
    readonly all: readonly Threshold[];
  }[];
  readonly systemTags: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly trendStats: readonly string[] | null;
  readonly setupMs: number;
  readonly teardownMs: number;
}

/** Thrown with a sentence; becomes exit code 104. */
export class OptionsError extends Error {}

type Fields = Readonly<Record<string, unknown>>;

const KNOWN = new Set([
  ...[
    "scenarios",
    "thresholds",
    "systemTags",
    "tags",
    "summaryTrendStats",
    "setupTimeout",
    "teardownTimeout",
  ],
  ...["vus", "iterations", "duration"],
]);

/** Throws an OptionsError. */
export function parseOptions(given: unknown): Plan {
  const options = fields(given, "options");
  const unknown = Object.keys(options).find((key) => !KNOWN.has(key));
  if (unknown !== undefined) {
    throw new OptionsError(
      `options.${unknown} is not supported by the host; run it with k6, or leave it out.`,
    );
  }
  const stats = options.summaryTrendStats;
  return {
    scenarios: parseScenarios(options),
    thresholds: Object.entries(fields(options.thresholds ?? {}, "thresholds")).map(parseThresholds),
    systemTags: options.systemTags === undefined ? SYSTEM_TAGS : texts(options.systemTags, "systemTags"),
    tags: textFields(options.tags, "tags"),
    trendStats: stats === undefined ? null : texts(stats, "summaryTrendStats"),
    setupMs: duration(options, "setupTimeout", 60_000),
    teardownMs: duration(options, "teardownTimeout", 60_000),
  };
}

function parseScenarios(options: Fields): Scenario[] {
  if (options.scenarios === undefined) return [shortcut(options)];
  if (["vus", "iterations", "duration"].some((key) => options[key] !== undefined)) {
    throw new OptionsError("options has scenarios beside vus, iterations or duration; choose one way.");
  }
  const all = Object.entries(fields(options.scenarios, "scenarios"));
  if (all.length === 0) throw new OptionsError("options.scenarios is empty.");
  return all.map(([name, scenario]) => parseScenario(name, fields(scenario, `scenario ${name}`)));
}

function shortcut({ vus = 1, iterations, duration }: Fields): Scenario {
  const scenario =
    duration === undefined
      ? { executor: "shared-iterations", vus, iterations: iterations ?? 1 }
      : { executor: "constant-vus", vus, duration };
  return parseScenario("default", scenario);
}

function parseScenario(name: string, given: Fields): Scenario {
  const { executor, exec = "default", startTime, gracefulStop, env, tags, ...own } = given;
  const timing = { startTime, gracefulStop };
  const base: ScenarioBase = {
    name,
    exec: String(exec),
    startMs: duration(timing, "startTime", 0),
    gracefulMs: duration(timing, "gracefulStop", 30_000),
    env: textFields(env, `scenario ${name}: env`),
    tags: textFields(tags, `scenario ${name}: tags`),
  };
  const read = reader(name, own);
  const scenario = readExecutor(String(executor), base, read);
  const rest = read.rest();
  if (rest.length > 0)
    throw new OptionsError(`scenario ${name}: ${scenario.executor} has no option ${rest.join(", ")}.`);
  return scenario;
}

function readExecutor(executor: string, base: ScenarioBase, read: Reader): Scenario {
  switch (executor) {
    case "per-vu-iterations":
    case "shared-iterations":
      return {
        ...base,
        executor,
        vus: read.count("vus", 1),
        iterations: read.count("iterations", 1),
        maxMs: read.duration("maxDuration", 600_000),
      };
    case "constant-vus":
      return { ...base, executor, vus: read.count("vus", 1), durationMs: read.duration("duration") };
    case "constant-arrival-rate": {
      const rate = read.count("rate");
      const stages = [{ durationMs: read.duration("duration"), target: rate }];
      return {
        ...base,
        executor,
        ...read.vus(),
        startRate: rate,
        unitMs: read.duration("timeUnit", 1_000),
        stages,
      };
    }
    case "ramping-arrival-rate":
      return {
        ...base,
        executor,
        ...read.vus(),
        startRate: read.count("startRate", 0),
        unitMs: read.duration("timeUnit", 1_000),
        stages: read.stages(),
      };
    default:
      throw new OptionsError(
        `scenario ${base.name}: the executor ${executor} is not supported by the host; run it with k6.`,
      );
  }
}

interface Reader {
  count(key: string, fallback?: number): number;
  duration(key: string, fallback?: number): number;
  vus(): { readonly vus: number; readonly maxVus: number };
  stages(): Stage[];
  rest(): string[];
}

function reader(scenario: string, given: Fields): Reader {
  const taken = new Set<string>();
  const prefix = `scenario ${scenario}: `;
  const count = (key: string, fallback?: number, from: Fields = given): number => {
    taken.add(key);
    const value = from[key] ?? fallback;
    if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
    throw new OptionsError(`${prefix}${key} takes a whole number, not ${JSON.stringify(value)}.`);
  };
  const time = (key: string, fallback?: number, from: Fields = given): number => {
    taken.add(key);
    return duration(from, key, fallback, prefix);
  };
  return {
    count,
    duration: time,
    vus: () => {
      const vus = count("preAllocatedVUs");
      return { vus, maxVus: Math.max(vus, count("maxVUs", vus)) };
    },
    stages: () => {
      taken.add("stages");
      if (!Array.isArray(given.stages)) throw new OptionsError(`${prefix}stages takes a list.`);
      return given.stages.map((stage: unknown) => {
        const from = fields(stage, `${prefix}a stage`);
        return { durationMs: time("duration", undefined, from), target: count("target", undefined, from) };
      });
    },
    rest: () => Object.keys(given).filter((key) => !taken.has(key)),
  };
}

function parseThresholds([metric, given]: [string, unknown]): Plan["thresholds"][number] {
  const parsed = parseMetricName(metric);
  if (parsed === null) throw new OptionsError(`thresholds: ${metric} is no metric's name.`);
  if (!Array.isArray(given)) throw new OptionsError(`thresholds: ${metric} takes a list.`);
  const all = given.map((each: unknown) => {
    const threshold = parseThreshold(each);
    if (typeof threshold === "string") throw new OptionsError(`thresholds: ${metric}: ${threshold}.`);
    return threshold;
  });
  return { metric, name: parsed.name, tags: metric === parsed.name ? null : parsed.tags, all };
}

function fields(given: unknown, what: string): Fields {
  if (typeof given === "object" && given !== null && !Array.isArray(given)) return given as Fields;
  throw new OptionsError(`${what} takes an object.`);
}

function textFields(given: unknown, what: string): Record<string, string> {
  const entries = Object.entries(given === undefined ? {} : fields(given, what));
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
}

function texts(given: unknown, what: string): string[] {
  if (Array.isArray(given) && given.every((each) => typeof each === "string")) return given;
  throw new OptionsError(`options.${what} takes a list of texts.`);
}

function duration(from: Fields, key: string, fallback?: number, prefix = "options: "): number {
  const value = from[key] ?? fallback;
  const ms = parseDuration(value);
  if (ms === null)
    throw new OptionsError(`${prefix}${key} takes a duration such as "90s", not ${JSON.stringify(value)}.`);
  return ms;
}
