// How much an identity gets over all rooms, whatever its budget meets on its way.
import fc from "fast-check";
import { expect, test } from "vitest";
import { prove } from "../support/prove.ts";
import { anyOrder } from "../support/town/network.ts";
import { deaths, fates, jumps, leaves, perform, policies, sleeps, traffic } from "../support/town/traffic.ts";
import { checkAnswers, checkWindows, countRun } from "../support/town/windows.ts";

test("[L1] [L4] over all rooms no window holds more than B + floor(W / T), with calls in any order", async () => {
  const counted = [
    "moves",
    "yields that arrived",
    "voided answers",
    "overtaken answers",
    "sleeps",
    "forgotten accounts",
  ] as const;
  await prove("[L1]", {
    runs: 300,
    states: [...counted, "bound reached", "refusals", "late answers"],
    arbitrary: fc.tuple(fc.scheduler(), policies, traffic(leaves, sleeps)),
    holds: async ([scheduler, policy, steps], reached) => {
      const run = await perform(anyOrder(scheduler), policy, steps, true);
      checkWindows(run, reached);
      checkAnswers(run, reached);
      countRun(run.town, reached, counted);
    },
  });
});

test("[L1] [L9] lost, late and doubled calls add what a silent limiter allows each room, and every action is answered within 2C", async () => {
  const counted = [
    "moves",
    "voided answers",
    "overtaken answers",
    "late answers of calls",
    "calls given up",
    "admitted alone",
  ] as const;
  await prove("[L1] [L9]", {
    runs: 300,
    states: [...counted, "bound reached", "refusals", "late answers"],
    arbitrary: fc.tuple(fc.scheduler(), policies, fates, traffic(leaves, sleeps)),
    holds: async ([scheduler, policy, lost, steps], reached) => {
      const run = await perform(anyOrder(scheduler, lost), policy, steps, false);
      checkWindows(run, reached);
      checkAnswers(run, reached);
      countRun(run.town, reached, counted);
    },
  });
});

test("[L6] a crash of a room or a limiter between any two steps, before a commit too, an erasing, a sleep: no refill", async () => {
  const counted = [
    "moves",
    "crashes of rooms",
    "crashes before a commit",
    "crashes of limiters",
    "crashes while moving",
    "sleeps",
    "voided answers",
    "calls given up",
    "admitted alone",
  ] as const;
  await prove("[L6]", {
    runs: 300,
    states: [...counted, "bound reached", "refusals", "late answers"],
    arbitrary: fc.tuple(
      fc.scheduler(),
      policies,
      fates,
      fc.boolean(),
      traffic(leaves, sleeps, deaths, deaths),
    ),
    holds: async ([scheduler, policy, lost, isReliable, steps], reached) => {
      const run = await perform(anyOrder(scheduler, isReliable ? [] : lost), policy, steps, isReliable);
      checkWindows(run, reached);
      checkAnswers(run, reached);
      countRun(run.town, reached, counted);
    },
  });
});

test("[L5] clocks of rooms and limiters that jump back admit no more; each that jumps forward refills at most once", async () => {
  const counted = ["moves", "voided answers", "admitted alone"] as const;
  await prove("[L5]", {
    runs: 200,
    states: [...counted, "jumps back", "jumps forward", "bound reached", "refusals", "late answers"],
    arbitrary: fc.tuple(fc.scheduler(), policies, traffic(leaves, jumps, jumps)),
    holds: async ([scheduler, policy, steps], reached) => {
      const run = await perform(anyOrder(scheduler), policy, steps, true);
      checkWindows(run, reached);
      checkAnswers(run, reached);
      countRun(run.town, reached, counted);
      for (const { ms } of run.jumped) reached.add(ms < 0 ? "jumps back" : "jumps forward");
      expect(run.jumped.length).toBeLessThan(100);
    },
  });
});
