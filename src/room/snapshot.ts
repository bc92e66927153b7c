// What a connection gets when it joins: who is here, and the messages that it is owed. Frames, in their order.
import { encodeClassicMessage, encodeEvents, encodeJoined, encodeWelcome } from "../protocol/codec.ts";
import { BACKLOG, DELIVERY_PROTOCOL, MAX_PAGE, MAX_REPLAY } from "../protocol/limits.ts";
import type { Member, Since } from "../protocol/messages.ts";
import type { LogReader } from "./message-log.ts";
import type { Joined } from "./session.ts";

/** Frames of messages that are kept, because a crowd that comes together is owed the same ones. */
const MAX_KEPT = 16;

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
  /** How many have joined, this one too; and who, unless they are too many to say. */
  readonly members: number;
  readonly roster: readonly Member[] | null;
}

export class Snapshots {
  private readonly log: LogReader;
  /** Frames by the seqs in them, in order of their making; all of the log with this epoch and floor. */
  private readonly kept = new Map<string, readonly string[]>();
  private epoch = "";
  private floor = 0;

  constructor(log: LogReader) {
    this.log = log;
  }

  /** The demo's order: each member's name, then up to 100 messages up to `head`, oldest first (SPEC C3). */
  classic(members: readonly Member[], head: number): string[] {
    const backlog = this.keep(`classic ${head}`, () =>
      this.log.before(head + 1, BACKLOG).map(encodeClassicMessage),
    );
    return [...members.map(({ name }) => encodeJoined(name)), ...backlog];
  }

  /**
   * A welcome, then the messages after `since`, or the backlog where the client does not resume, up to `head`. What
   * retention or MAX_REPLAY leaves out of a resumption is named as a gap (D2).
   */
  delivery({ me, counter, since, members, roster }: Arrival, head: number): string[] {
    const { epoch, floor } = this.log;
    const resumed = since !== null && since.epoch === epoch && since.seq <= head;
    const oldest = Math.max(floor, head - (resumed ? MAX_REPLAY : BACKLOG));
    const start = resumed ? Math.max(since.seq, oldest) : oldest;
    const welcome = encodeWelcome({
      protocol: DELIVERY_PROTOCOL,
      epoch,
      head,
      counter,
      connection: me.connection,
      author: me.author,
      members,
      resumed,
      ...(roster !== null && { roster }),
      ...(resumed && start > since.seq && { gap: { first: since.seq + 1, last: start } }),
    });
    return [welcome, ...this.events(start, head, resumed)];
  }

  /** Frames of the messages after `start` up to `head`. A replay is cut at whole pages, so that one frame serves many. */
  private events(start: number, head: number, isReplay: boolean): string[] {
    const frames: string[] = [];
    for (let after = start; after < head;) {
      const end = isReplay ? Math.floor(after / MAX_PAGE) * MAX_PAGE + MAX_PAGE : head;
      const last = Math.min(end, head);
      const from = after;
      frames.push(
        ...this.keep(`${from} ${last}`, () => [encodeEvents(this.log.after(from, last - from), null)]),
      );
      after = last;
    }
    return frames;
  }

  private keep(name: string, make: () => readonly string[]): readonly string[] {
    const { epoch, floor } = this.log;
    // What was erased or trimmed is shown to nobody.
    if (epoch !== this.epoch || floor !== this.floor) this.kept.clear();
    this.epoch = epoch;
    this.floor = floor;
    const known = this.kept.get(name);
    if (known !== undefined) return known;
    const [oldest] = this.kept.keys();
    if (this.kept.size >= MAX_KEPT && oldest !== undefined) this.kept.delete(oldest);
    const made = make();
    this.kept.set(name, made);
    return made;
  }
}
