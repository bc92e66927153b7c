import { describe, expect, test } from "vitest";
import { CALL_MS, FULL, NO_DEBTS, type Yielded } from "../../src/rate-limit/budget.ts";
import {
  type Account,
  Limiter,
  type LimiterEffect,
  type LimiterEvent,
  NEW_ACCOUNT,
} from "../../src/rate-limit/limiter.ts";

const OWED = { message: 3_000, join: 1_000 };
const left = (fields: Partial<Yielded> = {}): Yielded => ({ debts: OWED, isSpent: true, ...fields });
const grant = (term: string, debts = NO_DEBTS, spent: string | null = null) => ({ term, debts, spent });
const holderOf = (room: string, term: string) => ({ room, identity: "address", term });
const question = (room: string, term: string, isCheck = false) => ({
  type: "yield",
  holder: holderOf(room, term),
  isCheck,
});

/** So long after a grant its holder is asked whether it still has a use for the budget. */
const DAY = { type: "wake-at", at: 1_000_000 + 86_400_000 };

/** An event without its time. */
type Happening = LimiterEvent extends infer E ? (E extends LimiterEvent ? Omit<E, "now"> : never) : never;

/** A limiter with a clock; what it wants to keep is kept. */
class Machine {
  now = 1_000_000;
  stored: Account = NEW_ACCOUNT;
  private limiter = new Limiter(NEW_ACCOUNT);
  private calls = 0;

  handle(event: Happening): readonly LimiterEffect[] {
    const effects = this.limiter.handle({ ...event, now: this.now });
    for (const effect of effects) {
      if (effect.type === "keep") this.stored = effect.account;
      else if (effect.type === "forget") this.stored = NEW_ACCOUNT;
    }
    return effects;
  }

  /** A room's take, answered under this term if it is granted. Calls are counted from 1. */
  take(room: string, term: string): readonly LimiterEffect[] {
    return this.handle({ type: "take", call: ++this.calls, room, identity: "address", term });
  }

  yielded(term: string, answer: Yielded | null = left()): readonly LimiterEffect[] {
    return this.handle({ type: "yielded", term, answer });
  }

  giveBack(term: string, what = left()): readonly LimiterEffect[] {
    return this.handle({ type: "given-back", term, left: what });
  }

  crash(): void {
    this.limiter = new Limiter(this.stored);
  }
}

const answers = (effects: readonly LimiterEffect[]) =>
  effects.flatMap((effect) => (effect.type === "answer" ? [[effect.call, effect.grant] as const] : []));

/** Room "a" holds the budget under "t1". */
function held(): Machine {
  const machine = new Machine();
  machine.take("a", "t1");
  return machine;
}

describe("take", () => {
  test("[L1] of a budget that nobody holds is granted at once, and durable before the answer", () => {
    expect(new Machine().take("a", "t1")).toEqual([
      {
        type: "keep",
        account: {
          holder: holderOf("a", "t1"),
          spent: null,
          budget: { ...FULL, at: 1_000_000 },
        },
      },
      DAY,
      { type: "answer", call: 1, grant: grant("t1") },
    ]);
  });

  test("[L1] of a budget that another room holds: that room is asked first, and what it owes goes along, a millisecond longer; the alarm stands already", () => {
    const machine = held();
    expect(machine.take("b", "t2")).toEqual([question("a", "t1")]);
    const debts = { message: 3_001, join: 1_001 };
    expect(machine.yielded("t1")).toEqual([
      {
        type: "keep",
        account: {
          holder: holderOf("b", "t2"),
          spent: "t1",
          budget: { debts, at: machine.now },
        },
      },
      { type: "answer", call: 2, grant: grant("t2", debts, "t1") },
    ]);
  });

  test("[L9] of a holder that is silent: nobody knows what it owes, so nobody gets it", () => {
    const machine = held();
    machine.take("b", "t2");
    expect(machine.yielded("t1", null)).toEqual([{ type: "answer", call: 2, grant: null }]);
    expect(machine.take("b", "t3")).toEqual([question("a", "t1")]);
  });

  test("[L1] several at once: one move at a time, in their order", () => {
    const machine = held();
    machine.take("b", "t2");
    expect(machine.take("c", "t3")).toEqual([]);
    const effects = machine.yielded("t1");
    expect(answers(effects)).toEqual([[2, grant("t2", { message: 3_001, join: 1_001 }, "t1")]]);
    expect(effects.at(-1)).toEqual(question("b", "t2"));
    expect(answers(machine.yielded("t2", left({ isSpent: false })))).toMatchObject([[3, { term: "t3" }]]);
  });

  test("[L9] a silent holder costs the first that waits its call; the next one asks it again", () => {
    const machine = held();
    machine.take("b", "t2");
    machine.take("c", "t3");
    const effects = machine.yielded("t1", null);
    expect(answers(effects)).toEqual([[2, null]]);
    expect(effects.at(-1)).toEqual(question("a", "t1"));
  });

  test.each([
    { late: CALL_MS - 1, isGranted: true },
    { late: CALL_MS, isGranted: false },
  ])("[L9] that has waited for $late ms has a room that still listens: $isGranted", ({ late, isGranted }) => {
    const machine = held();
    machine.take("b", "t2");
    machine.take("c", "t3");
    machine.now += late;
    const effects = machine.yielded("t1");
    expect(answers(effects).map(([call, given]) => [call, given !== null])).toEqual(
      isGranted
        ? [[2, true]]
        : [
            [2, false],
            [3, false],
          ],
    );
  });

  test("[L1] by the holder itself: a new term, and nobody knows the last action any more", () => {
    const machine = held();
    machine.giveBack("t1");
    expect(answers(machine.take("a", "t2"))).toMatchObject([[2, { term: "t2", spent: "t1" }]]);
    expect(answers(machine.take("a", "t3"))).toMatchObject([[3, { term: "t3", spent: null }]]);
    machine.giveBack("t3", left({ isSpent: false }));
    expect(answers(machine.take("a", "t4"))).toMatchObject([[4, { spent: null }]]);
  });

  test("[L2] says the term of the last action, until there is a newer one", () => {
    const machine = held();
    machine.giveBack("t1");
    expect(answers(machine.take("b", "t2"))).toMatchObject([[2, { spent: "t1" }]]);
    machine.giveBack("t2", left({ isSpent: false }));
    expect(answers(machine.take("a", "t3"))).toMatchObject([[3, { spent: "t1" }]]);
    machine.giveBack("t3", left({ isSpent: false }));
    machine.take("b", "t4");
    machine.giveBack("t4");
    expect(answers(machine.take("a", "t5"))).toMatchObject([[5, { spent: "t4" }]]);
  });
});

describe("a budget that comes back", () => {
  test("[L1] while it is asked for is granted at once; the answer to the question comes too late to count", () => {
    const machine = held();
    machine.take("b", "t2");
    expect(answers(machine.giveBack("t1"))).toMatchObject([[2, { term: "t2" }]]);
    expect(machine.yielded("t1", left({ debts: NO_DEBTS }))).toEqual([]);
    expect(machine.stored.holder).toEqual(holderOf("b", "t2"));
  });

  test("[L1] under an older term, or twice, changes nothing", () => {
    const machine = held();
    machine.giveBack("t1");
    const once = machine.stored;
    expect(machine.giveBack("t1")).toEqual([]);
    expect(machine.stored).toEqual(once);
    machine.take("a", "t2");
    expect(machine.giveBack("t1", left({ debts: NO_DEBTS }))).toEqual([]);
    expect(machine.stored.holder).toEqual(holderOf("a", "t2"));
  });

  test("[L1] with less than was known leaves the larger debt", () => {
    const machine = held();
    machine.giveBack("t1");
    machine.now += 500;
    machine.take("b", "t2");
    machine.now += 500;
    machine.giveBack("t2", left({ debts: { message: 0, join: 5_000 }, isSpent: false }));
    expect(machine.stored.budget).toEqual({ debts: { message: 2_001, join: 5_001 }, at: machine.now });
  });

  test("[D12] stays for as long as something is owed, and then leaves no trace", () => {
    const machine = held();
    const effects = machine.giveBack("t1");
    expect(effects.map(({ type }) => type)).toEqual(["keep", "wake-at"]);
    expect(effects.at(-1)).toEqual({ type: "wake-at", at: machine.now + 3_001 });
    machine.now += 3_000;
    expect(machine.handle({ type: "alarm" }).at(-1)).toEqual({ type: "wake-at", at: machine.now + 1 });
    machine.now += 1;
    expect(machine.handle({ type: "alarm" })).toEqual([{ type: "forget" }]);
    expect(answers(machine.take("a", "t2"))).toEqual([[2, grant("t2")]]);
  });

  test("[D12] without a debt leaves no trace at once", () => {
    const machine = held();
    expect(machine.giveBack("t1", left({ debts: NO_DEBTS }))).toEqual([{ type: "forget" }]);
  });
});

describe("a holder that nobody asked for a day", () => {
  test("[L3] keeps the budget where it says so, and is asked again a day later", () => {
    const machine = held();
    expect(machine.handle({ type: "alarm" })).toEqual([DAY, question("a", "t1", true)]);
    expect(machine.yielded("t1", null)).toEqual([]);
    expect(machine.stored.holder).toEqual(holderOf("a", "t1"));
  });

  test("[D12] gives it back where it has no use for it: a crash had left it behind", () => {
    const machine = held();
    machine.handle({ type: "alarm" });
    expect(machine.yielded("t1", left({ debts: NO_DEBTS, isSpent: false }))).toEqual([{ type: "forget" }]);
  });

  test("[L1] is asked in earnest for a room that wants it meanwhile", () => {
    const machine = held();
    machine.handle({ type: "alarm" });
    expect(machine.take("b", "t2")).toEqual([]);
    expect(machine.yielded("t1", null)).toEqual([question("a", "t1")]);
    expect(answers(machine.yielded("t1"))).toMatchObject([[2, { term: "t2" }]]);
  });
});

test("[L6] a limiter that crashes while it asks knows the holder, and asks it again for the next one", () => {
  const machine = held();
  machine.take("b", "t2");
  machine.crash();
  expect(machine.yielded("t1")).toEqual([]);
  expect(machine.take("b", "t3")).toEqual([question("a", "t1")]);
  expect(answers(machine.yielded("t1"))).toMatchObject([[3, { term: "t3", debts: { message: 3_001 } }]]);
});

test("[L5] a limiter's clock that went back shows no time; one that went forward forgets what it knew, once", () => {
  const machine = held();
  machine.giveBack("t1");
  machine.now -= 10_000;
  expect(answers(machine.take("b", "t2"))).toMatchObject([[2, { debts: { message: 3_001 } }]]);
  machine.now += 10_000;
  machine.take("a", "t3");
  // What the holder says counts all the same.
  expect(answers(machine.yielded("t2"))).toMatchObject([[3, { debts: { message: 3_001 } }]]);
});
