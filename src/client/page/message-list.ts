// The log on the screen: draws the timeline once a frame, keeps the place of whoever reads, asks for what comes into view.
import { byId, count, setText, sync } from "./dom.ts";
import { type Onlooker, rowsOf } from "./rows.ts";
import { drawRow, type RowActions } from "./row-view.ts";
import { Timeline } from "./timeline.ts";

/** So near to an end of what is on the screen, the next page is asked for. */
const NEAR_PX = 400;
/** A room that is busier is drawn no more often than once in so many milliseconds. */
const BUSY_MS = 150;
/** So near to the end somebody is at the end. */
const AT_END_PX = 60;

export interface ListPorts {
  readonly askHistory: (before: number) => void;
  readonly onlooker: () => Onlooker;
  /** Draws what stands below the log, in the same frame. */
  readonly drawOutbox: () => void;
  readonly onUnread: (count: number) => void;
  readonly invite: () => void;
}

export class MessageList {
  readonly timeline = new Timeline();
  private readonly scroller = byId("scroller", HTMLElement);
  private readonly feed = byId("feed", HTMLElement);
  private readonly log = byId("log", HTMLOListElement);
  private readonly older = byId("older", HTMLElement);
  private readonly toEndButton = byId("to-end", HTMLButtonElement);
  private readonly toNewButton = byId("to-new", HTMLButtonElement);
  private readonly ports: ListPorts;
  private readonly actions: RowActions;
  /** Whether the view stays at the end, whatever comes and however its size changes. */
  private isFollowing = true;
  private lastTop = 0;
  private frame = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private drawnAt = -Infinity;
  /** A message that the view has to go to, once it is there. */
  private target: number | null = null;
  /** The mark whose row was in view: what is new began there, and that was seen. */
  private seenMark: number | null = null;

  constructor(ports: ListPorts, signal: AbortSignal) {
    this.ports = ports;
    this.actions = { goTo: (seq) => this.goTo(seq), invite: ports.invite };
    this.log.replaceChildren();
    this.scroller.addEventListener("scroll", () => this.onScroll(), { signal });
    document.addEventListener("visibilitychange", () => this.lookAround(), { signal });
    this.toEndButton.addEventListener("click", () => this.toEnd(), { signal });
    this.toNewButton.addEventListener("click", () => this.goTo(this.timeline.mark ?? 0), { signal });
    const sizes = new ResizeObserver(() => this.isFollowing && this.scrollToEnd());
    for (const element of [this.scroller, this.log, byId("outbox", HTMLElement)]) sizes.observe(element);
    signal.addEventListener("abort", () => {
      sizes.disconnect();
      clearTimeout(this.timer);
      cancelAnimationFrame(this.frame);
    });
  }

  /** What somebody sees who looks: only then news are seen as they come. */
  get arrival(): { readonly isSeen: boolean; readonly isFollowing: boolean } {
    return { isSeen: this.isFollowing && !document.hidden, isFollowing: this.isFollowing };
  }

  /** Draws what has changed, in a quiet room with the next frame: a hundred messages in it cost one layout. */
  update(): void {
    if (this.frame === 0 && this.timer === undefined) {
      const wait = this.drawnAt + BUSY_MS - performance.now();
      if (wait <= 0) this.drawNext();
      else this.timer = setTimeout(() => this.drawNext(), wait);
    }
    // A page that nobody sees has no frames, but a title.
    if (document.hidden) this.ports.onUnread(this.timeline.unread);
  }

  /** The page that was asked for has come. */
  showPage(...page: Parameters<Timeline["page"]>): void {
    this.target = this.timeline.page(...page) ?? this.target;
    if (this.isFollowing) this.ask(this.timeline.end());
    this.update();
  }

  goTo(seq: number): void {
    this.isFollowing = false;
    this.target = seq;
    this.ask(this.timeline.place(seq));
    this.update();
  }

  toEnd(): void {
    this.isFollowing = true;
    this.target = null;
    this.ask(this.timeline.end());
    this.update();
  }

  /** The newest message on the screen, for whoever walks up from the text box. */
  focusLast(): void {
    [...this.log.querySelectorAll<HTMLElement>(".message")].at(-1)?.focus();
  }

  private ask(before: number | null): void {
    if (before !== null) this.ports.askHistory(before);
  }

  private drawNext(): void {
    this.timer = undefined;
    this.frame = requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    this.frame = 0;
    this.drawnAt = performance.now();
    const { timeline } = this;
    const anchor = this.isFollowing ? null : this.anchor();
    // What a join or a page brings is not read out as news.
    this.feed.ariaBusy = `${timeline.isCatchingUp || timeline.isLoadingOlder}`;
    sync(this.log, rowsOf(timeline, this.ports.onlooker()), (row) => drawRow(row, this.actions));
    this.ports.drawOutbox();
    if (this.target !== null) this.headFor(this.target);
    else if (this.isFollowing) this.scrollToEnd();
    else if (anchor !== null) this.restore(anchor);
    this.lookAround();
  }

  private headFor(seq: number): void {
    // What is not there and does not come is not waited for.
    if (!this.showTarget(seq) && this.timeline.isAsking) return;
    this.target = null;
    this.onScroll();
  }

  private showTarget(seq: number): boolean {
    const row = this.rowOf(seq);
    if (row === null) return false;
    row.scrollIntoView({ block: "center" });
    this.lastTop = this.scroller.scrollTop;
    row.classList.add("shown");
    row.addEventListener("animationend", () => row.classList.remove("shown"), { once: true });
    row.focus({ preventScroll: true });
    return true;
  }

  private rowOf(seq: number): HTMLElement | null {
    return this.log.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
  }

  /** The first message in view, and where it ends: its beginning may go, when it no longer is the first of its author. */
  private anchor(): { readonly seq: number; readonly bottom: number } | null {
    const edge = this.scroller.getBoundingClientRect().top;
    for (const row of this.log.querySelectorAll<HTMLElement>("[data-seq]")) {
      const { bottom } = row.getBoundingClientRect();
      if (bottom > edge) return { seq: Number(row.dataset.seq), bottom };
    }
    return null;
  }

  /** The browser's own anchoring is off in style.css. */
  private restore({ seq, bottom }: { readonly seq: number; readonly bottom: number }): void {
    const now = this.rowOf(seq)?.getBoundingClientRect().bottom;
    if (now !== undefined && now !== bottom) this.scroller.scrollTop += now - bottom;
    this.lastTop = this.scroller.scrollTop;
  }

  private scrollToEnd(): void {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.lastTop = this.scroller.scrollTop;
  }

  /** Only who moves up leaves the end: that something below has grown is no reason. */
  private onScroll(): void {
    // Whoever goes to a message is on the way from the end, however late the browser tells that they were there.
    if (this.target !== null) return;
    const { scrollTop } = this.scroller;
    // Who asked for the end is on the way there while more comes than one page has.
    if (this.isAtEnd()) this.isFollowing ||= this.timeline.isAtTail;
    else if (scrollTop < this.lastTop - 1) this.isFollowing = false;
    this.lastTop = scrollTop;
    this.lookAround();
  }

  private isAtEnd(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < AT_END_PX;
  }

  private lookAround(): void {
    const { timeline, scroller } = this;
    if (this.isFollowing && timeline.isAtTail && !document.hidden) timeline.seen();
    this.ports.onUnread(timeline.unread);
    if (this.target === null) {
      const below = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
      if (scroller.scrollTop < NEAR_PX) this.ask(timeline.older());
      if (below < NEAR_PX) this.ask(timeline.newer());
    }
    setText(this.older, timeline.isLoadingOlder ? "Loading older messages …" : "");
    this.showWays();
  }

  /** The ways to the end and to where the news begin, while these are out of sight. */
  private showWays(): void {
    const { unread, mark, newest } = this.timeline;
    this.toEndButton.hidden = this.isFollowing;
    setText(this.toEndButton, unread > 0 ? `${count(unread, "new message")} ↓` : "To the end ↓");
    if (mark === null || mark === this.seenMark) {
      this.toNewButton.hidden = true;
      return;
    }
    const edge = this.scroller.getBoundingClientRect();
    const top = this.log.querySelector(".unread")?.getBoundingClientRect().top;
    const isAbove = top === undefined ? mark < this.timeline.first : top < edge.top;
    if (top !== undefined && !isAbove && top < edge.bottom && !document.hidden) this.seenMark = mark;
    this.toNewButton.hidden = !isAbove;
    setText(this.toNewButton, `${count(newest - mark + 1, "new message")} ↑`);
  }
}
