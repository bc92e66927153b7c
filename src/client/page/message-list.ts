// The messages on the screen: days, groups by author, gaps, the unread mark, and one's own that are not confirmed yet.
import type { ChatMessage, Gap } from "../../protocol/messages.ts";
import type { OutboxItem } from "../outbox.ts";
import { avatar } from "./avatar.ts";
import { byId, el, nameOf } from "./dom.ts";

/** Messages of one author within so many milliseconds stand under one name. */
const GROUP_MS = 300_000;

const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const timeFormat = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayOf = (timestamp: number): string => dayFormat.format(timestamp);

export class MessageList {
  /** The oldest seq on the screen, to ask for what came before; 0 if there is none. */
  oldest = 0;
  author = "";
  private readonly scroller = byId("scroller", HTMLElement);
  private readonly log = byId("log", HTMLOListElement);
  private readonly outbox = byId("outbox", HTMLOListElement);
  private readonly jump = byId("jump", HTMLButtonElement);
  private newest: ChatMessage | null = null;
  /** Something stands below the newest message: the next one starts a group of its own. */
  private isGroupOver = false;
  private unread = 0;

  constructor() {
    this.jump.addEventListener("click", () => this.toEnd());
    this.scroller.addEventListener("scroll", () => {
      if (this.isAtEnd()) this.jump.hidden = true;
    });
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.setUnread(0);
    });
  }

  clear(): void {
    this.log.replaceChildren();
    this.outbox.replaceChildren();
    this.newest = null;
    this.oldest = 0;
    this.setUnread(0);
  }

  append(messages: readonly ChatMessage[]): void {
    const wasAtEnd = this.isAtEnd();
    if (document.hidden && this.unread === 0 && this.newest !== null) {
      this.log.querySelector(".unread")?.remove();
      this.log.append(el("li", "divider unread", "New"));
    }
    for (const message of messages) {
      this.log.append(...this.rowsOf(message, this.newest));
      this.newest = message;
      this.isGroupOver = false;
      if (this.oldest === 0) this.oldest = message.seq;
    }
    const isOwn = messages.some(({ author }) => author === this.author && author !== "");
    if (document.hidden) this.setUnread(this.unread + messages.length);
    if (wasAtEnd || isOwn) this.toEnd();
    else this.jump.hidden = false;
  }

  /** Puts a page of older messages on top; what is being read stays where it is. */
  prepend(messages: readonly ChatMessage[]): void {
    const height = this.scroller.scrollHeight;
    let previous: ChatMessage | null = null;
    const rows: Node[] = [];
    for (const message of messages) {
      rows.push(...this.rowsOf(message, previous));
      previous = message;
    }
    this.log.prepend(...rows);
    this.oldest = messages[0]?.seq ?? this.oldest;
    this.scroller.scrollTop += this.scroller.scrollHeight - height;
  }

  notice(text: string): void {
    const wasAtEnd = this.isAtEnd();
    this.log.append(el("li", "notice", text));
    this.isGroupOver = true;
    if (wasAtEnd) this.toEnd();
  }

  gap({ first, last }: Gap): void {
    const count = last - first + 1;
    this.log.append(
      el("li", "divider", `${count} ${count === 1 ? "message" : "messages"} missed while away`),
    );
    this.isGroupOver = true;
  }

  showOutbox(items: readonly OutboxItem[], onDiscard: (item: OutboxItem) => void): void {
    const wasAtEnd = this.isAtEnd();
    this.outbox.replaceChildren(
      ...items.map((item) => {
        const row = el("li", `message own ${item.state}`);
        const state = el("span", "state");
        if (item.state === "pending") state.append("Sending …");
        if (item.state === "waiting") state.append("You are fast; waiting to send …");
        if (item.state === "failed") {
          const discard = el("button", "plain", "Discard");
          discard.type = "button";
          discard.addEventListener("click", () => onDiscard(item));
          state.append("Not sent. ", discard);
        }
        row.append(el("div", "bubble", item.message), state);
        return row;
      }),
    );
    if (wasAtEnd && items.length > 0) this.toEnd();
  }

  toEnd(): void {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.jump.hidden = true;
  }

  private isAtEnd(): boolean {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < 60;
  }

  private setUnread(count: number): void {
    this.unread = count;
    document.title = document.title.replace(/^\(\d+\) /, count > 0 ? `(${count}) ` : "");
    if (count > 0 && !document.title.startsWith("(")) document.title = `(${count}) ${document.title}`;
  }

  private rowsOf(message: ChatMessage, previous: ChatMessage | null): HTMLElement[] {
    const { name, author, timestamp } = message;
    const rows: HTMLElement[] = [];
    const isNewDay = previous === null || dayOf(previous.timestamp) !== dayOf(timestamp);
    if (isNewDay) rows.push(el("li", "divider", dayOf(timestamp)));
    const isGrouped =
      !isNewDay &&
      !(previous === this.newest && this.isGroupOver) &&
      previous.author === author &&
      previous.name === name &&
      timestamp - previous.timestamp < GROUP_MS;
    const isOwn = author !== "" && author === this.author;
    const row = el("li", `message${isOwn ? " own" : ""}${isGrouped ? " grouped" : ""}`);
    row.dataset.seq = `${message.seq}`;
    if (!isGrouped) {
      const time = el("time", "", timeFormat.format(timestamp));
      time.dateTime = new Date(timestamp).toISOString();
      if (!isOwn) row.append(avatar(name, author));
      row.append(el("div", "head", nameOf(isOwn ? "You" : name), " ", time));
    }
    row.append(el("div", "bubble", message.message));
    rows.push(row);
    return rows;
  }
}
