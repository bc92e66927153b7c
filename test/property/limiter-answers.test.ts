import fc from "fast-check";
import { expect, test } from "vitest";
import { SLACK_MS } from "../../src/rate-limit/charge.ts";
import type { Policy } from "../../src/rate-limit/gcra.ts";
import type { Member, Said } from "../support/limited-members.ts";
import { LimitedRooms, OFFSETS, POLICIES } from "../support/limited-rooms.ts";
import { anyOrder, InOrder, settle } from "../support/network.ts";
import { prove } from "../support/prove.ts";

const policies = fc.constantFrom(...POLICIES);
const room = fc.nat(OFFSETS.length - 1);

test("[L2] refused with retryAfter r: refused before r, accepted at r, whatever another identity does", async () => {
  const rounds = fc.array(
    fc.record({ burst: fc.integer({ min: 1, max: 8 }), legs: fc.nat(4), gap: fc.nat(900) }),
    {
      minLength: 3,
      maxLength: 12,
    },
  );
  const all = fc.tuple(fc.scheduler(), policies, rounds, fc.boolean(), fc.nat(9));
  await prove("[L2]", {
    runs: 200,
    states: ["refused before", "accepted at", "late answers"],
    arbitrary: all,
    holds: async ([scheduler, policy, list, isDelivery, early], reached) => {
      const network = anyOrder(scheduler);
      const rooms = new LimitedRooms(network, policy, OFFSETS);
      const [ann, noise] = [rooms.connect(1, "i0", isDelivery), rooms.connect(1, "i1", false)];
      await rooms.advance(SLACK_MS, true);
      for (const { burst, legs, gap } of list) {
        const said = Array.from({ length: burst }, () => rooms.say(ann));
        for (let i = 0; i < legs; i++) await network.step();
        await rooms.advance(gap, true);
        rooms.say(noise);
        const refused = said.findLast(({ retryAfter }) => retryAfter !== null);
        if (refused?.retryAfter == null || refused.answered === null) continue;
        const left = refused.answered + refused.retryAfter - rooms.now;
        if (left <= early + 1) continue;
        await rooms.advance(left - early - 1, true);
        expect(rooms.say(ann)).toMatchObject({
          answered: rooms.now,
          isAccepted: false,
          retryAfter: early + 1,
        });
        reached.add("refused before");
        await rooms.advance(early + 1, true);
        const again = rooms.say(ann);
        await rooms.advance(SLACK_MS, true);
        expect(again.isAccepted, "refused at r").toBe(true);
        reached.add("accepted at");
        if (again.answered !== again.at) reached.add("late answers");
      }
    },
  });
});

interface Act {
  readonly gap: number;
  readonly place: number;
  readonly isDelivery: boolean;
  readonly identity: number;
  readonly next: "nothing" | "settle" | "down" | "up";
}
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.record({
    gap: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 900 })),
    place: room,
    isDelivery: fc.boolean(),
    identity: fc.nat(1),
    next: fc.constantFrom<Act["next"]>("nothing", "nothing", "settle", "settle", "settle", "down", "up"),
  }),
  { minLength: 10, maxLength: 60, size: "max" },
);

/** What the acts that `mayAct` lets through are answered, by their place in the list. */
async function answersTo(
  policy: Policy,
  list: readonly Act[],
  mayAct: (index: number) => boolean,
): Promise<Map<number, Said>> {
  const network = new InOrder();
  const rooms = new LimitedRooms(network, policy, OFFSETS);
  const answers = new Map<number, Said>();
  for (const [index, { gap, place, isDelivery, identity, next }] of list.entries()) {
    await rooms.advance(gap, false);
    const here = (one: Member): boolean =>
      one.identity === `i${identity}` &&
      one.room === place &&
      one.isDelivery === isDelivery &&
      one.join.isAccepted;
    if (mayAct(index)) {
      const member = rooms.members.find(here);
      answers.set(
        index,
        member === undefined ? rooms.connect(place, `i${identity}`, isDelivery).join : rooms.say(member),
      );
    }
    if (next === "settle") await settle(network);
    else if (next !== "nothing") network.isDown = next === "down";
  }
  await rooms.advance(SLACK_MS, false);
  return answers;
}

test("[L8] an identity gets the same answers at the same times with and without another's traffic", async () => {
  await prove("[L8]", {
    runs: 200,
    states: ["same", "same refusals"],
    arbitrary: fc.tuple(policies, acts),
    holds: async ([policy, list], reached) => {
      const together = await answersTo(policy, list, () => true);
      const alone = await answersTo(policy, list, (index) => list[index]?.identity === 0);
      for (const [index, said] of alone) {
        expect(together.get(index)).toEqual(said);
        reached.add(said.isAccepted ? "same" : "same refusals");
      }
    },
  });
});

test("[L4] what was refused has cost nothing: without it all the rest is accepted just so", async () => {
  await prove("[L4]", {
    runs: 150,
    states: ["accepted", "refused"],
    arbitrary: fc.tuple(policies, acts),
    holds: async ([policy, some], reached) => {
      const list = some.map((act) => ({ ...act, next: "settle" as const }));
      const hammered = await answersTo(policy, list, () => true);
      const calm = await answersTo(policy, list, (index) => hammered.get(index)?.isAccepted === true);
      for (const [index, said] of calm) expect(said).toEqual(hammered.get(index));
      reached.add("accepted", calm.size);
      reached.add("refused", hammered.size - calm.size);
    },
  });
});

test("[L5] whatever a room's clock does, a refusal is repeated at most once, for no longer than it was told", async () => {
  const cases = fc.tuple(
    policies,
    fc.oneof(fc.integer({ min: -6_000, max: 0 }), fc.integer({ min: -100_000, max: 100_000 })),
    fc.nat(100),
    fc.boolean(),
  );
  await prove("[L5]", {
    runs: 100,
    states: ["refused", "jumps back", "jumps forward", "repeated"],
    arbitrary: cases,
    holds: async ([policy, ms, share, isDelivery], reached) => {
      const network = new InOrder();
      const rooms = new LimitedRooms(network, policy, OFFSETS);
      const ann = rooms.connect(0, "i0", isDelivery);
      await settle(network);
      let wait: number | null = null;
      while (wait === null) {
        const said = rooms.say(ann);
        await settle(network);
        wait = said.retryAfter;
      }
      reached.add("refused");
      await rooms.advance(Math.floor((share * wait) / 100), true);
      rooms.jump(0, ms);
      reached.add(ms < 0 ? "jumps back" : "jumps forward");
      await rooms.advance(wait, true);
      const again = rooms.say(ann);
      await settle(network);
      if (again.isAccepted) return;
      reached.add("repeated");
      expect(again.retryAfter).toBeLessThanOrEqual(wait);
      await rooms.advance(again.retryAfter ?? 0, true);
      const last = rooms.say(ann);
      await settle(network);
      expect(last.isAccepted).toBe(true);
    },
  });
});
