// The messages on the screen: days, groups by author, gaps, the unread mark, and one's own that are not confirmed yet.
import { MAX_MESSAGE_LENGTH } from "../../protocol/limits.ts";
import type { ChatMessage, Gap } from "../../protocol/messages.ts";
import type { OutboxItem } from "../outbox.ts";
import { avatar } from "./avatar.ts";
import { byId, el, nameOf } from "./dom.ts";

/** Messages of one author within so many milliseconds stand under one name. */
const GROUP_MS = 300_000;

const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const timeFormat = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayOf = (timestamp: number): string => dayFormat.format(timestamp);

const STATES: Readonly<Record<OutboxItem["state"], string>> = {
  pending: "Sending …",
  waiting: "You are fast; waiting to send …",
  failed: "Not sent.",
};

export interface OutboxActions {
  readonly onDiscard: (item: OutboxItem) => void;
  readonly onRetry: (item: OutboxItem) => void;
}

function actionOf(label: string, act: () => void): HTMLButtonElement {
  const button = el("button", "plain small", label);
  button.type = "button";
  button.addEventListener("click", act);
  return button;
}

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
  /** Messages that came while nobody looked at the end of the log. */
  private unread = 0;
  private missedTo = 0;

  constructor() {
    this.jump.addEventListener("click", () => this.toEnd());
    this.scroller.addEventListener("scroll", () => {
      if (this.isSeen()) this.setUnread(0);
    });
    document.addEventListener("visibilitychange", () => {
      if (this.isSeen()) this.setUnread(0);
    });
  }

  clear(): void {
    this.log.replaceChildren();
    this.outbox.replaceChildren();
    this.newest = null;
    this.oldest = 0;
    this.missedTo = 0;
    this.setUnread(0);
  }

  append(messages: readonly ChatMessage[]): void {
    const wasAtEnd = this.isAtEnd();
    // What a join brings is history, and nobody's own words are news to them.
    const news = messages.filter((message) => !this.isOwn(message)).length;
    const isUnseen = this.newest !== null && !this.isSeen() && news > 0;
    const isMissed = (messages[0]?.seq ?? 0) <= this.missedTo && news > 0;
    if (isMissed || (isUnseen && this.unread === 0)) this.markNew();
    if (isMissed) this.missedTo = 0;
    for (const message of messages) {
      this.log.append(...this.rowsOf(message, this.newest));
      this.newest = message;
      this.isGroupOver = false;
      if (this.oldest === 0) this.oldest = message.seq;
    }
    if (isUnseen) this.setUnread(this.unread + news);
    if (wasAtEnd) this.toEnd();
  }

  /** Back after a loss: what comes up to this seq was missed, and is marked where it begins. */
  cameBack(head: number): void {
    this.missedTo = head;
  }

  /** Puts a page of older messages on top; what is being read stays where it is. */
  prepend(messages: readonly ChatMessage[]): void {
    const height = this.scroller.scrollHeight;
    const rows = messages.flatMap((message, i) => this.rowsOf(message, messages[i - 1] ?? null));
    const previous = messages.at(-1) ?? null;
    // The day that the page ends with goes on: it needs no second divider.
    const day = this.log.querySelector(".day");
    if (previous !== null && day?.textContent === dayOf(previous.timestamp)) day.remove();
    this.log.prepend(...rows);
    this.oldest = messages[0]?.seq ?? this.oldest;
    this.newest ??= previous;
    this.scroller.scrollTop += this.scroller.scrollHeight - height;
  }

  notice(text: string): void {
    const wasAtEnd = this.isAtEnd();
    this.log.append(el("li", "notice", text));
    this.isGroupOver = true;
    if (wasAtEnd) this.toEnd();
  }

  /** Says what was missed and does not come by itself. `onShow` then asks for older messages: those of the gap come first. */
  gap({ first, last }: Gap, onShow: () => void): void {
    const wasAtEnd = this.isAtEnd();
    const count = last - first + 1;
    const words = `${count} ${count === 1 ? "message" : "messages"} missed while away`;
    const divider = el("li", "divider", words);
    const show = actionOf("Show", () => {
      this.forgetTo(divider);
      this.oldest = last + 1;
      onShow();
    });
    divider.append(show);
    this.log.append(divider);
    this.isGroupOver = true;
    if (wasAtEnd) this.toEnd();
  }

  showOutbox(items: readonly OutboxItem[], isLive: boolean, actions: OutboxActions): void {
    const wasAtEnd = this.isAtEnd();
    this.outbox.replaceChildren(
      ...items.map((item) => {
        const state = el(
          "span",
          "state",
          item.state === "pending" && !isLive ? "Waiting for a connection …" : STATES[item.state],
        );
        if (item.state === "failed") {
          const isTooLong = item.message.length > MAX_MESSAGE_LENGTH;
          const retry = actionOf(isTooLong ? "Edit" : "Try again", () => actions.onRetry(item));
          state.append(
            " ",
            retry,
            " ",
            actionOf("Discard", () => actions.onDiscard(item)),
          );
        }
        return el("li", `message own ${item.state}`, el("div", "bubble", item.message), state);
      }),
    );
    if (wasAtEnd && items.length > 0) this.toEnd();
  }

  toEnd(): void {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    if (!document.hidden) this.setUnread(0);
  }

  /** Takes the rows down to this one off the screen; pages of history bring back the messages among them. */
  private forgetTo(last: HTMLElement): void {
    for (let row = this.log.firstElementChild; row !== null; row = this.log.firstElementChild) {
      row.remove();
      if (row === last) break;
    }
    // What is new begins further up now.
    const mark = this.log.firstElementChild;
    if (mark?.classList.contains("unread")) mark.remove();
    const top = this.log.querySelector<HTMLElement>(".message");
    if (top === null) this.newest = null;
    else if (!top.previousElementSibling?.classList.contains("day")) {
      top.before(el("li", "divider day", dayOf(Number(top.dataset.timestamp))));
    }
  }

  private isAtEnd(): boolean {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < 60;
  }

  /** Whether somebody who looks sees what comes next. */
  private isSeen(): boolean {
    return !document.hidden && this.isAtEnd();
  }

  private markNew(): void {
    this.log.querySelector(".unread")?.remove();
    this.log.append(el("li", "divider unread", "New"));
    this.isGroupOver = true;
  }

  private setUnread(count: number): void {
    this.unread = count;
    this.jump.hidden = count === 0;
    this.jump.textContent = `${count} new ${count === 1 ? "message" : "messages"} ↓`;
    document.title = document.title.replace(/^\(\d+\) /, count > 0 ? `(${count}) ` : "");
    if (count > 0 && !document.title.startsWith("(")) document.title = `(${count}) ${document.title}`;
  }

  private isOwn({ author }: ChatMessage): boolean {
    return author !== "" && author === this.author;
  }

  private rowsOf(message: ChatMessage, previous: ChatMessage | null): HTMLElement[] {
    const { name, author, timestamp } = message;
    const rows: HTMLElement[] = [];
    const isNewDay = previous === null || dayOf(previous.timestamp) !== dayOf(timestamp);
    if (isNewDay) rows.push(el("li", "divider day", dayOf(timestamp)));
    const isGrouped =
      !isNewDay &&
      !(previous === this.newest && this.isGroupOver) &&
      previous.author === author &&
      previous.name === name &&
      timestamp - previous.timestamp < GROUP_MS;
    const isOwn = this.isOwn(message);
    const row = el("li", `message${isOwn ? " own" : ""}${isGrouped ? " grouped" : ""}`);
    row.dataset.seq = `${message.seq}`;
    row.dataset.timestamp = `${timestamp}`;
    row.dataset.name = name;
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
