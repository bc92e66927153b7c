// Members that are cut off again and again, each at moments of its own.
import type { Member } from "./member.ts";
import type { VirtualUser } from "./virtual-user.ts";
import { pause } from "./wait.ts";

/** Nobody is cut so shortly before the plan ends: all are back for the last words. */
const QUIET_MS = 1_000;
/** Of one member's cuts to the next one's, in rounds: no two of many are cut together, and each moment cuts as many. */
const GOLDEN = 0.618_034;

export async function cutAll(user: VirtualUser): Promise<void> {
  await Promise.all(user.members.map((member) => cutAgainAndAgain(user, member)));
  await user.joined(user.members);
}

async function cutAgainAndAgain(user: VirtualUser, member: Member): Promise<void> {
  const { recorder, parameters } = user;
  const [cutMs, everyMs] = [parameters.cutS * 1_000, parameters.everyS * 1_000];
  const last = recorder.ends - cutMs - QUIET_MS;
  const first = (recorder.windowStart ?? Infinity) + ((member.place.index * GOLDEN) % 1) * everyMs;
  for (let at = first; at < last; at += everyMs) {
    await pause(at - user.now());
    user.guard(() => member.leave());
    await pause(cutMs);
    user.guard(() => member.comeBack());
  }
}
