// Swarm testing (Groce and others, 2012): each scenario switches a random part of the kinds of steps off, and draws the weights
// of the others anew. What never happens because something else always does, happens here.
import fc from "fast-check";
import { LEGS } from "./calls.ts";
import { type Scenario, scenariosOf, type Step, type StepKind, stepLists, stepsOf } from "./scenario.ts";

/** The kinds without which nothing happens are always there: somebody comes, says something, and time passes. */
const ALWAYS: readonly Step["do"][] = ["start", "say", "advance"];
/** Of all scenarios, one in so many has all kinds, as often as they are said to be. */
const EVEN = 2;
/** A weight is multiplied by a power of two, up to this one. */
const HEAVIEST = 4;

interface Drawn {
  readonly steps: fc.Arbitrary<Step[]>;
  readonly context: unknown;
}
const isDrawn = (context: unknown): context is Drawn =>
  typeof context === "object" && context !== null && "steps" in context && "context" in context;

/**
 * Draws the kinds and their weights, and then the steps. Only the steps shrink: a chain of arbitraries would draw them anew
 * with each shrunk weight.
 */
class Swarm extends fc.Arbitrary<Step[]> {
  generate(random: fc.Random, bias: number | undefined): fc.Value<Step[]> {
    const steps = stepLists(kindsOf(random));
    const { value, context } = steps.generate(random, bias);
    return new fc.Value(value, { steps, context } satisfies Drawn);
  }

  canShrinkWithoutContext(value: unknown): value is Step[] {
    return ALL.canShrinkWithoutContext(value);
  }

  shrink(value: Step[], context: unknown): fc.Stream<fc.Value<Step[]>> {
    if (!isDrawn(context)) return ALL.shrink(value, undefined);
    const { steps } = context;
    return steps
      .shrink(value, context.context)
      .map((less) => new fc.Value(less.value, { steps, context: less.context } satisfies Drawn));
  }
}

const ALL = stepLists(stepsOf());

/** A random part of the kinds, with random weights; at times all of them, as they are. */
function kindsOf(random: fc.Random): readonly StepKind[] {
  if (random.nextInt(1, EVEN) === EVEN) return stepsOf();
  const legs = LEGS.filter(() => random.nextInt(0, 1) === 1);
  return stepsOf(legs.length > 0 ? legs : LEGS).flatMap((step) => {
    const isOn = ALWAYS.includes(step.kind) || random.nextInt(0, 1) === 1;
    return isOn ? [{ ...step, weight: step.weight * 2 ** random.nextInt(0, HEAVIEST) }] : [];
  });
}

export const scenarios: fc.Arbitrary<Scenario> = scenariosOf(new Swarm());
