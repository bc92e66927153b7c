// Whoever keeps an account has an alarm, whatever the limiter is busy with when one rings.
import { expect, test } from "vitest";
import { NO_DEBTS } from "../../src/rate-limit/budget.ts";
import { Limiter, type LimiterEvent, NEW_ACCOUNT } from "../../src/rate-limit/limiter.ts";

const NOW = 1_000_000;
const DAY_MS = 86_400_000;
const take = (call: number, room: string, now: number): LimiterEvent => ({
  type: "take",
  now,
  call,
  room,
  identity: "address",
  term: `term ${call}`,
});
const wakes = (limiter: Limiter, event: LimiterEvent): number[] =>
  limiter.handle(event).flatMap((effect) => (effect.type === "wake-at" ? [effect.at] : []));

test("[D12] an alarm that rings while a room is asked for the budget is followed by another", () => {
  const limiter = new Limiter(NEW_ACCOUNT);
  limiter.handle(take(1, "first", NOW));
  limiter.handle(take(2, "second", NOW + 1));
  expect(wakes(limiter, { type: "alarm", now: NOW + DAY_MS })).toEqual([NOW + 2 * DAY_MS]);
  // The room does not answer: it keeps the budget, and is asked again when the alarm rings.
  limiter.handle({ type: "yielded", now: NOW + DAY_MS, term: "term 1", answer: null });
  const asked = limiter.handle({ type: "alarm", now: NOW + 2 * DAY_MS });
  expect(asked).toContainEqual({
    type: "yield",
    holder: { room: "first", identity: "address", term: "term 1" },
    isCheck: true,
  });
});

test("[D12] the next alarm is set before a holder is asked whether it has a use for the budget: a crash may lose the answer", () => {
  const limiter = new Limiter(NEW_ACCOUNT);
  limiter.handle(take(1, "first", NOW));
  const effects = limiter.handle({ type: "alarm", now: NOW + DAY_MS });
  expect(effects.map(({ type }) => type)).toEqual(["wake-at", "yield"]);
  // It has one, or did not hear: nothing more is needed.
  expect(limiter.handle({ type: "yielded", now: NOW + DAY_MS, term: "term 1", answer: null })).toEqual([]);
});

test("[D12] where the budget came back and nothing is owed, nothing is kept and no alarm is needed", () => {
  const limiter = new Limiter(NEW_ACCOUNT);
  limiter.handle(take(1, "first", NOW));
  limiter.handle({ type: "alarm", now: NOW + DAY_MS });
  const left = { debts: NO_DEBTS, isSpent: false };
  expect(limiter.handle({ type: "yielded", now: NOW + DAY_MS, term: "term 1", answer: left })).toEqual([
    { type: "forget" },
  ]);
});

test("[D12] an alarm that did not ring is set again with the next grant, and not before its time is over", () => {
  const limiter = new Limiter(NEW_ACCOUNT);
  limiter.handle(take(1, "first", NOW));
  expect(wakes(limiter, take(2, "first", NOW + DAY_MS))).toEqual([]);
  expect(wakes(limiter, take(3, "first", NOW + DAY_MS + 1))).toEqual([NOW + 2 * DAY_MS + 1]);
});
