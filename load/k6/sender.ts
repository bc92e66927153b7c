// What the one virtual user does that sends: waits until the rooms are full, follows the plan, and says last words.
import { presentAtStart } from "../lib/crowd.ts";
import { Pace, perSenderOf, totalOf } from "../lib/pacing.ts";
import type { Member } from "./member.ts";
import type { VirtualUser } from "./virtual-user.ts";
import { pause, until } from "./wait.ts";

/** Between the last join and the first message, so that nothing of the joins is measured. */
const LULL_MS = 500;

/** Joins, and waits until the rooms are full; whether they are. */
export async function fillRooms(user: VirtualUser): Promise<boolean> {
  const { clock, members, parameters, recorder } = user;
  const began = clock.elapsed();
  await user.join(members, parameters.joinRate);
  const areFull = await roomsFull(user);
  const until = clock.now();
  if (areFull) recorder.joining = { from: until - (clock.elapsed() - began), until };
  else console.warn("A room does not count all its members.");
  await pause(LULL_MS);
  return areFull;
}

/** Waits until every room counts all members that should be there, or the time to join is up. */
function roomsFull({ members, parameters }: VirtualUser): Promise<boolean> {
  const present = Array.from({ length: parameters.rooms }, (_, room) => presentAtStart(parameters, room));
  const isFull = ({ place, receiver }: Member): boolean => receiver.members >= (present[place.room] ?? 0);
  return until(() => members.every(isFull), parameters.joinTimeoutS * 1_000);
}

/** Sends every message when it is due, whatever became of those before it; then waits for the last ones, and says so. */
export async function sendPlan(user: VirtualUser): Promise<void> {
  const { plan, clock, recorder } = user;
  const unsent = new Map<Member, number>();
  const start = clock.now();
  recorder.begin(start);
  recorder.counts.offered += totalOf(plan);
  const pace = new Pace(plan);
  while (!pace.isOver) {
    const elapsed = clock.now() - start;
    for (let next = pace.take(elapsed); next !== null; next = pace.take(elapsed)) {
      const { sender, n } = next.turn;
      const [intended, actual] = [start + next.due, clock.now()];
      const member = user.members[sender];
      if (member === undefined) continue;
      const isSent = member.say({ kind: "message", sender, n, refused: 0, intended, actual });
      if (isSent) recorder.sent(intended, actual);
      else unsent.set(member, (unsent.get(member) ?? 0) + 1);
    }
    await pause(pace.wait(clock.now() - start));
  }
  await drain(user, unsent);
  sayLast(user, unsent);
}

/** Waits until the rooms have answered everything: with the message itself, or a refusal. */
async function drain(user: VirtualUser, unsent: ReadonlyMap<Member, number>): Promise<void> {
  const { members, plan, parameters } = user;
  const owed = Array.from({ length: plan.rooms }, () => 0);
  for (const [sender, { place }] of members.entries()) {
    owed[place.room] = (owed[place.room] ?? 0) + perSenderOf(plan, sender);
  }
  const isAnswered = (): boolean => {
    const open = [...owed];
    for (const member of members) {
      const { room } = member.place;
      open[room] = (open[room] ?? 0) - member.refused - (unsent.get(member) ?? 0);
    }
    // Each sender receives all messages of its room.
    return members.every(({ place, receiver }) => receiver.delivered >= (open[place.room] ?? 0));
  };
  await until(isAnswered, parameters.drainS * 1_000);
}

/** Each sender tells its room how much there was, so that every receiver can say what it lacks. */
function sayLast({ members, plan, clock, recorder }: VirtualUser, unsent: ReadonlyMap<Member, number>): void {
  for (const [sender, member] of members.entries()) {
    const { refused } = member;
    recorder.counts.refused += refused;
    recorder.counts.accepted += perSenderOf(plan, sender) - (unsent.get(member) ?? 0) - refused;
    const now = clock.now();
    const missing = refused + (unsent.get(member) ?? 0);
    member.say({
      kind: "last",
      sender,
      n: perSenderOf(plan, sender),
      refused: missing,
      intended: now,
      actual: now,
    });
  }
}
