// What may happen next in a world, in a fixed order: a path is which of these was chosen each time.
import type { Person } from "../simulation/person.ts";
import { type Pending, textOf } from "./choices.ts";
import { faultsOf, type Step } from "./faults.ts";
import type { World } from "./world.ts";

/** Empty: nothing can happen any more. */
export const stepsOf = (world: World): readonly Step[] => [...each(world)];

/** One of them. The others are not made: of a path that is played again, only these are taken. */
export function stepAt(world: World, choice: number): Step | undefined {
  let left = choice;
  for (const step of each(world)) if (left-- === 0) return step;
  return undefined;
}

function* each(world: World): Generator<Step> {
  const lone = loneDelivery(world);
  if (lone !== null) return yield lone;
  const { scheduler } = world;
  const { heads } = scheduler;
  for (const task of heads.length > 0 ? heads : scheduler.nextTimers) yield arrival(world, task);
  for (const [i, person] of world.people.entries()) yield* deeds(world, person, i);
  yield* faultsOf(world, heads);
}

function arrival({ scheduler }: World, task: Pending): Step {
  const { channel, text } = task;
  const tell = (): string => `${channel ?? "time passes:"} ${textOf(text)}`.trim();
  return { tell, take: () => scheduler.run(task) };
}

/** What somebody does of their own. */
function deeds({ says, mayLeave, scope }: World, person: Person, i: number): Step[] {
  const { name } = person;
  if (person.counts.connects === 0) return [{ tell: () => `${name} comes`, take: () => person.start() }];
  if (!person.isHere) return [];
  const steps: Step[] = [];
  const say = (): void => {
    says[i] = (says[i] ?? 0) - 1;
    person.say();
  };
  // A classic client says nothing where nobody hears it.
  const canSay = scope.people[i]?.protocol === "delivery" || person.isLive;
  if (canSay && (says[i] ?? 0) > 0) steps.push({ tell: () => `${name} says something`, take: say });
  const leave = (): void => {
    mayLeave[i] = false;
    says[i] = 0;
    person.stop();
  };
  if (mayLeave[i] === true) steps.push({ tell: () => `${name} goes`, take: leave });
  return steps;
}

/**
 * A frame on its way to somebody who has nothing else to do is let arrive, and nothing else is tried before it. That is sound:
 * where no fault can take it any more, it arrives in any case; what it changes is the receiver alone, who acts on nothing else
 * meanwhile (no deed is open, and timers wait until nothing is under way); and all that others do changes only what stands
 * behind it. So each order of steps leads to where one leads that begins with it (Godefroid's persistent sets), and what is
 * judged at rest is the same. What is judged on the way is each client's own story and the disk, which keep what was wrong.
 */
function loneDelivery(world: World): Step | null {
  const { left, people, scheduler, scope, says, mayLeave } = world;
  const { crash, commit, cut, late, repeat } = left;
  if (scope.isUnreduced === true || crash + commit + cut + late + repeat > 0) return null;
  for (const [i, person] of people.entries()) {
    if ((says[i] ?? 0) > 0 || mayLeave[i] === true || person.counts.connects === 0) continue;
    const channelIn = `${person.name}#${person.counts.connects}>client`;
    const task = scheduler.heads.find(({ channel }) => channel === channelIn);
    if (task !== undefined) return arrival(world, task);
  }
  return null;
}
