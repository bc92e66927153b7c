// What happens in a town: people come, talk and leave, calls arrive or not, objects sleep and die, clocks jump.
import fc from "fast-check";
import { expect } from "vitest";
import type { Policy } from "../../../src/rate-limit/gcra.ts";
import type { Said } from "./member.ts";
import { type Fate, type Network, settle } from "./network.ts";
import { OFFSETS, POLICIES, Town } from "./town.ts";

export type Step =
  | { readonly do: "connect"; readonly room: number; readonly identity: number; readonly isDelivery: boolean }
  | { readonly do: "say"; readonly who: number; readonly times: number }
  | { readonly do: "leave"; readonly who: number }
  | { readonly do: "arrive"; readonly legs: number }
  | { readonly do: "wait"; readonly share: number }
  | { readonly do: "sleep" | "crash" | "doom" | "alarm" | "erase"; readonly room: number }
  | { readonly do: "limiter"; readonly how: "crash" | "doom" | "alarm"; readonly identity: number }
  | { readonly do: "jump"; readonly clock: number; readonly ms: number };

const IDENTITIES = ["i0", "i1"];
const rooms = fc.nat(OFFSETS.length - 1);
const identities = fc.nat(IDENTITIES.length - 1);
const who = fc.nat(20);

export const policies = fc.constantFrom(...POLICIES);
const connects: fc.Arbitrary<Step> = fc.record({
  do: fc.constant("connect"),
  room: rooms,
  identity: identities,
  isDelivery: fc.boolean(),
});
const says: fc.Arbitrary<Step> = fc.record({
  do: fc.constant("say"),
  who,
  times: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 7 })),
});
const arrivals: fc.Arbitrary<Step> = fc.record({
  do: fc.constant("arrive"),
  legs: fc.integer({ min: 1, max: 6 }),
});
/** In hundredths of T. */
const waits: fc.Arbitrary<Step> = fc.record({
  do: fc.constant("wait"),
  share: fc.integer({ min: 1, max: 150 }),
});
export const leaves: fc.Arbitrary<Step> = fc.record({ do: fc.constant("leave"), who });
export const sleeps: fc.Arbitrary<Step> = fc.record({ do: fc.constantFrom("sleep", "alarm"), room: rooms });
export const deaths: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom("crash", "doom", "erase"), room: rooms }),
  fc.record({
    do: fc.constant("limiter"),
    how: fc.constantFrom("crash", "doom", "alarm"),
    identity: identities,
  }),
);
/** Of rooms, then of limiters. */
export const jumps: fc.Arbitrary<Step> = fc.record({
  do: fc.constant("jump"),
  clock: fc.nat(OFFSETS.length + IDENTITIES.length - 1),
  ms: fc.integer({ min: -100_000, max: 100_000 }),
});

export const traffic = (...more: fc.Arbitrary<Step>[]): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 4, arbitrary: connects },
      { weight: 12, arbitrary: says },
      { weight: 8, arbitrary: arrivals },
      { weight: 6, arbitrary: waits },
      ...more.map((arbitrary) => ({ weight: 1, arbitrary })),
    ),
    { minLength: 20, maxLength: 90, size: "max" },
  );

/** What becomes of legs: most arrive. */
export const fates: fc.Arbitrary<Fate[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<Fate>("arrives") },
    { weight: 1, arbitrary: fc.constantFrom<Fate>("lost", "doubled") },
  ),
  { minLength: 1, maxLength: 40 },
);

export interface Run {
  readonly town: Town;
  readonly said: readonly Said[];
  /** By room and limiter clocks: how far and when each jumped. */
  readonly jumped: readonly { readonly at: number; readonly ms: number }[];
}

/** Performs the steps, then waits until everybody has an answer. */
export async function perform(
  network: Network,
  policy: Policy,
  steps: readonly Step[],
  isReliable: boolean,
): Promise<Run> {
  const town = new Town(network, policy);
  const said: Said[] = [];
  const jumped: { at: number; ms: number }[] = [];
  for (const step of steps) {
    const inside = town.members.filter(({ isIn }) => isIn);
    const member = "who" in step ? inside[step.who % inside.length] : undefined;
    if (step.do === "connect")
      said.push(town.connect(step.room, IDENTITIES[step.identity] ?? "", step.isDelivery).join);
    else if (step.do === "say" && member !== undefined) {
      for (let i = 0; i < step.times && member.isOpen; i++) said.push(town.say(member));
    } else if (step.do === "leave" && member !== undefined) town.leave(member);
    else if (step.do === "arrive") for (let i = 0; i < step.legs; i++) await network.step();
    else if (step.do === "wait")
      await town.advance(Math.ceil((step.share * policy.periodMs) / 25) / 4, isReliable);
    else if (step.do === "limiter") disturb(town, step);
    else if (step.do === "jump") {
      jumped.push({ at: town.now, ms: step.ms });
      jump(town, step.clock, step.ms);
    } else if ("room" in step) happen(town, step.do, step.room);
  }
  await town.advance(3_000, isReliable);
  await settle(network);
  for (const member of town.members) if (member.isOpen) expect(member.open, "no answer for ever").toEqual([]);
  return { town, said, jumped };
}

function happen(town: Town, what: "sleep" | "crash" | "doom" | "alarm" | "erase", number: number): void {
  const room = town.room(number);
  if (what === "sleep") room.hibernate();
  else if (what === "doom") room.isDoomed = true;
  else room[what]();
}

function disturb(town: Town, { how, identity }: Extract<Step, { do: "limiter" }>): void {
  const limiter = town.limiter(IDENTITIES[identity] ?? "");
  if (how === "doom") limiter.isDoomed = true;
  else limiter[how]();
}

function jump(town: Town, clock: number, ms: number): void {
  if (clock < OFFSETS.length) town.jump(clock, ms);
  else town.jumpLimiter(IDENTITIES[clock - OFFSETS.length] ?? "", ms);
}
