// What a limiter has taken back is written down, also where it grants nothing: its crash leads nobody to a room that is done.
import { expect, test } from "vitest";
import { type Account, Limiter, type LimiterEffect, NEW_ACCOUNT } from "../../src/rate-limit/limiter.ts";

const NOW = 1_000_000;
const LEFT = { debts: { message: 5_000, join: 0 }, isSpent: true };

const take = (room: string, term: string) =>
  ({ type: "take", now: NOW, call: 1, room, identity: "A", term }) as const;

/** What is on the disk after these effects. */
const kept = (effects: readonly LimiterEffect[]): Account | undefined =>
  effects.flatMap((effect) => (effect.type === "keep" ? [effect.account] : [])).at(-1);

/** A limiter after its crash, of which this was the disk. */
const restarted = (account: Account | undefined): Limiter => new Limiter(account ?? NEW_ACCOUNT);

test.each(["given-back", "yielded"] as const)(
  "[L6] [L3] a budget that was %s is at home after a crash of the limiter: the next room is granted it, with its debt, and nobody is asked",
  (type) => {
    const limiter = new Limiter(NEW_ACCOUNT);
    const disk = [kept(limiter.handle(take("one", "t1")))];
    if (type === "given-back") disk.push(kept(limiter.handle({ type, now: NOW, term: "t1", left: LEFT })));
    else {
      // Asked only whether it has a use for it: nobody waits for the answer, so nothing is granted with it.
      limiter.handle({ type: "alarm", now: NOW });
      disk.push(kept(limiter.handle({ type, now: NOW, term: "t1", answer: LEFT })));
    }
    const effects = restarted(disk.findLast((account) => account !== undefined)).handle(take("two", "t2"));
    expect(effects.map((effect) => effect.type)).not.toContain("yield");
    expect(effects).toContainEqual({
      type: "answer",
      call: 1,
      grant: { term: "t2", debts: { message: 5_001, join: 0 }, spent: "t1" },
    });
  },
);
