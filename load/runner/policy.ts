// Whether a plan keeps to a room's rate limit, before anybody pays for finding out. Pure.
import { mostIn } from "../lib/allowance.ts";
import type { Parameters } from "../lib/parameters.ts";

/** Why a deployed room would refuse a part of the plan, and what to do; null where it would not. */
export function overPolicy(parameters: Parameters, hasToken: boolean): string | null {
  const { rate, rooms, senders, warmupS, durationS, periodMs, burst } = parameters;
  const windowS = warmupS + durationS;
  // Without a token all that comes from one address has one budget.
  const identities = hasToken ? senders * rooms : 1;
  const most = mostIn({ periodMs, burst }, windowS * 1_000) * identities;
  if (rate * rooms * windowS <= most) return null;
  const who = hasToken ? `each of ${identities} senders` : "one address without a token";
  const needed = Math.ceil((rate * windowS) / mostIn({ periodMs, burst }, windowS * 1_000));
  const instead = hasToken
    ? `take --senders ${needed}, a lower rate`
    : "make a token with npm run -s load:token, take a lower rate";
  return `A room with the policy of ${burst} messages at once and one in ${periodMs} ms would refuse most of this: ${who} may say ${Math.floor(most / identities)} messages in ${windowS} s. Please ${instead}, or say the target's own policy with --period and --burst.`;
}
