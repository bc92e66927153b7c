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

/** Of so many messages that were sent, this share may be refused before it is clear that the plan is over the room's limit. */
const HOPELESS = { sent: 50, share: 0.2 };

/** Sends every message when it is due, whatever became of those before it; then waits for the last ones, and says so. */
export async function sendPlan(user: VirtualUser): Promise<void> {
  const { plan, clock, recorder } = user;
  const unsent = new Map<Member, number>();
  const start = clock.now();
  recorder.begin(start);
  recorder.counts.offered += totalOf(plan);
  const pace = new Pace(plan);
  while (!pace.isOver) {
    const isHopeless = isRefused(user);
    const elapsed = isHopeless ? Infinity : clock.now() - start;
    for (let next = pace.take(elapsed); next !== null; next = pace.take(elapsed)) {
      const { sender, n } = next.turn;
      const [intended, actual] = [start + next.due, clock.now()];
      const member = user.members[sender];
      if (member === undefined) continue;
      const stamp = { kind: "message", sender, n, refused: 0, intended, actual } as const;
      if (!isHopeless && member.say(stamp)) recorder.sent(intended, actual);
      else unsent.set(member, (unsent.get(member) ?? 0) + 1);
    }
    await pause(pace.wait(clock.now() - start));
  }
  const isWhole = await drain(user, unsent);
  await sayLast(user, unsent, isWhole);
}

/** Whether the room refuses so much that the rest of the plan would only be refused, too. */
function isRefused({ members, recorder }: VirtualUser): boolean {
  const { sent } = recorder.counts;
  if (sent < HOPELESS.sent) return false;
  return members.reduce((sum, { refused }) => sum + refused, 0) > HOPELESS.share * sent;
}

/** Waits until the rooms have answered everything: with the message itself, or a refusal. Whether they did. */
function drain(user: VirtualUser, unsent: ReadonlyMap<Member, number>): Promise<boolean> {
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
  return until(isAnswered, parameters.drainS * 1_000);
}

/** Each sender tells its room how much there was, so that every receiver can say what it lacks. */
async function sayLast(
  user: VirtualUser,
  unsent: ReadonlyMap<Member, number>,
  isWhole: boolean,
): Promise<void> {
  const { members, plan, recorder } = user;
  const sent = members.map((member, sender) => perSenderOf(plan, sender) - (unsent.get(member) ?? 0));
  for (const [sender, { refused }] of members.entries()) {
    recorder.counts.refused += refused;
    recorder.counts.accepted += (sent[sender] ?? 0) - refused;
  }
  const words = members.map((member, sender) => {
    const n = perSenderOf(plan, sender);
    return { n, refused: n - (sent[sender] ?? 0) + member.refused };
  });
  await sayLastWords(user, words, isWhole);
}

/** How much a sender has sent by its own numbers, and how many of those nobody gets. */
interface Words {
  readonly n: number;
  readonly refused: number;
}

/** Between two tries of last words that a limiter refused, of which there are as many as the drain has seconds. */
const AGAIN_MS = 1_000;

/**
 * Says them, and again where they were refused: without them no receiver knows what it lacks. `isWhole`: the senders have heard
 * all there was, so that the others can hold what they heard against it.
 */
export async function sayLastWords(
  { members, parameters, clock }: VirtualUser,
  words: readonly Words[],
  isWhole: boolean,
): Promise<void> {
  const digests = members.map(({ receiver }) => (isWhole ? receiver.digest : null));
  let silent = [...words.keys()];
  for (let again = 0; again <= parameters.drainS && silent.length > 0; again += 1) {
    const refused = members.map((member) => member.refused);
    for (const sender of silent) {
      const [{ n, refused: missing } = { n: 0, refused: 0 }, digest = null] = [
        words[sender],
        digests[sender],
      ];
      const now = clock.now();
      const stamp = { kind: "last", sender, n, refused: missing, intended: now, actual: now } as const;
      members[sender]?.say(digest === null ? stamp : { ...stamp, digest });
    }
    const isHeard = (sender: number): boolean => members[sender]?.receiver.hasHeard(sender) ?? true;
    await until(() => silent.every(isHeard), AGAIN_MS);
    silent = silent.filter(
      (sender) => !isHeard(sender) && (members[sender]?.refused ?? 0) > (refused[sender] ?? 0),
    );
  }
}
