// The laws of what a town has accepted: how much may come in any window, with the budget and without.
import { expect } from "vitest";
import { CALL_MS, type Kind } from "../../../src/rate-limit/budget.ts";
import type { Policy } from "../../../src/rate-limit/gcra.ts";
import type { Reached } from "../reached.ts";
import type { Accepted, Town } from "./town.ts";
import type { Run } from "./traffic.ts";

const KINDS: readonly Kind[] = ["message", "join"];
/** A clock shows whole milliseconds, the town's time has quarters: a window of W on a clock may be so much less in truth. */
const READING_MS = 0.75;

/** Calls `check` with each window that begins and ends with one of these actions, and how many are in it. */
function eachWindow(
  actions: readonly Accepted[],
  check: (from: number, to: number, count: number) => void,
): void {
  for (const [first, { at: from }] of actions.entries()) {
    for (let last = first; last < actions.length; last++)
      check(from, actions[last]?.at ?? from, last - first + 1);
  }
}

/** The accepted actions by what `keyOf` says. */
function groupsOf(accepted: readonly Accepted[], keyOf: (one: Accepted) => string): readonly Accepted[][] {
  const by = new Map<string, Accepted[]>();
  for (const one of accepted) {
    const group = by.get(keyOf(one)) ?? [];
    group.push(one);
    by.set(keyOf(one), group);
  }
  return [...by.values()];
}

/** [L1] for what was admitted under the budget, of each identity; [L9] for what was admitted without, in each room. */
export function checkWindows({ town, jumped }: Run, reached: Reached): void {
  // A clock that jumps forward refills, once (L5).
  const refills = jumped.filter(({ ms }) => ms > 0).map(({ at }) => at);
  const most = ({ periodMs, burst }: Policy, from: number, to: number): number =>
    burst * (1 + refills.filter((at) => at >= from && at <= to).length) +
    Math.floor((to - from + READING_MS) / periodMs);
  for (const kind of KINDS) {
    const rate = town.rates[kind];
    const mine = town.accepted.filter((one) => one.kind === kind);
    const told = (count: number, ms: number, bound: number): string =>
      `${count} of kind ${kind} in ${ms} ms, where ${bound} are allowed`;
    const held = mine.filter(({ isAlone }) => !isAlone);
    for (const group of groupsOf(held, ({ identity }) => identity)) {
      eachWindow(group, (from, to, count) => {
        const bound = most(rate, from, to);
        if (count > bound) expect.fail(`[L1] ${told(count, to - from, bound)}`);
        if (count === bound) reached.add("bound reached");
      });
    }
    const alone = mine.filter(({ isAlone }) => isAlone);
    for (const group of groupsOf(alone, ({ identity, room }) => `${identity} in ${room}`)) {
      eachWindow(group, (from, to, count) => {
        const bound = most({ ...rate, burst: 1 }, from, to);
        if (count > bound) expect.fail(`[L9] ${told(count, to - from, bound)}`);
      });
    }
  }
}

/** [L9] Every action is answered within 2C. */
export function checkAnswers({ said }: Run, reached: Reached): void {
  for (const { at, answered, isAccepted } of said) {
    if (answered === null) continue;
    if (answered - at > 2 * CALL_MS) expect.fail(`[L9] an action waited for ${answered - at} ms`);
    if (!isAccepted) reached.add("refusals");
    else if (answered > at) reached.add("late answers");
  }
}

/** What a run reached, by the names that a property declares. */
export function countRun(
  town: Town,
  reached: Reached,
  names: readonly (keyof ReturnType<typeof countsOf>)[],
): void {
  const counts = countsOf(town);
  for (const name of names) reached.add(name, counts[name]);
}

const countsOf = (town: Town) => ({
  moves: town.ofLimiters("moves"),
  "yields that arrived": town.ofRooms("yields"),
  "voided answers": town.ofRooms("voided"),
  "overtaken answers": town.calls.counts.overtaken,
  "late answers of calls": town.calls.counts.late,
  "calls given up": town.calls.counts.givenUp,
  "crashes of rooms": town.ofRooms("crashes"),
  "crashes before a commit": town.ofRooms("crashesBeforeCommit"),
  "crashes of limiters": town.ofLimiters("crashes"),
  "crashes while moving": town.ofLimiters("crashesWhileMoving"),
  sleeps: town.ofRooms("sleeps"),
  "forgotten accounts": town.ofLimiters("forgotten"),
  "admitted alone": town.accepted.filter(({ isAlone }) => isAlone).length,
});
