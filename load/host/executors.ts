// [K37] When the VUs of a scenario iterate. Time and threads come from the run.
import type { Scenario, Stage } from "./options.ts";
import type { Segment } from "./segment.ts";
import type { VuThread } from "./thread.ts";

/** What an executor may do. */
export interface Stageplay {
  readonly segment: Segment;
  /** This scenario's VUs, in this instance. */
  readonly vus: readonly VuThread[];
  /** Runs one iteration; `index` counts this instance's, `inTest` all instances'. */
  iterate(vu: VuThread, index: number, inTest: number): Promise<void>;
  /** Ms since the scenario began. */
  elapsed(): number;
  /** Resolves then, or at once when the run is being ended. */
  until(ms: number): Promise<void>;
  readonly isEnding: () => boolean;
  /** So many iterations that were to be did not begin. */
  dropped(count: number): void;
}

/** Starts iterations until the scenario's regular end; resolves when the last has ended. */
export async function execute(scenario: Scenario, play: Stageplay): Promise<void> {
  switch (scenario.executor) {
    case "per-vu-iterations":
      return perVu(scenario.iterations, scenario.maxMs, play);
    case "shared-iterations":
      return shared(scenario.iterations, scenario.maxMs, play);
    case "constant-vus":
      return perVu(Infinity, scenario.durationMs, play);
    case "constant-arrival-rate":
    case "ramping-arrival-rate":
      return arrivals(scenario, play);
    default: {
      const never: never = scenario;
      throw new Error(`no executor: ${JSON.stringify(never)}`);
    }
  }
}

/** How long iterations may start; after it, `gracefulStop` begins. */
export function regularMs(scenario: Scenario): number {
  if ("maxMs" in scenario) return scenario.maxMs;
  return "durationMs" in scenario
    ? scenario.durationMs
    : scenario.stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
}

async function perVu(iterations: number, endMs: number, play: Stageplay): Promise<void> {
  let next = 0;
  await Promise.all(
    play.vus.map(async (vu) => {
      for (let done = 0; done < iterations && play.elapsed() < endMs && !play.isEnding(); done++) {
        const index = next++;
        await play.iterate(vu, index, play.segment.global(index));
      }
    }),
  );
  // [K42] What the end of its time left undone.
  if (Number.isFinite(iterations) && !play.isEnding()) play.dropped(iterations * play.vus.length - next);
}

async function shared(iterations: number, endMs: number, play: Stageplay): Promise<void> {
  const total = play.segment.scale(iterations);
  let next = 0;
  await Promise.all(
    play.vus.map(async (vu) => {
      while (next < total && play.elapsed() < endMs && !play.isEnding()) {
        const index = next++;
        await play.iterate(vu, index, play.segment.global(index));
      }
    }),
  );
  if (!play.isEnding()) play.dropped(total - next);
}

type Arrivals = Extract<Scenario, { readonly stages: readonly Stage[] }>;

/** An open model: an iteration begins when it is due, on a VU that is free; where none is, it is dropped and counted. */
async function arrivals(scenario: Arrivals, play: Stageplay): Promise<void> {
  const running = new Set<Promise<void>>();
  let index = 0;
  for (let k = 0; ; k++) {
    const due = arrivalTime(scenario, k);
    if (due === null || play.isEnding()) break;
    if (!play.segment.owns(k)) continue;
    await play.until(due);
    if (play.isEnding()) break;
    const vu = play.vus.find((each) => !each.isBusy);
    if (vu === undefined) {
      play.dropped(1);
      continue;
    }
    const iteration = play.iterate(vu, index++, k).finally(() => running.delete(iteration));
    running.add(iteration);
  }
  await Promise.all(running);
}

/** When iteration `k` (from 0) of all instances is due, in ms; null after the last stage. The rate changes linearly in a stage. */
export function arrivalTime(
  { startRate, unitMs, stages }: Pick<Arrivals, "startRate" | "unitMs" | "stages">,
  k: number,
): number | null {
  let began = 0;
  let left = k;
  let rate = startRate / unitMs;
  for (const { durationMs, target } of stages) {
    const slope = durationMs === 0 ? 0 : (target / unitMs - rate) / durationMs;
    const inStage = rate * durationMs + (slope * durationMs * durationMs) / 2;
    if (left < inStage) return began + timeFor(left, rate, slope);
    left -= inStage;
    began += durationMs;
    rate = target / unitMs;
  }
  return null;
}

/** The t with rate·t + slope·t²/2 = count. */
function timeFor(count: number, rate: number, slope: number): number {
  if (count === 0) return 0;
  return (2 * count) / (rate + Math.sqrt(Math.max(0, rate * rate + 2 * slope * count)));
}
