// What may happen next in a world, in a fixed order: a path is which of these was chosen each time.
import type { Pending } from "./choices.ts";
import { textOf } from "./choices.ts";
import type { Faults } from "./scope.ts";
import { DeliveryPerson } from "../simulation/delivery-person.ts";
import type { World } from "./world.ts";

export interface Step {
  readonly tell: () => string;
  readonly take: () => void;
}

/** Empty: nothing can happen any more. */
export function stepsOf(world: World): readonly Step[] {
  const lone = loneDelivery(world);
  if (lone !== null) return [lone];
  const { scheduler } = world;
  const { heads } = scheduler;
  return [
    ...heads.map((task) => arrival(world, task)),
    ...(heads.length === 0 ? scheduler.nextTimers.map((task) => arrival(world, task)) : []),
    ...deeds(world),
    ...faults(world, heads),
  ];
}

function arrival({ scheduler }: World, task: Pending): Step {
  const { channel, text } = task;
  const tell = (): string => `${channel ?? "time passes:"} ${textOf(text)}`.trim();
  return { tell, take: () => scheduler.run(task) };
}

/** What people do of their own. */
function deeds(world: World): Step[] {
  return world.people.flatMap((person, i) => {
    const steps: Step[] = [];
    const { name } = person;
    const isNew = person.counts.connects === 0;
    if (isNew) steps.push({ tell: () => `${name} comes`, take: () => person.start() });
    if (person.isHere && (world.says[i] ?? 0) > 0) {
      const take = (): void => {
        world.says[i] = (world.says[i] ?? 0) - 1;
        person.say();
      };
      // A classic client says nothing where nobody hears it.
      if (world.scope.people[i]?.protocol === "delivery" || person.isLive)
        steps.push({ tell: () => `${name} says something`, take });
    }
    if (person.isHere && world.mayLeave[i] === true) {
      const take = (): void => {
        world.mayLeave[i] = false;
        world.says[i] = 0;
        person.stop();
      };
      steps.push({ tell: () => `${name} goes`, take });
    }
    return steps;
  });
}

function faults(world: World, heads: readonly Pending[]): Step[] {
  const { scheduler, rooms, limiters, people, left, scope } = world;
  const steps: Step[] = [];
  const add = (fault: keyof Faults, tell: () => string, take: () => void): void => {
    if (left[fault] === 0) return;
    const spend = (): void => {
      left[fault] -= 1;
      world.notes.add(noteOf(fault, heads));
      take();
    };
    steps.push({ tell, take: spend });
  };
  for (const room of rooms) {
    if (room.isAwake || room.sockets.isAnybody)
      add(
        "crash",
        () => `${room.name} crashes`,
        () => room.die(),
      );
    if (room.isIdle)
      add(
        "evict",
        () => `${room.name} goes to sleep`,
        () => room.hibernate(),
      );
  }
  for (const [address, limiter] of limiters)
    if (limiter.isAwake)
      add(
        "limiterCrash",
        () => `limiter ${address} crashes`,
        () => limiter.die(),
      );
  for (const task of heads) {
    const { channel } = task;
    if (channel?.startsWith("call ") === true) {
      add(
        "lose",
        () => `lost: ${channel}`,
        () => scheduler.drop(task),
      );
      add(
        "double",
        () => `comes, and will come again: ${channel}`,
        () => task.run(),
      );
    }
    if (channel?.startsWith("commit of ") !== true) continue;
    const host = [...rooms, ...limiters.values()].find((one) => channel.startsWith(`commit of ${one.name}~`));
    add(
      channel.includes("limiter") ? "limiterCommit" : "commit",
      () => `fails: ${channel}`,
      () => {
        if (host !== undefined) host.disk.fault = "commit";
        scheduler.run(task);
      },
    );
  }
  for (const person of people) {
    if (!person.isConnected) continue;
    if (person instanceof DeliveryPerson && person.hasSaid)
      add(
        "repeat",
        () => `${person.name} sends its last message again`,
        () => person.repeat(),
      );
    for (const notice of scope.notices)
      add(
        "cut",
        () => `${person.name} is cut off, noticed by ${notice}`,
        () => person.cut(notice),
      );
  }
  if (heads.length > 0)
    for (const task of scheduler.nextTimers)
      add(
        "late",
        () => `all else is slow, ${textOf(task.text)}`,
        () => scheduler.run(task),
      );
  return steps;
}

/** Which fault, and whether it came while something was being written. */
function noteOf(fault: keyof Faults, heads: readonly Pending[]): string {
  if (fault !== "crash" && fault !== "limiterCrash") return fault;
  const isWriting = heads.some(({ channel }) => channel?.startsWith("commit of ") === true);
  return `${fault} ${isWriting ? "before" : "after"} a commit`;
}

/**
 * A frame on its way to somebody who has nothing else to do is let arrive, and nothing else is tried before it. That is sound:
 * where no fault can take it any more, it arrives in any case; what it changes is the receiver alone, who acts on nothing else
 * meanwhile (no deed is open, and timers wait until nothing is under way); and all that others do changes only what stands
 * behind it. So each order of steps leads to where one leads that begins with it (Godefroid's persistent sets), and what is
 * judged at rest is the same. What is judged on the way is each client's own story and the disk, which keep what was wrong.
 */
function loneDelivery(world: World): Step | null {
  const { left, people, scheduler, scope } = world;
  if (scope.isUnreduced === true || left.crash + left.commit + left.cut + left.late > 0) return null;
  for (const [i, person] of people.entries()) {
    if ((world.says[i] ?? 0) > 0 || world.mayLeave[i] === true || person.counts.connects === 0) continue;
    const channelIn = `${person.name}#${person.counts.connects}>client`;
    const task = scheduler.heads.find(({ channel }) => channel === channelIn);
    if (task !== undefined) return arrival(world, task);
  }
  return null;
}
