import { expect, test } from "vitest";
import {
  type Account,
  charge,
  NEW_ACCOUNT,
  PASS_HELD_MS,
  release,
  SLACK_MS,
} from "../../src/rate-limit/charge.ts";

const POLICY = { periodMs: 5_000, burst: 5 };
const NOW = 1_000_000;
const ask = (account: Account, asked: number, now = NOW, holder = "h", spent = 0) =>
  charge(POLICY, account, { holder, spent, asked }, now);

/** An account of which these hold a pass since NOW. */
const heldBy = (...holders: readonly string[]): Account =>
  holders.reduce((account, holder) => ask(account, 0, NOW, holder).account, NEW_ACCOUNT);

const holders = ({ passes }: Account): string[] => passes.map(([holder]) => holder);

test("[L1] [L2] a burst is granted, and the rest is told how long to wait: less by the slack", () => {
  const wait = 5_000 - SLACK_MS;
  expect(ask(NEW_ACCOUNT, 7).reply).toEqual({ granted: 5, retryAfter: wait, pass: false });
  expect(ask(NEW_ACCOUNT, 5).reply).toEqual({ granted: 5, retryAfter: wait, pass: false });
  expect(ask(NEW_ACCOUNT, 4).reply).toEqual({ granted: 4, retryAfter: 0, pass: true });
  const { account } = ask(NEW_ACCOUNT, 5);
  expect(ask(account, 1, NOW + wait - 1).reply).toEqual({ granted: 0, retryAfter: 1, pass: false });
  expect(ask(account, 1, NOW + wait).reply.granted).toBe(1);
});

test("[L1] what was spent under a pass is charged whatever the budget says", () => {
  const { account, reply } = ask(ask(NEW_ACCOUNT, 5).account, 0, NOW, "h", 1);
  expect(reply).toEqual({ granted: 0, retryAfter: 10_000 - SLACK_MS, pass: false });
  expect(account.budget.tat).toBe(NOW + 30_000);
});

test("[L1] at most three hold a pass; a holder's own does not stand in its way, and one given back is free", () => {
  const account = heldBy("a", "b", "c");
  expect(account.passes).toEqual(["a", "b", "c"].map((holder) => [holder, NOW + PASS_HELD_MS]));
  expect(ask(account, 0, NOW, "d").reply.pass).toBe(false);
  expect(ask(account, 0, NOW + 1, "a").account.passes).toEqual([
    ["b", NOW + PASS_HELD_MS],
    ["c", NOW + PASS_HELD_MS],
    ["a", NOW + 1 + PASS_HELD_MS],
  ]);
  expect(holders(ask(release(account, "b"), 0, NOW, "d").account)).toEqual(["a", "c", "d"]);
});

test("[L1] a pass that was not used is void after its life, by the limiter's clock, also where it went back", () => {
  const account = heldBy("a", "b", "c");
  expect(ask(account, 0, NOW + PASS_HELD_MS - 1, "d").reply.pass).toBe(false);
  expect(holders(ask(account, 0, NOW + PASS_HELD_MS, "d").account)).toEqual(["d"]);
  const { account: back } = ask(account, 0, NOW - 1_000, "d");
  expect(back.passes.map(([, until]) => until)).toEqual([1, 2, 3].map(() => NOW - 1_000 + PASS_HELD_MS));
});

test("[L1] nobody holds a pass of a new account", () => {
  expect(release(NEW_ACCOUNT, "h")).toEqual({ budget: { tat: 0, last: 0 }, passes: [] });
});

test("[L1] [L2] who has to wait gets no pass, and keeps one that is not spent", () => {
  expect(ask(NEW_ACCOUNT, 6).reply.pass).toBe(false);
  expect(ask(heldBy("h"), 6).reply.pass).toBe(true);
  expect(ask(heldBy("h"), 6, NOW, "h", 1).reply.pass).toBe(false);
  expect(ask(heldBy("another"), 6).reply.pass).toBe(false);
});
