// What a sender that keeps to the rate can count on, and what it costs in calls.
import fc from "fast-check";
import { expect, test } from "vitest";
import { CALL_MS } from "../../src/rate-limit/budget.ts";
import type { Policy } from "../../src/rate-limit/gcra.ts";
import { prove } from "../support/prove.ts";
import { anyOrder, type Fate, InOrder, settle } from "../support/town/network.ts";
import { OFFSETS, POLICIES, Town } from "../support/town/town.ts";
import { fates, policies } from "../support/town/traffic.ts";

/** One token bucket of its own keeps an honest sender to the rate, by the room's clock. */
function honest({ periodMs, burst }: Policy): (now: number) => boolean {
  let full = -Infinity;
  return (now) => {
    const at = Math.floor(now);
    if (Math.max(full, at) > at + (burst - 1) * periodMs) return false;
    full = Math.max(full, at) + periodMs;
    return true;
  };
}

test("[L3] [L8] who keeps to the rate in one room never waits and is never refused, whatever calls and others do", async () => {
  const steps = fc.array(
    fc.record({
      gap: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 150 })),
      who: fc.nat(2),
      legs: fc.nat(3),
      noise: fc.nat(3),
      sleeps: fc.boolean(),
    }),
    { minLength: 10, maxLength: 60, size: "max" },
  );
  await prove("[L3] [L8]", {
    runs: 120,
    states: ["messages", "full bursts", "others refused", "others moved", "calls given up", "sleeps"],
    arbitrary: fc.tuple(fc.scheduler(), policies, fates, steps, fc.boolean()),
    holds: async ([scheduler, policy, lost, all, isDelivery], reached) => {
      const losses: Fate[] = [];
      const network = anyOrder(scheduler, losses);
      // Room 0 has a clock that ticks with the town's: a full period is one for both.
      const town = new Town(network, policy);
      const mine = [0, 1, 2].map(() => town.connect(0, "i0", isDelivery));
      await town.advance(CALL_MS, true);
      losses.push(...lost);
      const mayAct = honest(policy);
      let run = 0;
      for (const { gap, who, legs, noise, sleeps } of all) {
        await town.advance(Math.ceil((gap * policy.periodMs) / 25) / 4, false);
        if (sleeps) town.room(0).hibernate();
        const member = mine[who];
        if (mayAct(town.now) && member !== undefined) {
          expect(town.say(member)).toMatchObject({ answered: town.now, isAccepted: true });
          reached.add("messages");
          run = gap === 0 ? run + 1 : 1;
          if (run === policy.burst) reached.add("full bursts");
        }
        for (let i = 0; i < noise; i++) {
          const place = i % OFFSETS.length;
          const other = town.members.find((one) => one.identity === "i1" && one.room === place && one.isIn);
          if (other === undefined) town.connect(place, "i1", isDelivery);
          else if (town.say(other).retryAfter !== null) reached.add("others refused");
        }
        for (let i = 0; i < legs; i++) await network.step();
      }
      reached.add("others moved", town.limiters.get("i1")?.counts.moves ?? 0);
      reached.add("calls given up", town.calls.counts.givenUp);
      reached.add("sleeps", town.ofRooms("sleeps"));
    },
  });
});

test("[L3] [L4] a visit costs one take and one give-back, however much is said in it", async () => {
  const says = fc.array(fc.record({ gap: fc.nat(300), times: fc.nat(8), legs: fc.nat(2) }), {
    maxLength: 30,
  });
  await prove("[L3] [L4]", {
    runs: 100,
    states: ["visits", "messages", "refusals"],
    arbitrary: fc.tuple(
      fc.scheduler(),
      policies,
      fc.array(says, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
    ),
    holds: async ([scheduler, policy, visits, isDelivery], reached) => {
      const network = anyOrder(scheduler);
      const town = new Town(network, policy);
      for (const [i, visit] of visits.entries()) {
        const ann = town.connect(i % OFFSETS.length, "i0", isDelivery);
        await town.advance(2 * CALL_MS, true);
        for (const { gap, times, legs } of visit) {
          await town.advance((gap * policy.periodMs) / 100, true);
          for (let n = 0; n < times; n++) reached.add(town.say(ann).isAccepted ? "messages" : "refusals");
          for (let n = 0; n < legs; n++) await network.step();
        }
        town.leave(ann);
        await town.advance(2 * CALL_MS, true);
        await settle(network);
        reached.add("visits");
        expect(town.counts).toEqual({ takes: i + 1, givenBack: i + 1 });
        expect(town.ofLimiters("yields")).toBe(0);
      }
    },
  });
});

test("[D4] a sender's messages stand in the order sent, also while the budget is on its way", async () => {
  const steps = fc.array(
    fc.record({
      member: fc.nat(3),
      times: fc.integer({ min: 1, max: 5 }),
      gap: fc.nat(400),
      legs: fc.nat(4),
    }),
    { minLength: 5, maxLength: 40 },
  );
  await prove("[D4]", {
    runs: 200,
    states: ["messages", "waited", "refused", "moves", "voided answers"],
    arbitrary: fc.tuple(fc.scheduler(), policies, fates, steps),
    holds: async ([scheduler, policy, lost, list], reached) => {
      const network = anyOrder(scheduler, lost);
      const town = new Town(network, policy);
      const members = [0, 1, 0, 1].map((room, i) => town.connect(room, "i0", i < 2));
      const stored = new Map<string, number[]>();
      let count = 0;
      for (const { member: which, times, gap, legs } of list) {
        const member = members[which];
        if (member === undefined || (!member.isIn && !member.isDelivery)) continue;
        for (let i = 0; i < times; i++) {
          const said = town.say(member, `${++count}`);
          if (said.answered === null) reached.add("waited");
          else if (!said.isAccepted) reached.add("refused");
        }
        await town.advance(gap, false);
        for (let i = 0; i < legs; i++) await network.step();
      }
      await town.advance(3 * CALL_MS, false);
      for (const message of town.messages) {
        const [connection = "", number] = message.split("/");
        stored.set(connection, [...(stored.get(connection) ?? []), Number(number)]);
        reached.add("messages");
      }
      for (const numbers of stored.values()) expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      reached.add("moves", town.ofLimiters("moves"));
      reached.add("voided answers", town.ofRooms("voided"));
    },
  });
});

test.each(POLICIES)(
  "[L1] the bound is reached, in one room and over moves: $burst at once, then one each $periodMs ms",
  async (policy) => {
    const network = new InOrder();
    const town = new Town(network, policy);
    const members = OFFSETS.map((_, room) => town.connect(room, "i0", true));
    await settle(network);
    await town.advance(1_000_000_000, true);
    const said = async (room: number): Promise<boolean> => {
      const member = members[room];
      if (member === undefined) throw new Error("Nobody is there.");
      const one = town.say(member);
      await settle(network);
      return one.isAccepted;
    };
    for (let i = 0; i < policy.burst; i++) expect(await said(0)).toBe(true);
    expect(await said(0)).toBe(false);
    for (let i = 0; i < 5; i++) {
      await town.advance(policy.periodMs - 1, true);
      expect(await said(0)).toBe(false);
      await town.advance(1, true);
      expect(await said(0)).toBe(true);
    }
    for (const room of [1, 2, 1]) {
      await town.advance(policy.periodMs, true);
      // A debt is a millisecond longer for each of the two objects that it comes to, and for no other reason.
      await town.advance(2, true);
      expect(await said(room)).toBe(true);
      expect(await said(room)).toBe(false);
    }
    expect(town.ofLimiters("moves")).toBeGreaterThanOrEqual(3);
  },
);

test.each(POLICIES)(
  "[L9] without a limiter each room has one of each kind a period, $periodMs ms, and nobody hangs",
  async (policy) => {
    const network = new InOrder();
    network.isDown = true;
    const town = new Town(network, policy);
    const start = town.now;
    let members = OFFSETS.map((_, room) => town.connect(room, "i0", true));
    const periods = 10;
    for (const end = start + periods * policy.periodMs + CALL_MS; town.now < end;) {
      members = members.map((one) => (one.isOpen ? one : town.connect(one.room, "i0", true)));
      for (const member of members) if (member.isIn && member.open.length === 0) town.say(member);
      // No flood: ten refusals a second are borne with (C23).
      await town.advance(100, false);
    }
    for (const [room] of OFFSETS.entries()) {
      const mine = town.accepted.filter((one) => one.room === room && one.kind === "message");
      expect(mine.length).toBeLessThanOrEqual(1 + periods);
      // A call that fails costs up to CALL_MS of each period.
      expect(mine.length).toBeGreaterThanOrEqual(
        Math.floor((periods * policy.periodMs) / (policy.periodMs + CALL_MS)),
      );
    }
    for (const { open } of members)
      for (const { at } of open) expect(town.now - at).toBeLessThanOrEqual(2 * CALL_MS);
  },
);
