// A window over the room's log: which messages are on the screen, what has to be asked for, what is new. Pure: draws nothing.
import type { ChatMessage, Gap, Member } from "../../protocol/messages.ts";
import { type Notice, withPresence } from "./notices.ts";

/** More messages than this are not kept on the screen. */
const MOST = 300;
/** The bound where somebody stays at the end, who sees no more than some dozens. */
const MOST_AT_END = 150;
/** What is kept when that bound is passed: not every message moves all others. */
const KEPT_AT_END = 100;
const PAGE = 100;
const MOST_NOTICES = 100;

/** A page of the log that was asked for: to go on upwards or downwards, or to stand elsewhere. */
type Wish =
  | { readonly kind: "older" | "newer" | "end"; readonly before: number }
  | { readonly kind: "place"; readonly before: number; readonly seq: number };

export interface Sight {
  /** Whether whoever is here sees what comes in at the end. */
  readonly isSeen: boolean;
  /** Whether the view stays at the end, so that what is above may go. */
  readonly isFollowing: boolean;
}

export class Timeline {
  /** One after the other, without a hole. */
  messages: readonly ChatMessage[] = [];
  notices: readonly Notice[] = [];
  author = "";
  /** Whether the room has, or may have, something older than the first message. */
  hasOlder = true;
  /** Where that begins which was new when it came; null for nothing. */
  mark: number | null = null;
  /** How many came that nobody saw. */
  unread = 0;
  /** The newest seq that came. */
  newest = 0;
  private wish: Wish | null = null;
  /** Up to this seq, what comes was there before us, or was missed. */
  private head = 0;
  private isBack = false;

  get first(): number {
    return this.messages[0]?.seq ?? 0;
  }

  get last(): number {
    return this.messages.at(-1)?.seq ?? 0;
  }

  /** Whether what comes next belongs below the last message. */
  get isAtTail(): boolean {
    return this.last === this.newest;
  }

  /** Whether a page is on its way. */
  get isAsking(): boolean {
    return this.wish !== null;
  }

  get isLoadingOlder(): boolean {
    return this.wish?.kind === "older";
  }

  /** Whether what a join brings is still coming. */
  get isCatchingUp(): boolean {
    return this.newest < this.head;
  }

  joined(author: string, isResumed: boolean, after: number | null, head: number): void {
    this.author = author;
    this.head = head;
    this.isBack = isResumed;
    if (!isResumed) this.hasOlder = after !== 0;
  }

  /** The log is another one, or has no link to what was shown. */
  reset(): void {
    this.messages = [];
    this.notices = [];
    this.mark = null;
    this.unread = 0;
    this.newest = 0;
    this.wish = null;
    this.tell("This room was started anew.");
  }

  /** These were missed and do not come by themselves: what follows stands alone, and pages of history have the rest. */
  gap({ first }: Gap): void {
    this.mark = first;
    this.isBack = false;
  }

  live(batch: readonly ChatMessage[], { isSeen, isFollowing }: Sight): void {
    const first = batch[0]?.seq ?? 0;
    const wasAtTail = this.isAtTail;
    const follows = this.messages.length === 0 || first === this.last + 1;
    this.countNews(batch, isSeen);
    this.newest = batch.at(-1)?.seq ?? this.newest;
    if (wasAtTail && follows) this.messages = [...this.messages, ...batch];
    else if (wasAtTail && isFollowing) {
      this.messages = batch;
      this.hasOlder = true;
    }
    if (isFollowing) this.dropOld(MOST_AT_END, KEPT_AT_END);
    else this.messages = this.messages.slice(0, MOST);
  }

  /** The page that was asked for. Returns the seq to which the view should go, or null where it stays. */
  page(page: readonly ChatMessage[], more: boolean): number | null {
    const { wish } = this;
    this.wish = null;
    if (wish?.kind === "older") {
      this.messages = [...page, ...this.messages].slice(0, MOST);
      this.hasOlder = more && page.length > 0;
      return null;
    }
    const fresh = wish?.kind === "newer" ? page.filter(({ seq }) => seq > this.last) : page;
    if (wish === null || fresh.length === 0) return null;
    if (wish.kind === "newer" && fresh[0]?.seq === this.last + 1) {
      this.messages = [...this.messages, ...fresh];
      this.dropOld(MOST);
      return null;
    }
    this.messages = fresh;
    this.hasOlder = more;
    return wish.kind === "place" ? wish.seq : null;
  }

  /** Each returns before which seq to ask for a page, or null where there is nothing to ask for. */
  older(): number | null {
    const canAsk = this.wish === null && this.hasOlder && this.first > 1;
    return canAsk ? this.ask({ kind: "older", before: this.first }) : null;
  }

  newer(): number | null {
    if (this.wish !== null || this.isAtTail) return null;
    return this.ask({ kind: "newer", before: Math.min(this.last + PAGE, this.newest) + 1 });
  }

  end(): number | null {
    return this.isAtTail ? null : this.ask({ kind: "end", before: this.newest + 1 });
  }

  /** Where a message is not on the screen, a page around it. */
  place(seq: number): number | null {
    if (this.at(seq) !== undefined) return null;
    return this.ask({
      kind: "place",
      before: Math.min(seq + PAGE / 2, Math.max(this.newest, this.head) + 1),
      seq,
    });
  }

  at(seq: number): ChatMessage | undefined {
    return this.messages[seq - this.first];
  }

  /** Somebody looks at the end. */
  seen(): void {
    this.unread = 0;
  }

  isOwn({ author }: Pick<ChatMessage, "author">): boolean {
    return author !== "" && author === this.author;
  }

  presence(what: "arrived" | "left", members: readonly Member[]): void {
    const others = members.filter((member) => !this.isOwn(member));
    this.notices = withPresence(this.notices, what, others, this.newest).slice(-MOST_NOTICES);
  }

  tell(text: string): void {
    this.notices = [...this.notices, { kind: "text", text, after: this.newest }];
  }

  private ask(wish: Wish): number {
    this.wish = wish;
    return wish.before;
  }

  /** What a join brings is history, unless we were away; and nobody's own words are news to them. */
  private countNews(batch: readonly ChatMessage[], isSeen: boolean): void {
    const news = batch.filter((message) => !this.isOwn(message));
    const [first] = news;
    if (first === undefined) return;
    const isPast = first.seq <= this.head;
    if (isPast && this.isBack) {
      this.mark = first.seq;
      this.isBack = false;
    } else if (!isPast && !isSeen && this.unread === 0) this.mark = first.seq;
    const wasThere = this.newest > 0;
    if (!isSeen && wasThere) this.unread += news.length;
  }

  private dropOld(most: number, kept = most): void {
    if (this.messages.length <= most) return;
    this.messages = this.messages.slice(-kept);
    this.hasOlder = true;
  }
}
