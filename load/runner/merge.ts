// The results of several instances of one run as one result: counts and histograms add up, and it is judged anew. Pure.
import { mergeTallies, type Tally } from "../lib/tally.ts";
import type { Usage } from "../lib/validity.ts";
import { assemble } from "./assemble.ts";
import { coresOf } from "./pinning.ts";
import type { RunResult } from "./result.ts";
import { median } from "./statistics.ts";

/** Throws an Error with a sentence where they are not instances of one run. `results` holds at least one. */
export function mergeResults(results: readonly RunResult[], command: string): RunResult {
  const [first] = results;
  if (first === undefined) throw new RangeError("Nothing to merge.");
  const other = results.find(
    ({ engine, target }) => engine.name !== first.engine.name || target.url !== first.target.url,
  );
  if (other !== undefined) {
    throw new Error(
      `These results are of different runs: ${first.engine.name} at ${first.target.url}, and ${other.engine.name} at ${other.target.url}. Merge those of one run.`,
    );
  }
  const started = Math.min(...results.map((result) => Date.parse(result.started)));
  const { engine, target, machine, environment, pinned } = first;
  return assemble({
    tally: results.slice(1).reduce<Tally>(mergeTallies, first),
    engine,
    target,
    machine,
    environment,
    pinned,
    command,
    started,
    durationS: Math.max(...results.map((result) => offsetOf(result, started) + result.durationS)),
    usage: {
      generator: sumUsage(results, started),
      target: targetUsage(results, started),
    },
    generator: busiest(results, started),
    versions: [target.version, results.at(-1)?.target.version ?? target.version],
    hasEnded: false,
    ceiling: results.every(({ ceiling }) => ceiling !== null)
      ? results.reduce((sum, { ceiling }) => sum + (ceiling ?? 0), 0)
      : null,
    notes: [...new Set(results.flatMap(({ notes }) => notes))],
  });
}

/** The instance whose processor was fuller: its time is judged for all. */
function busiest(results: readonly RunResult[], started: number): { usage: readonly Usage[]; cores: number } {
  const all = results.map((result) => {
    const cores = coresOf(result.pinned?.generator, result.machine.cores);
    const usage = shifted(result.usage.generator, offsetOf(result, started));
    return { usage, cores, share: median(usage.map(({ cpu }) => cpu)) / cores };
  });
  return all.toSorted((a, b) => b.share - a.share)[0] ?? { usage: [], cores: 1 };
}

/** Seconds from the first instance's start to this one's. */
const offsetOf = ({ started }: RunResult, first: number): number => (Date.parse(started) - first) / 1_000;

/** What all generators used together, second by second. */
function sumUsage(results: readonly RunResult[], started: number): Usage[] {
  const sums = new Map<number, Usage>();
  for (const result of results) {
    for (const sample of shifted(result.usage.generator, offsetOf(result, started))) {
      const { cpu, rssMiB } = sums.get(sample.second) ?? { cpu: 0, rssMiB: 0 };
      sums.set(sample.second, {
        second: sample.second,
        cpu: Number((cpu + sample.cpu).toFixed(3)),
        rssMiB: Number((rssMiB + sample.rssMiB).toFixed(1)),
      });
    }
  }
  return [...sums.values()].toSorted((a, b) => a.second - b.second);
}

/** The target was one: who sampled it tells. */
function targetUsage(results: readonly RunResult[], started: number): Usage[] {
  const witness = results.find(({ usage }) => usage.target.length > 0);
  return witness === undefined ? [] : shifted(witness.usage.target, offsetOf(witness, started));
}

const shifted = (samples: readonly Usage[], seconds: number): Usage[] =>
  samples.map((sample) => ({ ...sample, second: sample.second + Math.round(seconds) }));
