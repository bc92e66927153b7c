// What the main thread and a VU's thread say to each other.
import type { GroupCounts } from "./groups.ts";
import type { SeriesBatch } from "./samples.ts";

/** What a thread is told at its birth. */
export interface ThreadData {
  /** Absolute path of the script. */
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  readonly epochLead: number;
  readonly vu: VuIds;
  /** The script's options as the run took them; null where the thread is to tell them. */
  readonly options: RunOptions | null;
}

/** [K5] 0 for setup, teardown and handleSummary. */
interface VuIds {
  readonly idInInstance: number;
  readonly idInTest: number;
}

/** The part of the options that a VU needs. */
interface RunOptions {
  readonly systemTags: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /** As the script exported them, for `exec.test.options`. */
  readonly exported: unknown;
}

export type Part = "setup" | "teardown" | "handleSummary";

export interface ScenarioInfo {
  readonly name: string;
  readonly executor: string;
  readonly startTime: number;
  readonly env: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface IterationInfo {
  readonly scenario: ScenarioInfo;
  /** Counted over the VUs of this scenario, here and in all instances. */
  readonly inInstance: number;
  readonly inTest: number;
}

export type ToVu =
  | {
      readonly kind: "part";
      readonly part: Part;
      readonly data: string | undefined;
      readonly testStart: number;
    }
  | {
      readonly kind: "iterate";
      readonly exec: string;
      readonly data: string | undefined;
      readonly testStart: number;
      readonly iteration: IterationInfo;
    }
  | { readonly kind: "interrupt" };

export type MetricKind = "counter" | "gauge" | "rate" | "trend";

export interface MetricDeclaration {
  readonly name: string;
  readonly kind: MetricKind;
  readonly contains: "default" | "time" | "data";
}

export interface Declared {
  readonly options: unknown;
  /** Names of the functions that the script exports. */
  readonly exports: readonly string[];
  readonly metrics: readonly MetricDeclaration[];
}

export interface Outcome {
  readonly kind: "ended";
  readonly outcome: "done" | "failed" | "interrupted";
  readonly error: string;
  /** What a part returned, as JSON; undefined where it returned nothing. */
  readonly value: string | undefined;
  readonly durationMs: number;
}

export type FromVu =
  | ({ readonly kind: "ready" } & Declared)
  | { readonly kind: "init-failed"; readonly error: string }
  | { readonly kind: "samples"; readonly batches: readonly SeriesBatch[]; readonly groups?: GroupCounts }
  | { readonly kind: "abort" | "fail"; readonly reason: string }
  | { readonly kind: "log"; readonly line: string }
  | Outcome;
