import fc from "fast-check";
import { expect, test } from "vitest";
import { SLACK_MS } from "../../src/rate-limit/charge.ts";
import type { Policy } from "../../src/rate-limit/gcra.ts";
import type { Said } from "../support/limited-members.ts";
import { LimitedRooms, OFFSETS, POLICIES } from "../support/limited-rooms.ts";
import { anyOrder, settle } from "../support/network.ts";
import { prove } from "../support/prove.ts";

const policies = fc.constantFrom(...POLICIES);
const room = fc.nat(OFFSETS.length - 1);

/** One token bucket of its own keeps an honest identity to the rate, over all its rooms. */
function honest({ periodMs, burst }: Policy): (now: number) => boolean {
  let full = -Infinity;
  return (now) => {
    if (Math.max(full, now) > now + (burst - 1) * periodMs) return false;
    full = Math.max(full, now) + periodMs;
    return true;
  };
}

test("[L3] [L8] who keeps to the rate over all rooms is never refused, whatever others do and calls take up to C", async () => {
  const steps = fc.array(
    fc.record({
      gap: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 150 })),
      place: room,
      isDelivery: fc.boolean(),
      isNew: fc.boolean(),
      legs: fc.nat(5),
      noise: fc.nat(3),
    }),
    { minLength: 10, maxLength: 60, size: "max" },
  );
  await prove("[L3] [L8]", {
    runs: 250,
    states: ["actions", "full bursts", "late answers", "overtaken replies", "others refused"],
    arbitrary: fc.tuple(fc.scheduler(), policies, steps),
    holds: async ([scheduler, policy, all], reached) => {
      const network = anyOrder(scheduler);
      const rooms = new LimitedRooms(network, policy, OFFSETS);
      const mayAct = honest(policy);
      const said: Said[] = [];
      let run = 0;
      for (const { gap, place, isDelivery, isNew, legs, noise } of all) {
        await rooms.advance(Math.ceil((gap * policy.periodMs) / 100), true);
        const [here, other] = ["i0", "i1"].map((identity) =>
          rooms.members.find((one) => one.identity === identity && one.room === place && one.join.isAccepted),
        );
        if (mayAct(rooms.now)) {
          said.push(
            here === undefined || isNew ? rooms.connect(place, "i0", isDelivery).join : rooms.say(here),
          );
          run = gap === 0 ? run + 1 : 1;
          if (run === policy.burst) reached.add("full bursts");
        }
        if (other === undefined) rooms.connect(place, "i1", isDelivery);
        else
          for (let i = 0; i < noise; i++)
            if (rooms.say(other).retryAfter !== null) reached.add("others refused");
        for (let i = 0; i < legs; i++) await network.step();
      }
      await rooms.advance(SLACK_MS, true);
      for (const { at, answered, isAccepted } of said) {
        expect(answered).not.toBeNull();
        expect(isAccepted, "a false refusal").toBe(true);
        if (answered !== at) reached.add("late answers");
      }
      reached.add("actions", said.length);
      reached.add("overtaken replies", rooms.counts.overtaken);
    },
  });
});

test("[L3] a paced sender's message leaves in its own event, at any time that the limiter takes up to C", async () => {
  const gaps = fc.array(fc.record({ late: fc.nat(3_000), legs: fc.nat(2), sleeps: fc.boolean() }), {
    minLength: 5,
    maxLength: 30,
  });
  await prove("[L3]", {
    runs: 100,
    states: ["messages", "slow calls", "sleeps"],
    arbitrary: fc.tuple(fc.scheduler(), gaps, fc.boolean()),
    holds: async ([scheduler, all, isDelivery], reached) => {
      const network = anyOrder(scheduler);
      const rooms = new LimitedRooms(network, { periodMs: 5_000, burst: 5 }, OFFSETS);
      const ann = rooms.connect(1, "i0", isDelivery);
      const noisy = OFFSETS.map((_, place) => rooms.connect(place, "i1", false));
      for (const { late, legs, sleeps } of all) {
        await rooms.advance(5_000 + late, true);
        if (sleeps) await settle(network);
        if (sleeps && rooms.hibernate(1)) reached.add("sleeps");
        for (const other of noisy) for (let i = 0; i < 3; i++) if (other.join.isAccepted) rooms.say(other);
        const said = rooms.say(ann);
        expect(said).toMatchObject({ answered: rooms.now, isAccepted: true });
        reached.add("messages");
        for (let i = 0; i < legs; i++) await network.step();
        if (scheduler.count() > 0) reached.add("slow calls");
      }
    },
  });
});

test("[L3] [L9] a paced sender is not refused by a limiter that is slow, loses calls, or is down", async () => {
  const late = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(1_000));
  // At first nothing arrives until it has to: so the budget is as empty as a paced sender's can be.
  const held = fc.array(fc.record({ late, legs: fc.constant([]) }), { maxLength: 6 });
  const legs = fc.array(fc.nat(500), { maxLength: 3 });
  const moving = fc.array(fc.record({ late, legs }), { minLength: 5, maxLength: 40 });
  const steps = fc.tuple(held, moving).map((parts) => parts.flat());
  const losses = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 });
  const all = fc.tuple(fc.scheduler(), policies, fc.oneof(fc.constant([false]), losses), steps, fc.boolean());
  await prove("[L3] [L9]", {
    runs: 300,
    states: ["messages", "lost legs", "late replies", "local answers", "answers in time"],
    arbitrary: all,
    holds: async ([scheduler, policy, lost, rounds, isDelivery], reached) => {
      const network = anyOrder(scheduler, lost);
      const rooms = new LimitedRooms(network, policy, OFFSETS);
      const ann = rooms.connect(0, "i0", isDelivery);
      const said = [ann.join];
      let due = rooms.now;
      /** No call takes longer than A + (B - 1) T to the limiter. */
      const advanceTo = async (instant: number): Promise<void> => {
        for (; due <= instant; due += SLACK_MS + (policy.burst - 1) * policy.periodMs) {
          await rooms.advance(due - rooms.now, false);
          await settle(network);
        }
        await rooms.advance(instant - rooms.now, false);
      };
      for (const { late, legs } of rounds) {
        const next = rooms.now + policy.periodMs + late;
        for (const ms of legs) {
          await advanceTo(Math.min(rooms.now + ms, next));
          await network.step();
        }
        await advanceTo(next);
        if (ann.join.isAccepted) said.push(rooms.say(ann));
      }
      await rooms.advance(SLACK_MS, false);
      for (const one of said) expect(one.isAccepted).toBe(true);
      reached.add("messages", said.length);
      reached.add("lost legs", rooms.counts.lost);
      reached.add("late replies", rooms.counts.late);
      reached.add("local answers", rooms.unanswered.length);
      reached.add("answers in time", rooms.counts.calls - rooms.unanswered.length);
    },
  });
});
