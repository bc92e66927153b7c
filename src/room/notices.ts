// What classic members hear besides messages, between the messages where it happened: joins and quits, one frame each as the
// demo sends them, and refusals, which a classic client tells apart by their order alone.
import { encodeClassicMessage } from "../protocol/codec.ts";
import type { ChatMessage } from "../protocol/messages.ts";
import type { Share } from "./effects.ts";
import type { Session } from "./session.ts";

interface Notice {
  readonly frame: string;
  /** The newest seq when it happened. */
  readonly after: number;
  /** For all that joined before this place; the others have heard of it in their snapshot. Or for one connection. */
  readonly to: { readonly before: number } | { readonly connection: string };
}

const isFor = ({ to }: Notice, { connection, place }: Session): boolean =>
  "before" in to ? place < to.before : to.connection === connection;

export class Notices {
  private waiting: Notice[] = [];

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  add(notice: Notice): void {
    this.waiting.push(notice);
  }

  clear(): void {
    this.waiting = [];
  }

  /** A flush for classic members, in one order for all: what they hear are all messages, and the notices since they joined. */
  take(messages: readonly ChatMessage[], members: readonly Session[], told: number): Share[] {
    const notices = this.waiting.filter(({ after }) => after <= told);
    this.waiting = this.waiting.slice(notices.length);
    if (members.length === 0 || notices.length + messages.length === 0) return [];
    const said = messages.map((message) => ({ seq: message.seq, frame: encodeClassicMessage(message) }));
    const shares = new Map<number | string, { readonly to: string[]; readonly frames: readonly string[] }>();
    for (const member of members) {
      const heard = notices.filter((notice) => isFor(notice, member));
      // Of the notices for all, a member hears the last ones: how many says which.
      const key = heard.some(({ to }) => "connection" in to) ? member.connection : heard.length;
      const share = shares.get(key) ?? { to: [], frames: interleave(said, heard) };
      share.to.push(member.connection);
      shares.set(key, share);
    }
    return [...shares.values()].filter(({ frames }) => frames.length > 0);
  }
}

function interleave(
  said: readonly { readonly seq: number; readonly frame: string }[],
  notices: readonly Notice[],
): string[] {
  const frames: string[] = [];
  let next = 0;
  for (const { frame, after } of notices) {
    for (; next < said.length && (said[next]?.seq ?? 0) <= after; next++)
      frames.push(said[next]?.frame ?? "");
    frames.push(frame);
  }
  return [...frames, ...said.slice(next).map(({ frame }) => frame)];
}
