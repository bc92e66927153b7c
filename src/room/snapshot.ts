// What a connection gets when it joins: who is here, and the messages that it is owed. Frames, in their order.
import { encodeClassicMessage, encodeEvents, encodeJoined, encodeWelcome } from "../protocol/codec.ts";
import { BACKLOG, DELIVERY_PROTOCOL, MAX_PAGE, MAX_REPLAY } from "../protocol/limits.ts";
import type { Member, Since } from "../protocol/messages.ts";
import type { LogReader } from "./message-log.ts";
import type { Joined } from "./session.ts";

/** A joined connection as others see it. */
export const memberOf = (connection: string, { author, name }: Joined): Member => ({
  connection,
  author,
  name,
});

/** Who comes, by the delivery protocol. */
export interface Arrival {
  readonly me: Member;
  /** The highest counter stored of this author and client tag. */
  readonly counter: number;
  readonly since: Since | null;
}

/** The demo's order: each member's name, then up to 100 messages, oldest first (SPEC C3). */
export function classicSnapshot(members: readonly Member[], log: LogReader): string[] {
  return [
    ...members.map(({ name }) => encodeJoined(name)),
    ...log.before(log.head + 1, BACKLOG).map(encodeClassicMessage),
  ];
}

/**
 * A welcome, then the messages after `since`, or the backlog where the client does not resume. What retention or
 * MAX_REPLAY leaves out of a resumption is named as a gap (D2).
 */
export function deliverySnapshot(
  { me, counter, since }: Arrival,
  members: readonly Member[],
  rosterMax: number,
  log: LogReader,
): string[] {
  const resumed = since !== null && since.epoch === log.epoch && since.seq <= log.head;
  const oldest = Math.max(log.floor, log.head - (resumed ? MAX_REPLAY : BACKLOG));
  const start = resumed ? Math.max(since.seq, oldest) : oldest;
  const frames = [
    encodeWelcome({
      protocol: DELIVERY_PROTOCOL,
      epoch: log.epoch,
      head: log.head,
      counter,
      connection: me.connection,
      author: me.author,
      members: members.length,
      resumed,
      ...(members.length <= rosterMax && { roster: members }),
      ...(resumed && start > since.seq && { gap: { first: since.seq + 1, last: start } }),
    }),
  ];
  for (let events = log.after(start, MAX_PAGE); events.length > 0;) {
    frames.push(encodeEvents(events));
    events = log.after(events.at(-1)?.seq ?? log.head, MAX_PAGE);
  }
  return frames;
}
