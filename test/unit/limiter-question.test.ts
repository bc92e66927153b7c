// While a limiter waits for a holder's answer: nothing else is asked, and nothing granted.
import { expect, test } from "vitest";
import { NO_DEBTS, type Yielded } from "../../src/rate-limit/budget.ts";
import { Limiter, NEW_ACCOUNT } from "../../src/rate-limit/limiter.ts";

const NOW = 1_000_000;
const DAY = { type: "wake-at", at: NOW + 86_400_000 };

/** A limiter whose budget room "a" holds under "t1", at an instant that stands still. */
function held() {
  const limiter = new Limiter(NEW_ACCOUNT);
  const take = (room: string, term: string, call: number) =>
    limiter.handle({ type: "take", now: NOW, call, room, identity: "address", term });
  const alarm = () => limiter.handle({ type: "alarm", now: NOW });
  const yielded = (term: string, answer: Yielded | null) =>
    limiter.handle({ type: "yielded", now: NOW, term, answer });
  take("a", "t1", 1);
  return { take, alarm, yielded };
}

test("[L1] its holder, asking anew, waits as well: the answer would end the new term instead of the old one", () => {
  const { take, alarm, yielded } = held();
  expect(alarm()).toContainEqual(DAY);
  expect(take("a", "t2", 2)).toEqual([]);
  const account = { holder: { room: "a", identity: "address", term: "t2" }, spent: null };
  expect(yielded("t1", null)).toMatchObject([
    { type: "keep", account },
    { type: "answer", call: 2, grant: { term: "t2" } },
  ]);
  expect(yielded("t1", { debts: NO_DEBTS, isSpent: false })).toEqual([]);
});

test("[L9] an alarm asks nothing more, and a question in earnest stays one: a silent holder ends the call", () => {
  const { take, alarm, yielded } = held();
  take("b", "t2", 2);
  expect(alarm()).toEqual([DAY]);
  expect(yielded("t1", null)).toEqual([{ type: "answer", call: 2, grant: null }]);
});
