// How long a room bears with a connection that goes on after it was refused: answers are work, and whoever asks for ever more of
// them is a flood. Decides by the refusals of one connection; a person, or a client that waits as it is told, never comes near.
import { elapsed, remaining, spend, waitOf } from "../rate-limit/gcra.ts";

/** Refusals that a connection may get at once. */
export const MAX_REFUSALS = 200;
/** And then one in so many milliseconds; one more closes it. */
export const REFUSALS = { periodMs: 100, burst: MAX_REFUSALS };
/** From half of them on it is answered once a period. */
const SLOW_FROM_MS = (REFUSALS.burst / 2) * REFUSALS.periodMs;

/** What refusals have cost a connection, as of the instant `at`; `answeredAt` is when it was last told of one. */
export interface Patience {
  readonly debt: number;
  readonly at: number;
  readonly answeredAt: number;
}

export const NEW_PATIENCE: Patience = { debt: 0, at: 0, answeredAt: 0 };

/** What becomes of one more refusal: it is said, it is not, or the connection is closed. */
export type Bearing = "answer" | "ignore" | "close";

export function bear(
  patience: Patience,
  now: number,
): { readonly bearing: Bearing; readonly left: Patience } {
  const owed = remaining(patience.debt, elapsed(patience.at, now));
  if (waitOf(REFUSALS, owed) > 0) return { bearing: "close", left: patience };
  const isSilent = owed >= SLOW_FROM_MS && now < patience.answeredAt + REFUSALS.periodMs;
  const answeredAt = isSilent ? patience.answeredAt : now;
  const left = { debt: spend(REFUSALS, owed), at: now, answeredAt };
  return { bearing: isSilent ? "ignore" : "answer", left };
}
