// The VU that this thread is: what k6's modules ask when a script calls them. One thread, one VU [K4].
import { workerData } from "node:worker_threads";
import { createClock } from "./clock.ts";
import { Groups } from "./groups.ts";
import { Iteration } from "./iteration.ts";
import type { FromVu, IterationInfo, MetricDeclaration, ThreadData } from "./messages.ts";
import { Samples, type Tags } from "./samples.ts";

const data = workerData as ThreadData;

export const vu = {
  ids: data.vu,
  script: data.script,
  env: { ...data.env },
  options: data.options,
  clock: createClock(data.epochLead),
  samples: new Samples(),
  declared: new Map<string, MetricDeclaration>(),
  /** Null in the init context. */
  iteration: null as Iteration | null,
  /** Null in setup, teardown and handleSummary too. */
  info: null as IterationInfo | null,
  iterationsDone: 0,
  /** By scenario. */
  iterationsOf: new Map<string, number>(),
  group: "",
  groups: new Groups(),
  /** Epoch ms; 0 before the test began. */
  testStart: 0,
  /** Set by worker.ts: tells the main thread. */
  tell: (_message: FromVu): void => {},
};

/** The iteration under way. Throws in the init context, as k6 does. */
export function current(what: string): Iteration {
  if (vu.iteration === null) throw new Error(`${what} is not supported in the init context`);
  return vu.iteration;
}

/** Tags of a sample: the run's, the scenario's, the given ones, and those of k6's own that `systemTags` lets through. */
export function tagsOf(system: Tags, given: Tags = {}): Tags {
  const allowed = vu.options?.systemTags ?? [];
  const own = {
    ...system,
    ...(vu.info === null ? {} : { scenario: vu.info.scenario.name }),
    group: vu.group,
  };
  return {
    ...vu.options?.tags,
    ...vu.info?.scenario.tags,
    ...Object.fromEntries(Object.entries(own).filter(([name]) => allowed.includes(name))),
    ...given,
  };
}
