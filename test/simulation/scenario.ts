// What may happen in a simulation, as data: it can be generated, shrunk, stored and replayed.
import fc from "fast-check";
import type { Policy } from "../../src/rate-limit/gcra.ts";
import { type CallFault, type Leg, LEGS } from "./calls.ts";
import type { DiskFault } from "./disk.ts";
import type { Notice } from "./wire.ts";

export const ROOMS = 3;
/** In which room each person is, and behind which address: both addresses talk in several rooms, so that budgets move. */
export const PEOPLE = [
  { room: 0, address: "A", protocol: "classic" },
  { room: 0, address: "A", protocol: "delivery" },
  { room: 0, address: "B", protocol: "classic" },
  { room: 1, address: "A", protocol: "delivery" },
  { room: 1, address: "B", protocol: "classic" },
  { room: 2, address: "A", protocol: "delivery" },
  { room: 0, address: "B", protocol: "delivery" },
] as const;
/** Where an object is meant by number, the rooms come first; this one is all limiters. */
export const LIMITERS = ROOMS;

/** The original demo's, and the default. */
const RATES: readonly Policy[] = [
  { periodMs: 5_000, burst: 5 },
  { periodMs: 1_000, burst: 20 },
];

/** `who` is a person, `room` a room, `object` a room or the limiters, by number. */
export type Step =
  | { readonly do: "start" | "stop" | "reload" | "history" | "repeat"; readonly who: number }
  | { readonly do: "say"; readonly who: number; readonly times: number }
  | { readonly do: "say too much"; readonly who: number }
  | { readonly do: "junk"; readonly who: number; readonly frame: string }
  | { readonly do: "cut"; readonly who: number; readonly notice: Notice }
  | { readonly do: "network"; readonly who: number; readonly isOnline: boolean; readonly latency: number }
  | { readonly do: "advance"; readonly ms: number }
  | { readonly do: "crash"; readonly downMs: number }
  | { readonly do: "die"; readonly object: number }
  | {
      readonly do: "disk";
      readonly object: number;
      readonly fault: DiskFault | null;
      readonly latency: number;
    }
  | { readonly do: "calls"; readonly fault: CallFault | null; readonly latency: number }
  | { readonly do: "reach"; readonly room: number; readonly isReachable: boolean }
  | { readonly do: "clock"; readonly object: number; readonly ms: number }
  /** "depart": the connections of all classic members break at once. "ring": the alarm does, once more or too early. */
  | { readonly do: "hibernate" | "erase" | "depart" | "ring"; readonly room: number };

export interface Scenario {
  /** Seeds what is random in clients: their backoff. */
  readonly seed: number;
  /** Evict a room whenever it is idle, not only where a step says so. */
  readonly isEager: boolean;
  /** What messages cost, and how many come at once; few, and they are refused. */
  readonly rate: Policy;
  /** Messages that a room keeps; few, and there are gaps. */
  readonly keepRows: number;
  readonly steps: readonly Step[];
}

const who = fc.nat(PEOPLE.length - 1);
const room = fc.nat(ROOMS - 1);
const object = fc.nat(LIMITERS);
const latency = fc.oneof(fc.constant(5), fc.integer({ min: 0, max: 3_000 }));

/** A kind of step, and how often it comes compared with the others. */
export interface StepKind extends fc.WeightedArbitrary<Step> {
  readonly kind: Step["do"];
}

const step = (
  weight: number,
  kind: Step["do"],
  fields: Readonly<Record<string, fc.Arbitrary<unknown>>>,
): StepKind => ({
  kind,
  weight,
  arbitrary: fc.record({ do: fc.constant(kind), ...fields }) as unknown as fc.Arbitrary<Step>,
});

/** In tenths: objects' clocks are read in whole milliseconds, and what happens lies between. */
const callLatency = fc.oneof(
  fc.constant(2),
  fc.integer({ min: 0, max: 8_000 }).map((tenths) => tenths / 10),
);
const faultOf = (legs: readonly Leg[]): fc.Arbitrary<CallFault> =>
  fc.record<CallFault>({
    leg: fc.constantFrom(...legs),
    fate: fc.constantFrom("lost", "fails", "late", "twice"),
    ms: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 5_000 })),
  });

const JUNK = [
  "",
  "null",
  "[1]",
  '{"message":{}}',
  '{"message":7}',
  '{"history":{"before":9}}',
  '{"counter":-1}',
  '{"name":"again"}',
] as const;

/** Every kind of step, with the weight that it has where weights are fixed. `legs`: the calls that may go wrong. */
export const stepsOf = (legs: readonly Leg[] = LEGS): readonly StepKind[] => [
  step(6, "start", { who }),
  step(1, "stop", { who }),
  step(2, "reload", { who }),
  step(1, "history", { who }),
  step(2, "repeat", { who }),
  step(12, "say", { who, times: fc.integer({ min: 1, max: 4 }) }),
  step(1, "say too much", { who }),
  step(1, "junk", { who, frame: fc.constantFrom(...JUNK) }),
  step(3, "cut", { who, notice: fc.constantFrom<Notice>("both", "client", "room", "nobody") }),
  step(2, "network", { who, isOnline: fc.boolean(), latency }),
  step(16, "advance", {
    ms: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 9_000 })),
  }),
  step(1, "advance", { ms: fc.integer({ min: 30_000, max: 400_000 }) }),
  step(1, "crash", { downMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20_000 })) }),
  step(3, "die", { object }),
  step(2, "disk", {
    object,
    fault: fc.constantFrom<DiskFault | null>("write", "commit", "start", "sync", null, null),
    latency: fc.oneof(fc.constant(1), fc.integer({ min: 0, max: 500 })),
  }),
  step(6, "calls", { fault: fc.option(faultOf(legs)), latency: callLatency }),
  step(1, "reach", { room, isReachable: fc.boolean() }),
  step(1, "clock", { object, ms: fc.integer({ min: -7_200_000, max: 7_200_000 }) }),
  step(4, "hibernate", { room }),
  step(1, "erase", { room }),
  step(3, "depart", { room }),
  step(1, "ring", { room }),
];

/** The steps of a scenario, of these kinds. */
export const stepLists = (kinds: readonly StepKind[]): fc.Arbitrary<Step[]> =>
  fc.array(fc.oneof(...kinds), { minLength: 5, maxLength: 120, size: "max" });

/** Scenarios whose steps are drawn by `steps`. */
export const scenariosOf = (steps: fc.Arbitrary<Step[]>): fc.Arbitrary<Scenario> =>
  fc.record({
    seed: fc.nat(2 ** 31 - 1),
    isEager: fc.boolean(),
    rate: fc.constantFrom(...RATES),
    keepRows: fc.constantFrom(2, 10_000),
    steps,
  });

/** All kinds of steps in every scenario, always as often. */
export const evenScenarios = scenariosOf(stepLists(stepsOf()));
