// What may happen in a simulation, as data: it can be generated, shrunk, stored and replayed.
import fc from "fast-check";
import type { DiskFault } from "./disk.ts";
import type { LimiterFault } from "./limiters.ts";
import type { Notice } from "./link.ts";

export const PEOPLE = 6;
export const ROOMS = 2;
/** Which room a person is in: four are in the first, two in the second. */
export const roomOf = (who: number): number => (who < 4 ? 0 : 1);

/** `who` is a person, `room` a room, by number. */
export type Step =
  | { readonly do: "start" | "stop" | "reload" | "history" | "repeat"; readonly who: number }
  | { readonly do: "say"; readonly who: number; readonly times: number }
  | { readonly do: "say too much"; readonly who: number }
  | { readonly do: "junk"; readonly who: number; readonly frame: string }
  | { readonly do: "cut"; readonly who: number; readonly notice: Notice }
  | { readonly do: "network"; readonly who: number; readonly isOnline: boolean; readonly latency: number }
  | { readonly do: "advance"; readonly ms: number }
  | { readonly do: "crash"; readonly downMs: number }
  | { readonly do: "disk"; readonly room: number; readonly fault: DiskFault | null; readonly latency: number }
  | { readonly do: "limiter"; readonly fault: LimiterFault | null; readonly latency: number }
  | { readonly do: "clock"; readonly ms: number }
  | { readonly do: "hibernate" | "erase"; readonly room: number };

export interface Scenario {
  /** Seeds what is random in clients: their backoff. */
  readonly seed: number;
  /** Evict a room whenever it is idle, not only where a step says so. */
  readonly isEager: boolean;
  /** Messages and joins of one address at once; few, and the limiter refuses. */
  readonly burst: number;
  /** Messages that a room keeps; few, and there are gaps. */
  readonly keepRows: number;
  readonly steps: readonly Step[];
}

const who = fc.nat(PEOPLE - 1);
const room = fc.nat(ROOMS - 1);
const latency = fc.oneof(fc.constant(5), fc.integer({ min: 0, max: 3_000 }));
const step = (
  weight: number,
  kind: Step["do"],
  fields: Readonly<Record<string, fc.Arbitrary<unknown>>>,
): fc.WeightedArbitrary<Step> => ({
  weight,
  arbitrary: fc.record({ do: fc.constant(kind), ...fields }) as unknown as fc.Arbitrary<Step>,
});

export const JUNK = [
  "",
  "null",
  "[1]",
  '{"message":{}}',
  '{"message":7}',
  '{"history":{"before":9}}',
  '{"counter":-1}',
  '{"name":"again"}',
] as const;

const steps = fc.array(
  fc.oneof(
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
    step(2, "disk", {
      room,
      fault: fc.constantFrom<DiskFault | null>("write", "commit", null),
      latency: fc.oneof(fc.constant(1), fc.integer({ min: 0, max: 500 })),
    }),
    step(3, "limiter", {
      fault: fc.constantFrom<LimiterFault | null>("request lost", "reply lost", "slow", null),
      latency: fc.oneof(fc.constant(2), fc.integer({ min: 0, max: 800 })),
    }),
    step(1, "clock", { ms: fc.integer({ min: -7_200_000, max: 7_200_000 }) }),
    step(4, "hibernate", { room }),
    step(1, "erase", { room }),
  ),
  { minLength: 5, maxLength: 120, size: "max" },
);

export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.nat(2 ** 31 - 1),
  isEager: fc.boolean(),
  burst: fc.constantFrom(5, 50),
  keepRows: fc.constantFrom(5, 10_000),
  steps,
});
