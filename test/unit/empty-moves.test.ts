// What the bound of the theorem has besides L1's: a millisecond for each move of a budget that owes nothing. It is really there.
import { expect, test } from "vitest";
import { charge, landed, NO_DEBTS, asOf, waitFor } from "../../src/rate-limit/budget.ts";

test("[L1] the milliseconds of empty moves are there: two rooms whose clocks tick in turn get one more in 2 T periods", () => {
  const [periodMs, phases] = [10, [0, 0.5]] as const;
  const rates = { message: { periodMs, burst: 1 }, join: { periodMs, burst: 1 } };
  const moves = 2 * periodMs;
  let now = 0;
  for (let move = 0; move < moves; move++) {
    const phase = phases[move % 2] ?? 0;
    const at = Math.floor(now + phase);
    const granted = landed(NO_DEBTS, at);
    expect(waitFor(rates, granted, "message")).toBe(0);
    const spent = charge(rates, granted, "message");
    // The room gives the budget up in the millisecond in which its debt ends, and the other one has it at once.
    const ended = at + periodMs;
    expect(asOf(spent, ended).debts).toEqual(NO_DEBTS);
    now = ended - phase;
  }
  // And one more is admitted now.
  const [accepted, window] = [moves + 1, Math.ceil(now)];
  expect(accepted).toBeGreaterThan(1 + Math.floor(window / periodMs));
  expect(accepted).toBeLessThanOrEqual(1 + Math.floor((window + moves) / periodMs));
});
