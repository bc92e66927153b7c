// What is judged of who was refused: nobody waits longer than the rate asks for, nor a second time for what was promised.
import type { Kind } from "../../src/rate-limit/budget.ts";
import { remaining, waitOf } from "../../src/rate-limit/gcra.ts";
import { DeliveryPerson } from "../simulation/delivery-person.ts";
import { textOf } from "./choices.ts";
import type { World } from "./world.ts";

/** A budget that moves may come to owe a millisecond more with each object. */
const MOVES_MS = 20;
/** They may take back what was paid for, or keep a budget on its way. */
const UNFAIR = /^(crash|limiterCrash|commit|limiterCommit|cut|repeat|late|lose)/;

/** A sentence a complaint. */
export function judgeRefusals(world: World): string[] {
  const busy = world.people
    .filter(({ transcript }) => transcript.some((frame) => frame.includes('"code":"busy"')))
    .map(({ name }) => `[L3] ${name} was told that the room is busy`);
  if ([...world.notes].some((note) => UNFAIR.test(note))) return busy;
  return [...busy, ...judgeWaits(world), ...judgePromises(world)];
}

/** [L3] While no room has anything under way: who waits to be let through needs to. */
function judgeWaits({ people, scheduler, rooms, rates, accepted, scope }: World): string[] {
  if (rooms.some(({ isAwake, isIdle }) => isAwake && !isIdle)) return [];
  return people.flatMap((person, i) => {
    const timer = scheduler.timers.find(({ text }) => textOf(text) === `resend of ${person.name}`);
    if (timer === undefined) return [];
    const kind: Kind = person.isLive ? "message" : "join";
    const address = scope.people[i]?.address;
    let level = 0;
    let last = 0;
    for (const one of accepted) {
      if (one.address !== address || one.kind !== kind) continue;
      level = remaining(level, one.at - last) + rates[kind].periodMs;
      last = one.at;
    }
    const needed = waitOf(rates[kind], remaining(level, scheduler.now - last));
    const waits = timer.at - scheduler.now;
    return waits > needed + MOVES_MS ? [`[L3] ${person.name} waits ${waits} ms, and needs ${needed}`] : [];
  });
}

/** [L2] Who waited for as long as it was told is let through, where nobody of its identity was since. */
function judgePromises({ people, scheduler, accepted, scope }: World): string[] {
  return people.flatMap((person, i) => {
    if (!(person instanceof DeliveryPerson)) return [];
    const refusals = person.transcript.filter((frame) => frame.includes('"code":"rate-limited"'));
    const [before, last] = refusals.slice(-2).map(read);
    if (before === undefined || last === undefined || before.counter !== last.counter) return [];
    // Judged while no time has passed since it came.
    const isNew = scheduler.timers.some(
      ({ text, at }) => textOf(text) === `resend of ${person.name}` && at === scheduler.now + last.retryAfter,
    );
    if (!isNew) return [];
    const since = scheduler.now - before.retryAfter;
    const { address } = scope.people[i] ?? {};
    if (accepted.some((one) => one.address === address && one.at > since)) return [];
    return [`[L2] ${person.name} waited ${before.retryAfter} ms, and is refused for ${last.retryAfter} more`];
  });
}

interface Refused {
  readonly counter: number | undefined;
  readonly retryAfter: number;
}

const read = (frame: string): Refused => (JSON.parse(frame) as { readonly refused: Refused }).refused;
