// From the invariant to L1: where everything begins, what a window holds, and the division.
import { invariant } from "./invariant.ts";
import type { Prover } from "./prover.ts";
import { anyWorld, Constants, type Formula, type World } from "./state.ts";

type Values = ReadonlyMap<string, string> | null;

/** A world in which nothing was ever admitted and the invariant does not hold; null: there is none. */
export function askBeginning(prover: Prover): Promise<Values> {
  const constants = new Constants();
  const any = anyWorld(constants);
  const nothing = { debt: "0", at: "0", isHeld: "false", term: "0", spent: "0" };
  const world: World = {
    ...any,
    now: any.began,
    end: any.began,
    charged: "0",
    moves: "0",
    account: { debt: "0", at: "0", holder: "(- 1)", term: "1", spent: "(- 1)" },
    rows: [nothing, nothing],
    stored: [nothing, nothing],
    isUnheard: "false",
    grant: { isUnderWay: "false", room: "0", term: "0", debt: "0", spent: "(- 1)" },
    answer: { isUnderWay: "false", term: "0", debt: "0", isSpent: "false" },
    fresh: "2",
  };
  return prover.solve(constants, [
    `(<= 1 ${any.rate.period})`,
    `(<= 0 ${any.rate.slack})`,
    ...[any.clocks.limiter, ...any.clocks.rooms].flatMap(({ shows, phase }) => [
      `(<= 0 ${shows})`,
      `(<= 0.0 ${phase})`,
      `(< ${phase} 1.0)`,
      `(<= (to_real ${shows}) (+ ${any.began} ${phase}))`,
      `(< (+ ${any.began} ${phase}) (+ (to_real ${shows}) 1.0))`,
    ]),
    not(invariant(world)),
  ]);
}

/**
 * A world with the invariant in which more was charged than B T + W and a millisecond for each empty move. W: the window in
 * milliseconds, rounded up. `isCounted`: with the empty moves; without them, the claim is too strong.
 */
export function askWindow(prover: Prover, isCounted = true): Promise<Values> {
  const constants = new Constants();
  const world = anyWorld(constants);
  const window = constants.constant("W", "Int");
  const most = `(+ ${world.rate.slack} ${world.rate.period} ${window} ${isCounted ? world.moves : "0"})`;
  return prover.solve(constants, [
    ...invariant(world),
    `(<= (- ${world.now} ${world.began}) (to_real ${window}))`,
    `(> ${world.charged} ${most})`,
  ]);
}

/** Numbers with n T <= B T + V and n > B + floor(V / T). */
export function askDivision(prover: Prover): Promise<Values> {
  const constants = new Constants();
  const [n, b, t, v] = ["n", "B", "T", "V"].map((name) => constants.constant(name, "Int"));
  return prover.solve(constants, [
    `(>= ${t} 1)`,
    `(>= ${v} 0)`,
    `(<= (* ${n} ${t}) (+ (* ${b} ${t}) ${v}))`,
    `(> ${n} (+ ${b} (div ${v} ${t})))`,
  ]);
}

const not = (parts: readonly Formula[]): Formula => `(not (and true ${parts.join(" ")}))`;
