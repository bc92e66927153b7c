// What may go wrong next in a world, each as often as its scope allows.
import { DeliveryPerson } from "../simulation/delivery-person.ts";
import type { Person } from "../simulation/person.ts";
import { type Pending, textOf } from "./choices.ts";
import type { Faults } from "./scope.ts";
import type { World } from "./world.ts";

export interface Step {
  readonly tell: () => string;
  readonly take: () => void;
}

interface Fault {
  readonly kind: keyof Faults;
  readonly tell: () => string;
  readonly take: () => void;
}

/** `heads` is what may arrive next. */
export function faultsOf(world: World, heads: readonly Pending[]): Step[] {
  const { left, notes } = world;
  const faults: Fault[] = [];
  // A path is played again and again: what cannot happen any more is not looked for.
  if (left.crash + left.evict + left.limiterCrash > 0) faults.push(...ofObjects(world));
  if (left.lose + left.double > 0) faults.push(...ofCalls(world, heads));
  if (left.commit + left.limiterCommit > 0) faults.push(...ofCommits(world, heads));
  if (left.cut + left.repeat > 0)
    for (const person of world.people) if (person.isConnected) faults.push(...ofNetwork(world, person));
  if (left.late > 0 && heads.length > 0) faults.push(...ofTime(world));
  return faults
    .filter(({ kind }) => left[kind] > 0)
    .map(({ kind, tell, take }) => ({
      tell,
      take: () => {
        left[kind] -= 1;
        notes.add(noteOf(kind, heads));
        take();
      },
    }));
}

function ofObjects({ rooms, limiters }: World): Fault[] {
  const crashes = rooms
    .filter(({ isAwake, sockets }) => isAwake || sockets.isAnybody)
    .map((room): Fault => ({ kind: "crash", tell: () => `${room.name} crashes`, take: () => room.die() }));
  const sleeps = rooms
    .filter(({ isIdle }) => isIdle)
    .map((room): Fault => ({
      kind: "evict",
      tell: () => `${room.name} sleeps`,
      take: () => void room.hibernate(),
    }));
  const ends = [...limiters.values()]
    .filter(({ isAwake }) => isAwake)
    .map((one): Fault => ({
      kind: "limiterCrash",
      tell: () => `${one.name} crashes`,
      take: () => one.die(),
    }));
  return [...crashes, ...sleeps, ...ends];
}

function ofCalls({ scheduler }: World, heads: readonly Pending[]): Fault[] {
  return heads.flatMap((task): Fault[] => {
    const { channel } = task;
    if (channel?.startsWith("call ") !== true) return [];
    const tell = (): string => `comes, and will come again: ${channel}`;
    return [
      { kind: "lose", tell: () => `lost: ${channel}`, take: () => scheduler.drop(task) },
      { kind: "double", tell, take: () => task.run() },
    ];
  });
}

function ofCommits({ scheduler, rooms, limiters }: World, heads: readonly Pending[]): Fault[] {
  return heads.flatMap((task): Fault[] => {
    const { channel } = task;
    const isOf = (host: { readonly name: string }): boolean =>
      channel?.startsWith(`commit of ${host.name}~`) === true;
    const fail = (disk: { fault: string | null }): void => {
      disk.fault = "commit";
      scheduler.run(task);
    };
    const tell = (): string => `fails: ${channel}`;
    return [
      ...rooms.filter(isOf).map(({ disk }): Fault => ({ kind: "commit", tell, take: () => fail(disk) })),
      ...[...limiters.values()]
        .filter(isOf)
        .map(({ disk }): Fault => ({ kind: "limiterCommit", tell, take: () => fail(disk) })),
    ];
  });
}

function ofNetwork({ scope }: World, person: Person): Fault[] {
  const { name } = person;
  const cuts = scope.notices.map((notice): Fault => {
    const tell = (): string => `${name} is cut off, noticed by ${notice}`;
    return { kind: "cut", tell, take: () => person.cut(notice) };
  });
  if (!(person instanceof DeliveryPerson) || !person.hasSaid) return cuts;
  const tell = (): string => `the last message of ${name} comes again`;
  return [{ kind: "repeat", tell, take: () => person.repeat() }, ...cuts];
}

/** Time passes although something is under way. */
const ofTime = ({ scheduler }: World): Fault[] =>
  scheduler.nextTimers.map((task) => {
    const tell = (): string => `all else is slow: ${textOf(task.text)}`;
    return { kind: "late", tell, take: () => scheduler.run(task) };
  });

/** Which fault, and whether it came while something was being written. */
function noteOf(kind: keyof Faults, heads: readonly Pending[]): string {
  if (kind !== "crash" && kind !== "limiterCrash") return kind;
  const isWriting = heads.some(({ channel }) => channel?.startsWith("commit of ") === true);
  return `${kind} ${isWriting ? "before" : "after"} a commit`;
}
