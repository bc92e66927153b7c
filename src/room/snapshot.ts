// What a connection gets when it joins: who is here, and the messages that it is owed. Frames, in their order.
import { encodeClassicMessage, encodeEvents, encodeJoined, encodeWelcome } from "../protocol/codec.ts";
import { BACKLOG, DELIVERY_PROTOCOL, MAX_PAGE, MAX_REPLAY, MAX_REPLAY_LENGTH } from "../protocol/limits.ts";
import type { Limits, Member, Since } from "../protocol/messages.ts";
import type { LogReader } from "./message-log.ts";
import type { Joined } from "./session.ts";

/** Frames of messages that are kept, because a crowd that comes together is owed the same ones. */
const MAX_KEPT = 16;
/** And units of text in them, but for the newest. */
const MAX_KEPT_LENGTH = 4_194_304;

interface Kept {
  readonly frames: readonly string[];
  readonly length: number;
}

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
  readonly limits: Limits;
}

export class Snapshots {
  private readonly log: LogReader;
  /** Frames by the seqs in them, in order of their making; all of the log with this epoch and floor. */
  private readonly kept = new Map<string, Kept>();
  private keptLength = 0;
  private epoch = "";
  private floor = 0;

  constructor(log: LogReader) {
    this.log = log;
  }

  /** The demo's order: each member's name, then up to 100 messages up to `head`, oldest first (SPEC C3). */
  classic(members: readonly Member[], head: number): string[] {
    const backlog = this.keep(`classic ${head}`, () =>
      this.log.before(head + 1, BACKLOG).map(encodeClassicMessage),
    ).frames;
    return [...members.map(({ name }) => encodeJoined(name)), ...backlog];
  }

  /**
   * A welcome, then the messages after `since`, or the backlog where the client does not resume, up to `head`. What
   * retention, MAX_REPLAY or MAX_REPLAY_LENGTH leaves out of a resumption is named as a gap (D2).
   */
  delivery({ me, counter, since, members, roster, limits }: Arrival, head: number): string[] {
    const { epoch, floor } = this.log;
    const resumed = since !== null && since.epoch === epoch && since.seq <= head;
    const oldest = Math.max(floor, head - (resumed ? MAX_REPLAY : BACKLOG));
    const start = resumed ? Math.max(since.seq, oldest) : oldest;
    const { after, frames } = this.events(start, head, resumed);
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
      ...(resumed && after > since.seq && { gap: { first: since.seq + 1, last: after } }),
      limits,
    });
    return [welcome, ...frames];
  }

  /**
   * Frames of the messages behind `start` up to `head`, as many of the newest as may be: those up to `after` are left out. A replay
   * is cut at whole pages, so that one frame serves many.
   */
  private events(start: number, head: number, isReplay: boolean): { after: number; frames: string[] } {
    const frames: string[] = [];
    let after = head;
    for (let length = 0; after > start;) {
      const last = after;
      const page = isReplay ? Math.floor((last - 1) / MAX_PAGE) * MAX_PAGE : start;
      const from = Math.max(start, page);
      const kept = this.keep(`${from} ${last}`, () => [
        encodeEvents(this.log.after(from, last - from), null),
      ]);
      length += kept.length;
      if (frames.length > 0 && length > MAX_REPLAY_LENGTH) break;
      frames.unshift(...kept.frames);
      after = from;
    }
    return { after, frames };
  }

  private keep(name: string, make: () => readonly string[]): Kept {
    const { epoch, floor } = this.log;
    // What was erased or trimmed is shown to nobody.
    if (epoch !== this.epoch || floor !== this.floor) this.drop(Infinity);
    this.epoch = epoch;
    this.floor = floor;
    const known = this.kept.get(name);
    if (known !== undefined) return known;
    const frames = make();
    const length = frames.reduce((sum, frame) => sum + frame.length, 0);
    const made = { frames, length };
    this.drop(this.kept.size - MAX_KEPT + 1);
    while (this.kept.size > 0 && this.keptLength + length > MAX_KEPT_LENGTH) this.drop(1);
    this.kept.set(name, made);
    this.keptLength += length;
    return made;
  }

  /** Forgets so many of what was kept, those first that were made first. */
  private drop(count: number): void {
    let left = count;
    for (const [name, { length }] of this.kept) {
      if (left-- <= 0) return;
      this.kept.delete(name);
      this.keptLength -= length;
    }
  }
}
