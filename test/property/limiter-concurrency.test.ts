import fc from "fast-check";
import { expect, test } from "vitest";
import { CALL_MS, MAX_PASSES, PASS_HELD_MS, SLACK_MS } from "../../src/rate-limit/charge.ts";
import type { Policy } from "../../src/rate-limit/gcra.ts";
import type { Said } from "../support/limited-members.ts";
import { type Action, LimitedRooms, OFFSETS, POLICIES } from "../support/limited-rooms.ts";
import { anyOrder, type Network, settle } from "../support/network.ts";
import { prove } from "../support/prove.ts";
import type { Reached } from "../support/reached.ts";

type Step =
  | { readonly do: "connect"; readonly room: number; readonly identity: number; readonly isDelivery: boolean }
  | { readonly do: "say"; readonly who: number; readonly times: number }
  | { readonly do: "leave"; readonly who: number }
  | { readonly do: "arrive"; readonly legs: number }
  | { readonly do: "wait"; readonly share: number }
  | { readonly do: "hibernate" | "crash"; readonly room: number }
  | { readonly do: "jump"; readonly clock: number; readonly ms: number };

const IDENTITIES = ["i0", "i1"];
const policies = fc.constantFrom(...POLICIES);
const room = fc.nat(OFFSETS.length - 1);
const who = fc.nat(20);
const connects: fc.Arbitrary<Step> = fc.record({
  do: fc.constant("connect"),
  room,
  identity: fc.nat(IDENTITIES.length - 1),
  isDelivery: fc.boolean(),
});
const says: fc.Arbitrary<Step> = fc.record({
  do: fc.constant("say"),
  who,
  times: fc.integer({ min: 1, max: 3 }),
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
const leaves: fc.Arbitrary<Step> = fc.record({ do: fc.constant("leave"), who });
const deaths: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom("hibernate", "hibernate", "crash"),
  room,
});
const jumps: fc.Arbitrary<Step> = fc.record({
  do: fc.constant("jump"),
  clock: fc.nat(OFFSETS.length),
  ms: fc.integer({ min: -100_000, max: 100_000 }),
});

const traffic = (...more: fc.Arbitrary<Step>[]): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 4, arbitrary: connects },
      { weight: 12, arbitrary: says },
      { weight: 6, arbitrary: arrivals },
      { weight: 6, arbitrary: waits },
      ...more.map((arbitrary) => ({ weight: 1, arbitrary })),
    ),
    { minLength: 20, maxLength: 90, size: "max" },
  );

interface Run {
  readonly rooms: LimitedRooms;
  readonly said: Said[];
  readonly hibernations: number;
  readonly crashes: number;
}

/** Performs the steps, then waits until everybody has an answer. */
async function perform(
  network: Network,
  policy: Policy,
  steps: readonly Step[],
  isReliable: boolean,
): Promise<Run> {
  const rooms = new LimitedRooms(network, policy, OFFSETS);
  const said: Said[] = [];
  let hibernations = 0;
  let crashes = 0;
  for (const step of steps) {
    const joined = rooms.members.filter((one) => one.isOpen && one.join.isAccepted);
    const member = "who" in step ? joined[step.who % joined.length] : undefined;
    if (step.do === "connect") {
      said.push(rooms.connect(step.room, IDENTITIES[step.identity] ?? "", step.isDelivery).join);
    } else if (step.do === "say" && member !== undefined) {
      for (let i = 0; i < step.times; i++) said.push(rooms.say(member));
    } else if (step.do === "leave" && member !== undefined) rooms.leave(member);
    else if (step.do === "arrive") for (let i = 0; i < step.legs; i++) await network.step();
    else if (step.do === "wait")
      await rooms.advance(Math.ceil((step.share * policy.periodMs) / 100), isReliable);
    else if (step.do === "hibernate") hibernations += rooms.hibernate(step.room) ? 1 : 0;
    else if (step.do === "crash") {
      rooms.crash(step.room);
      crashes += 1;
    } else if (step.do === "jump") jump(rooms, step.clock, step.ms);
  }
  await rooms.advance(SLACK_MS, isReliable);
  await settle(network);
  for (const member of rooms.members)
    if (member.isOpen) expect(member.open, "no answer for ever").toEqual([]);
  return { rooms, said, hibernations, crashes };
}

/** The last "clock" are the limiters'. Those jump back only: forwards is a refill, once, by its own law. */
function jump(rooms: LimitedRooms, clock: number, ms: number): void {
  if (clock < OFFSETS.length) return rooms.jump(clock, ms);
  for (const identity of IDENTITIES) {
    rooms.limiterOffsets.set(identity, (rooms.limiterOffsets.get(identity) ?? 0) - Math.abs(ms));
  }
}

/** Calls `check` with each window that begins and ends with an action of one identity, and the actions in it. */
function eachWindow(
  actions: readonly Action[],
  check: (from: number, to: number, count: number, identity: string) => void,
): void {
  for (const identity of IDENTITIES) {
    const at = actions.filter((action) => action.identity === identity).map((action) => action.at);
    for (const [first, from] of at.entries()) {
      for (let last = first; last < at.length; last++)
        check(from, at[last] ?? from, last - first + 1, identity);
    }
  }
}

/** L1 as SPEC.md states it, where every call is answered in time. */
function checkWindows({ rooms }: Run, { periodMs, burst }: Policy, reached: Reached): void {
  eachWindow(rooms.charged, (from, to, count) => {
    const within = burst + Math.floor((to - from + SLACK_MS) / periodMs);
    expect(count, "by the limiter's clock").toBeLessThanOrEqual(within + MAX_PASSES);
    if (count > within) reached.add("beyond the budget");
  });
  eachWindow(rooms.accepted, (from, to, count) => {
    const bound = burst + Math.floor((to - from + SLACK_MS + CALL_MS) / periodMs) + MAX_PASSES;
    expect(count, "by the rooms' clocks").toBeLessThanOrEqual(bound);
  });
}

function checkAnswers({ said }: Run, reached: Reached): void {
  for (const { at, answered, isAccepted } of said) {
    if (answered === null) continue;
    expect(answered - at, "waited too long").toBeLessThanOrEqual(SLACK_MS);
    if (!isAccepted) reached.add("refusals");
    else if (answered > at) reached.add("late answers");
  }
}

test("[L1] [L6] over all rooms no window holds more than the bound, with calls in any order, sleeps and crashes", async () => {
  await prove("[L1] [L6]", {
    runs: 300,
    states: [
      "pass uses",
      "beyond the budget",
      "refusals",
      "late answers",
      "overtaken replies",
      "hibernations",
      "crashes",
    ],
    arbitrary: fc.tuple(fc.scheduler(), policies, traffic(leaves, deaths)),
    holds: async ([scheduler, policy, steps], reached) => {
      const run = await perform(anyOrder(scheduler), policy, steps, true);
      checkWindows(run, policy, reached);
      checkAnswers(run, reached);
      reached.add("pass uses", run.rooms.counts.passUses);
      reached.add("overtaken replies", run.rooms.counts.overtaken);
      reached.add("hibernations", run.hibernations);
      reached.add("crashes", run.crashes);
    },
  });
});

test("[L1] [L9] lost calls add at most what SPEC.md says, every action has an answer within A", async () => {
  const losses = fc.array(
    fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    { minLength: 1, maxLength: 40 },
  );
  const all = fc.tuple(fc.scheduler(), policies, losses, traffic(leaves, deaths));
  await prove("[L1] [L9]", {
    runs: 300,
    states: [
      "lost legs",
      "late replies",
      "unanswered pass uses",
      "local answers",
      "beyond the bound without losses",
      "refusals",
      "late answers",
      "crashes",
    ],
    arbitrary: all,
    holds: async ([scheduler, policy, lost, steps], reached) => {
      const run = await perform(anyOrder(scheduler, lost), policy, steps, false);
      checkAnswers(run, reached);
      const { accepted, unanswered, counts } = run.rooms;
      eachWindow(accepted, (from, to, count, identity) => {
        const mine = unanswered.filter((call) => call.identity === identity);
        const spent = mine.filter(
          (call) => call.spent > 0 && call.since >= from - PASS_HELD_MS && call.since <= to,
        );
        const lives = new Set(mine.filter(({ at }) => at >= from && at <= to).map(({ life }) => life));
        const { periodMs, burst } = policy;
        const answered = burst + Math.floor((to - from + SLACK_MS + CALL_MS) / periodMs) + MAX_PASSES;
        const local = lives.size * (1 + Math.floor((to - from + SLACK_MS) / periodMs));
        expect(count, "with lost calls").toBeLessThanOrEqual(answered + spent.length + local);
        if (count > answered) reached.add("beyond the bound without losses");
      });
      reached.add("lost legs", counts.lost);
      reached.add("late replies", counts.late);
      reached.add("unanswered pass uses", unanswered.filter(({ spent }) => spent > 0).length);
      reached.add("local answers", unanswered.filter(({ spent }) => spent === 0).length);
      reached.add("crashes", run.crashes);
    },
  });
});

test("[L5] clocks of rooms that jump, and a limiter's that jumps back, admit no more", async () => {
  // Short enough that no pass grows old: a room whose clock went back would believe in it for longer.
  const short: Policy = { periodMs: 400, burst: 3 };
  await prove("[L5]", {
    runs: 150,
    states: ["jumps", "beyond the budget", "refusals", "late answers"],
    arbitrary: fc.tuple(fc.scheduler(), traffic(leaves, deaths, jumps, jumps)),
    holds: async ([scheduler, steps], reached) => {
      const run = await perform(anyOrder(scheduler), short, steps, true);
      checkWindows(run, short, reached);
      checkAnswers(run, reached);
      reached.add("jumps", steps.filter((step) => step.do === "jump").length);
    },
  });
});
