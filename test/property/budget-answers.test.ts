// What an identity is answered: refusals that are honest and free, and nothing of what others do.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Policy } from "../../src/rate-limit/gcra.ts";
import { prove } from "../support/prove.ts";
import type { Member, Said } from "../support/town/member.ts";
import { anyOrder, InOrder, settle } from "../support/town/network.ts";
import { OFFSETS, Town } from "../support/town/town.ts";
import { policies } from "../support/town/traffic.ts";

const place = fc.nat(OFFSETS.length - 1);

test("[L2] refused with retryAfter r: refused before r, accepted at r, in whichever room, at any latency", async () => {
  const rounds = fc.array(
    fc.record({
      place,
      burst: fc.integer({ min: 1, max: 30 }),
      legs: fc.nat(6),
      gap: fc.nat(3_600).map((quarters) => quarters / 4),
    }),
    { minLength: 3, maxLength: 12 },
  );
  await prove("[L2]", {
    runs: 200,
    states: [
      "refused before",
      "accepted at",
      "accepted after a move",
      "refused where it was not spent",
      "moved away in vain",
      "refused where it was not spent, and moved away in vain",
    ],
    arbitrary: fc.tuple(fc.scheduler(), policies, rounds, fc.boolean(), fc.nat(9)),
    holds: async ([scheduler, policy, list, isDelivery, early], reached) => {
      const network = anyOrder(scheduler);
      const town = new Town(network, policy);
      const [anns, noise] = ["i0", "i1"].map((identity) =>
        OFFSETS.map((_, room) => town.connect(room, identity, isDelivery)),
      );
      await town.advance(2_000, true);
      for (const { place: room, burst, legs, gap } of list) {
        const [ann, other] = [anns?.[room], noise?.[room]];
        if (ann === undefined || other === undefined) continue;
        for (let i = 0; i < burst; i++) town.say(ann);
        for (let i = 0; i < legs; i++) await network.step();
        await town.advance(gap, true);
        town.say(other);
        await settle(network);
        const refused = town.say(ann);
        await settle(network);
        const { answered, retryAfter } = refused;
        if (answered === null || retryAfter === null || retryAfter <= early + 1) continue;
        const spent = town.accepted.findLast((one) => one.identity === "i0" && one.kind === "message");
        // The budget goes elsewhere, is of no use there, and comes back: who knew the last action knows it all the same.
        const third = anns?.find((one) => one !== ann && one.room !== spent?.room);
        const moves = town.ofLimiters("moves");
        if (third !== undefined) town.say(third);
        await settle(network);
        const isVain = town.ofLimiters("moves") > moves;
        if (isVain) reached.add("moved away in vain");
        if (spent?.room !== room) {
          reached.add("refused where it was not spent");
          if (isVain) reached.add("refused where it was not spent, and moved away in vain");
        }
        await town.advance(retryAfter - early - 1, true);
        expect(town.say(ann)).toMatchObject({ answered: town.now, isAccepted: false, retryAfter: early + 1 });
        reached.add("refused before");
        await town.advance(early + 1, true);
        const again = town.say(ann);
        await town.advance(2_000, true);
        expect(again.isAccepted, "refused at r").toBe(true);
        reached.add("accepted at");
        if (again.answered !== again.at) reached.add("accepted after a move");
      }
    },
  });
});

interface Act {
  readonly gap: number;
  readonly place: number;
  readonly isDelivery: boolean;
  readonly identity: number;
  readonly times: number;
  readonly next: "nothing" | "settle" | "down" | "up";
}
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.record({
    gap: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 900 })),
    place,
    isDelivery: fc.boolean(),
    identity: fc.nat(1),
    times: fc.constantFrom(1, 1, 3, 8),
    next: fc.constantFrom<Act["next"]>("nothing", "nothing", "settle", "settle", "settle", "down", "up"),
  }),
  { minLength: 10, maxLength: 60, size: "max" },
);

interface Answers {
  readonly town: Town;
  /** By the act's place in the list, and the place in it. */
  readonly said: ReadonlyMap<string, Said>;
}

/** What the acts that `mayAct` lets through are answered. */
async function answersTo(
  policy: Policy,
  list: readonly Act[],
  mayAct: (key: string, act: Act) => boolean,
): Promise<Answers> {
  const network = new InOrder();
  const town = new Town(network, policy);
  const said = new Map<string, Said>();
  for (const [index, act] of list.entries()) {
    await town.advance(act.gap, false);
    const identity = `i${act.identity}`;
    const isHere = (one: Member): boolean =>
      one.identity === identity && one.room === act.place && one.isDelivery === act.isDelivery && one.isIn;
    for (let i = 0; i < act.times; i++) {
      const key = `${index}/${i}`;
      const member = town.members.find(isHere);
      if (mayAct(key, act))
        said.set(
          key,
          member === undefined ? town.connect(act.place, identity, act.isDelivery).join : town.say(member),
        );
      if (act.next === "settle") await settle(network);
    }
    if (act.next === "down" || act.next === "up") network.isDown = act.next === "down";
  }
  await town.advance(2_000, false);
  return { town, said };
}

test("[L8] an identity gets the same answers at the same times with and without another's traffic", async () => {
  await prove("[L8]", {
    runs: 200,
    states: ["same", "same refusals", "moves"],
    arbitrary: fc.tuple(policies, acts),
    holds: async ([policy, list], reached) => {
      const together = await answersTo(policy, list, () => true);
      const alone = await answersTo(policy, list, (_, { identity }) => identity === 0);
      for (const [key, said] of alone.said) {
        expect(together.said.get(key)).toEqual(said);
        reached.add(said.isAccepted ? "same" : "same refusals");
      }
      reached.add("moves", together.town.ofLimiters("moves"));
    },
  });
});

test("[L4] what was refused has cost nothing: without it all the rest is accepted just so", async () => {
  await prove("[L4]", {
    runs: 200,
    states: ["accepted", "refused", "moves"],
    arbitrary: fc.tuple(policies, acts),
    holds: async ([policy, some], reached) => {
      const list = some.map((act) => ({ ...act, next: "settle" as const }));
      const hammered = await answersTo(policy, list, () => true);
      const calm = await answersTo(policy, list, (key) => hammered.said.get(key)?.isAccepted === true);
      for (const [key, said] of calm.said) expect(said).toEqual(hammered.said.get(key));
      reached.add("accepted", calm.said.size);
      reached.add("refused", hammered.said.size - calm.said.size);
      reached.add("moves", hammered.town.ofLimiters("moves"));
    },
  });
});

test("[L4] hammering in two rooms moves the budget at most twice a period a room, and starves neither", async () => {
  const periods = 20;
  await prove("[L4]", {
    runs: 40,
    states: ["moves", "accepted here", "accepted there", "refused"],
    arbitrary: fc.tuple(fc.scheduler(), policies, fc.integer({ min: 2, max: 40 }), fc.nat(3)),
    holds: async ([scheduler, policy, share, legs], reached) => {
      const network = anyOrder(scheduler);
      const town = new Town(network, policy, OFFSETS.slice(0, 2));
      const members = [0, 1].map((room) => town.connect(room, "i0", false));
      await town.advance(2_000, true);
      const before = town.ofLimiters("moves");
      for (const end = town.now + periods * policy.periodMs; town.now < end;) {
        for (const member of members)
          if (member.open.length === 0 && town.say(member).retryAfter !== null) reached.add("refused");
        for (let i = 0; i < legs; i++) await network.step();
        await town.advance(Math.ceil((share * policy.periodMs) / 400), true);
      }
      await town.advance(2_000, true);
      const moves = town.ofLimiters("moves") - before;
      // A burst moves with each action.
      expect(moves).toBeLessThanOrEqual(2 * members.length * periods + 2 * policy.burst);
      reached.add("moves", moves);
      for (const [room, where] of ["accepted here", "accepted there"].entries())
        reached.add(where, town.accepted.filter((one) => one.room === room && one.kind === "message").length);
    },
  });
});
