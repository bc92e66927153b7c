// What is said of messages that are not confirmed yet: each failed one for itself, all that wait for the same in one sentence.
import type { OutboxItem } from "../outbox.ts";

export interface Outgoing {
  readonly items: readonly OutboxItem[];
  /** How many of those that have not failed are sent. */
  readonly underWay: number;
  readonly isLive: boolean;
  /** Seconds until what was refused is sent again; 0 where nothing is. */
  readonly retryIn: number;
}

/** A sentence for each item, below it; "" where the next one's says it. */
export function sentences(outgoing: Outgoing): string[] {
  const reasons = reasonsOf(outgoing);
  let run = 0;
  return reasons.map((reason, i) => {
    run = reason === reasons[i - 1] ? run + 1 : 1;
    if (reason === FAILED) return "Not sent.";
    if (reason === reasons[i + 1]) return "";
    return run === 1 || reason === SENDING ? reason : `${run} messages: ${reason.toLowerCase()}`;
  });
}

const FAILED = "failed";
const SENDING = "Sending …";

function reasonsOf({ items, underWay, isLive, retryIn }: Outgoing): string[] {
  let place = 0;
  return items.map(({ state }) => {
    if (state === "failed") return FAILED;
    place += 1;
    if (!isLive) return "Waiting for a connection";
    if (place <= underWay) return SENDING;
    return retryIn > 0 ? `In line, next in ${retryIn} s` : "In line";
  });
}
