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

/** One that waits; `order` is how many there were before it. */
interface Waiting extends Notice {
  readonly order: number;
}

export class Notices {
  private waiting: Waiting[] = [];
  private count = 0;

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  add(notice: Notice): void {
    this.waiting.push({ ...notice, order: this.count++ });
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
    const { places, common, own } = sorted(notices);
    const shares = new Map<number | string, { readonly to: string[]; readonly frames: readonly string[] }>();
    for (const { connection, place } of members) {
      const mine = own.get(connection) ?? [];
      // Whoever joined earlier hears all that a later one hears: how many of the places are behind a member says which.
      const key = mine.length > 0 ? connection : places.findIndex((before) => place < before);
      const heard = (): Waiting[] => [...common.filter(({ before }) => place < before), ...mine];
      const share = shares.get(key) ?? { to: [], frames: interleave(said, heard()) };
      share.to.push(connection);
      shares.set(key, share);
    }
    return [...shares.values()].filter(({ frames }) => frames.length > 0);
  }
}

/** Those for all, and those for one connection each: no member looks through what is another's. `places` rise. */
function sorted(notices: readonly Waiting[]): {
  readonly places: readonly number[];
  readonly common: readonly (Waiting & { readonly before: number })[];
  readonly own: ReadonlyMap<string, readonly Waiting[]>;
} {
  const common: (Waiting & { readonly before: number })[] = [];
  const own = new Map<string, Waiting[]>();
  for (const notice of notices) {
    const { to } = notice;
    if ("before" in to) common.push({ ...notice, before: to.before });
    else {
      const mine = own.get(to.connection) ?? [];
      mine.push(notice);
      own.set(to.connection, mine);
    }
  }
  const places = common.map(({ before }) => before).toSorted((a, b) => a - b);
  return { places, common, own };
}

/** Messages and notices as they happened. */
function interleave(
  said: readonly { readonly seq: number; readonly frame: string }[],
  notices: readonly Waiting[],
): string[] {
  const frames: string[] = [];
  let next = 0;
  for (const { frame, after } of notices.toSorted((a, b) => a.order - b.order)) {
    for (; next < said.length && (said[next]?.seq ?? 0) <= after; next++)
      frames.push(said[next]?.frame ?? "");
    frames.push(frame);
  }
  return [...frames, ...said.slice(next).map(({ frame }) => frame)];
}
