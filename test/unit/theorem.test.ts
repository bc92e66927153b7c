// L1 for all T, B, instants and orders of events: an invariant that no step breaks, proven by Z3, and the bound that follows.
import { afterAll, beforeAll, expect, test } from "vitest";
import { askBeginning, askDivision, askWindow } from "../theorem/bound.ts";
import { ask, askPossible, type Prover, startProver } from "../theorem/prover.ts";
import type { Breach } from "../theorem/steps.ts";

let prover: Prover;
beforeAll(async () => {
  prover = await startProver();
});
afterAll(() => prover.close());

test("[L1] [L6] no step breaks the invariant: not take, yield, admit, giveBack, a crash, a loss, nor time", async () => {
  const answers = await ask(prover);
  expect(answers.length).toBeGreaterThan(10);
  for (const { step, counterModel } of answers) expect(counterModel, step).toBeNull();
});

test("[L1] every step of the theorem can happen where the invariant holds, and it holds where nothing has happened yet", async () => {
  for (const { step, counterModel } of await askPossible(prover)) expect(counterModel, step).not.toBeNull();
  expect(await askBeginning(prover)).toBeNull();
});

test("[L1] in any window of W ms, rounded up, at most B + floor((W + M) / T) are accepted, with M empty moves in it", async () => {
  expect(await askWindow(prover)).toBeNull();
  expect(await askDivision(prover)).toBeNull();
  expect(await askWindow(prover, false), "without the empty moves it is too strong").not.toBeNull();
});

/** Each premise with the step that needs it. */
const BREACHES: readonly (readonly [step: string, broken: Breach])[] = [
  ["take", "the budget is granted while another room holds it"],
  ["a grant comes", "a debt is no longer where it comes to"],
  ["a grant comes", "what is granted replaces what the room knows"],
  ["a grant comes", "every room's own books are exact"],
  ["a grant comes", "an empty move is not counted"],
  ["admit", "an action costs nothing"],
  ["admit", "one more at once"],
  ["admit", "the row is not written with the message"],
  ["yield", "yielding freezes nothing"],
  ["give back", "yielding freezes nothing"],
  ["the limiter hears", "a late give-back counts"],
  ["the limiter hears", "what comes back replaces what the limiter knows"],
  ["the room crashes", "a crash drops the row"],
  ["the limiter forgets", "time pays twice"],
];

test.each(BREACHES)("[L1] %s: a counter-model where %s", async (step, broken) => {
  const [found] = await ask(prover, broken, step);
  const model = found?.counterModel ?? new Map<string, string>();
  expect(model.size, "values of a counter-model").toBeGreaterThan(30);
  console.log(tell(step, broken, model));
});

/** A counter-model in lines that somebody can check by hand. */
function tell(step: string, broken: Breach, model: ReadonlyMap<string, string>): string {
  const of = (name: string): string => model.get(name) ?? "?";
  const record = (name: string): string => `owes ${of(`${name}.debt`)} ms as of ${of(`${name}.at`)}`;
  const room = (name: string): string =>
    `${of(`${name}.isHeld`) === "true" ? "holds" : "does not hold"} the budget, ${record(name)}; on its disk: ${record(`${name}.disk`)}`;
  return [
    `"${step}" breaks the invariant where ${broken}. For example:`,
    `  T ${of("T")} ms, B T ${Number(of("T")) + Number(of("BT-T"))} ms; at ${of("now")} ms the identity truly owes until ${of("owes-until")} ms`,
    `  the room, whose clock shows ${of("room.clock")}: ${room("room")}`,
    `  another room, whose clock shows ${of("other.clock")}: ${room("other")}`,
    `  the limiter, whose clock shows ${of("limiter.clock")}: ${record("limiter")}; holder ${of("limiter.holder")}`,
    `  under way: ${of("grant.isUnderWay") === "true" ? `a grant of ${of("grant.debt")} ms` : "no grant"}, ${of("answer.isUnderWay") === "true" ? `an answer of ${of("answer.debt")} ms` : "no answer"}`,
  ].join("\n");
}
