// What a room carries, by members and messages a second: only points that were measured, and between which of them its limit lies. Pure.
import { settled, span } from "../lib/climb.ts";
import type { Bounds } from "./ladder.ts";
import { failureOf, type LadderStep } from "./ladder-outcome.ts";
import type { RunResult } from "./result.ts";

export interface CapacityRow {
  readonly members: number;
  /** One for each rate that was tried, rising. */
  readonly steps: readonly LadderStep[];
  /** The highest rate that held below every failure, and the lowest that failed; null where there is none. */
  readonly held: number | null;
  readonly failed: number | null;
}

export interface Capacity {
  /** By rising members. */
  readonly rows: readonly CapacityRow[];
  /** All rates that were tried with any of them, rising. */
  readonly rates: readonly number[];
  readonly bounds: Bounds;
}

/** The runs as steps of ladders, one ladder for each number of members. */
export function capacityOf(results: readonly RunResult[], bounds: Bounds): Capacity {
  const tries = results.map((result): LadderStep & { readonly members: number } => ({
    members: Number(result.parameters.CHAT_MEMBERS),
    rate: Number(result.parameters.CHAT_RATE),
    failure: failureOf(result, bounds),
    result,
  }));
  const members = [...new Set(tries.map((step) => step.members))].toSorted((a, b) => a - b);
  const rows = members.map((count): CapacityRow => {
    const steps = settled(tries.filter((step) => step.members === count));
    return { members: count, steps: steps.toSorted((a, b) => a.rate - b.rate), ...span(steps) };
  });
  const rates = new Set(rows.flatMap(({ steps }) => steps.map(({ rate }) => rate)));
  return { rows, rates: [...rates].toSorted((a, b) => a - b), bounds };
}

/** Why runs of different shape make no card, in one sentence; null where they do. */
export function unlike(results: readonly RunResult[]): string | null {
  const [first] = results;
  if (first === undefined) return "There are no results.";
  const traits: readonly (readonly [string, (result: RunResult) => string])[] = [
    ["target", ({ target }) => `${target.kind} ${target.version}`],
    ["protocol", ({ parameters }) => `${parameters.CHAT_PROTOCOL}`],
    ["machine", ({ machine }) => `${machine.cpu}, ${machine.cores} cores`],
    ["engine", ({ engine }) => engine.name],
    ["size of a message", ({ parameters }) => `${parameters.CHAT_SIZE}`],
    ["number of rooms", ({ rooms }) => `${rooms}`],
  ];
  for (const [name, of] of traits) {
    const other = results.find((result) => of(result) !== of(first));
    if (other !== undefined)
      return `The ${name} differs (${of(first)} and ${of(other)}); a card is of one room on one machine.`;
  }
  return null;
}

/** What one row says, for people. */
export function sayLimit({ members, steps, held, failed }: CapacityRow): string {
  const best = steps.find(({ rate }) => rate === held)?.result.headline;
  const carries =
    held === null
      ? `${members} members: no rate held`
      : `${members} members: ${held} messages/s hold, ${Math.round(best?.deliveriesPerSecondPerRoom ?? 0).toLocaleString("en")} deliveries/s, a message of each member every ${everyOf(members, held)}`;
  const limit =
    failed === null
      ? "; no limit was found"
      : held === null
        ? `; the limit is below ${failed}`
        : `; the limit lies between ${held} and ${failed}`;
  return `${carries}${limit}.`;
}

/** How often each member speaks where all do alike. */
function everyOf(members: number, rate: number): string {
  const seconds = members / rate;
  return seconds >= 1 ? `${Number(seconds.toPrecision(2))} s` : `${Math.round(seconds * 1_000)} ms`;
}
