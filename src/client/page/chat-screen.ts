// The chat itself: what the client reports goes on the screen, what a person does goes to the client.
import { MAX_MESSAGE_LENGTH } from "../../protocol/limits.ts";
import type { Member } from "../../protocol/messages.ts";
import { ChatClient } from "../chat-client.ts";
import type { AppEvent } from "../events.ts";
import type { OutboxItem } from "../outbox.ts";
import { peopleOf } from "../roster.ts";
import { avatar } from "./avatar.ts";
import { byId, el, nameOf } from "./dom.ts";
import { MessageList } from "./message-list.ts";
import { keepOutbox, keptOutbox } from "./outbox-store.ts";
import { StatusLine } from "./status-line.ts";

export interface ChatScreenOptions {
  readonly room: string;
  readonly isPrivate: boolean;
  readonly name: string;
  readonly key: string;
  readonly client: string;
  /** Enters the room anew: after another tab took this one's place, or the room refused us. */
  readonly onRestart: () => void;
}

/** A counter appears when so few characters are left. */
const SHOW_LEFT = 40;

export class ChatScreen {
  private readonly client: ChatClient;
  private readonly list: MessageList;
  private readonly options: ChatScreenOptions;
  private readonly message = byId("message", HTMLTextAreaElement);
  private readonly listeners = new AbortController();
  private readonly status: StatusLine;
  private readonly url: URL;
  private isLoadingOlder = false;
  private hasOlder = true;
  private isLive = false;
  private wasLive = false;
  private outbox: readonly OutboxItem[] = [];

  constructor(options: ChatScreenOptions, list: MessageList) {
    this.options = options;
    this.list = list;
    this.url = new URL(`/api/room/${encodeURIComponent(options.room)}/websocket`, location.href);
    const socketUrl = new URL(this.url);
    socketUrl.protocol = this.url.protocol === "https:" ? "wss:" : "ws:";
    this.client = new ChatClient({
      ...options,
      url: socketUrl.href,
      outbox: keptOutbox(options.room, options.client),
      onEvent: (event) => this.show(event),
    });
    this.status = new StatusLine({
      onNow: () => this.client.hint("online"),
      onRestart: options.onRestart,
      signal: this.listeners.signal,
    });
  }

  start(): void {
    const title = this.options.isPrivate ? "Private room" : this.options.room;
    byId("room-title", HTMLElement).textContent = title;
    document.title = `${title} · Edge Chat`;
    this.list.clear();
    this.showOlder(true);
    this.listen();
    this.client.start();
    this.message.focus();
  }

  stop(): void {
    this.listeners.abort();
    this.client.stop();
  }

  private listen(): void {
    const { signal } = this.listeners;
    byId("composer", HTMLFormElement).addEventListener("submit", (event) => this.submit(event), { signal });
    this.message.addEventListener("input", () => this.showLeft(), { signal });
    this.message.addEventListener("keydown", (event) => this.onKey(event), { signal });
    const scroller = byId("scroller", HTMLElement);
    scroller.addEventListener("scroll", () => scroller.scrollTop < 80 && this.loadOlder(), { signal });
    byId("invite", HTMLButtonElement).addEventListener("click", () => void this.copyLink(), { signal });
    const people = byId("people", HTMLButtonElement);
    people.addEventListener(
      "click",
      () => {
        const isOpen = byId("roster", HTMLElement).classList.toggle("open");
        people.setAttribute("aria-expanded", `${isOpen}`);
      },
      { signal },
    );
    for (const type of ["online", "offline"] as const) {
      window.addEventListener(type, () => this.client.hint(type), { signal });
    }
    document.addEventListener("visibilitychange", () => !document.hidden && this.client.hint("visible"), {
      signal,
    });
  }

  private show(event: AppEvent): void {
    switch (event.type) {
      case "status":
        this.status.show(event);
        this.isLive = event.status === "live";
        this.wasLive ||= this.isLive;
        this.showOutbox();
        if (event.status === "offline" && !this.wasLive) void this.stopIfThereIsNoRoom();
        break;
      case "messages":
        this.list.append(event.messages);
        break;
      case "history":
        this.list.prepend(event.messages);
        this.showOlder(event.messages.length > 0 && event.more);
        break;
      case "reset":
        this.list.clear();
        this.list.notice("This room was started anew.");
        break;
      case "gap":
        this.list.gap(event.gap, () => {
          this.showOlder(true);
          this.loadOlder();
        });
        break;
      case "outbox":
        keepOutbox(this.options.room, this.options.client, event);
        this.outbox = event.items;
        this.showOutbox();
        break;
      case "roster":
        this.showRoster(event.members, event.count);
        break;
      case "joined":
        this.list.author = event.author;
        if (event.resumed) this.list.cameBack(event.head);
        else this.showOlder(event.after !== 0);
        break;
      case "confirmed":
        break;
      case "arrived":
      case "left":
        this.showNotices(event.type, event.members);
        break;
      default:
        event satisfies never;
    }
  }

  private showOutbox(): void {
    this.list.showOutbox(this.outbox, this.isLive, {
      onDiscard: ({ id }) => this.client.discard(id),
      onRetry: (item) => this.retry(item),
    });
  }

  /** A browser does not say why a socket would not open; a plain request to the same address does. */
  private async stopIfThereIsNoRoom(): Promise<void> {
    const answer = await fetch(this.url).catch(() => null);
    if (answer?.status !== 404 || this.listeners.signal.aborted) return;
    this.client.stop();
    this.status.show({ status: "refused", reason: "There is no such room. Check the link." });
  }

  private showNotices(what: "arrived" | "left", members: readonly Member[]): void {
    const others = members.filter(({ author }) => author !== this.list.author || author === "");
    if (others.length === 0) return;
    const names = others.slice(0, 3).map(({ name }) => name);
    const more = others.length > 3 ? ` and ${others.length - 3} more` : "";
    this.list.notice(`${names.join(", ")}${more} ${what === "arrived" ? "joined" : "left"}`);
  }

  /** A person with three tabs is one person, and is listed once. */
  private showRoster(members: readonly Member[] | null, count: number): void {
    byId("count", HTMLElement).textContent = `${count}`;
    const list = byId("members", HTMLUListElement);
    if (members === null) return list.replaceChildren(el("li", "hint", `${count} people: too many to list`));
    const people = peopleOf(members);
    byId("count", HTMLElement).textContent = `${people.size}`;
    const rows = [...people.values()].map(({ name, author }) => {
      const isSelf = author !== "" && author === this.list.author;
      return el("li", "", avatar(name, author), nameOf(name), isSelf ? " (you)" : "");
    });
    list.replaceChildren(...rows);
  }

  private submit(event: Event): void {
    event.preventDefault();
    const text = this.message.value.trim();
    if (text === "" || text.length > MAX_MESSAGE_LENGTH) return;
    this.message.value = "";
    this.showLeft();
    this.client.send(text);
    this.list.toEnd();
  }

  /** Sends a failed message again; one that is too long goes back to where it can be shortened. */
  private retry({ id, message }: OutboxItem): void {
    this.client.discard(id);
    if (message.length <= MAX_MESSAGE_LENGTH) {
      this.client.send(message);
      return;
    }
    this.message.value = message;
    this.showLeft();
    this.message.focus();
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    this.submit(event);
  }

  private showLeft(): void {
    const left = MAX_MESSAGE_LENGTH - this.message.value.trim().length;
    const element = byId("left", HTMLElement);
    element.textContent = left <= SHOW_LEFT ? `${left}` : "";
    element.classList.toggle("over", left < 0);
    this.message.rows = Math.min(5, this.message.value.split("\n").length);
  }

  private loadOlder(): void {
    if (this.isLoadingOlder || !this.hasOlder || this.list.oldest <= 1) return;
    this.isLoadingOlder = true;
    byId("older", HTMLElement).textContent = "Loading older messages …";
    this.client.history(this.list.oldest);
  }

  private showOlder(hasMore: boolean): void {
    this.isLoadingOlder = false;
    this.hasOlder = hasMore;
    byId("older", HTMLElement).textContent = hasMore ? "" : "This is where the room's memory begins.";
  }

  private async copyLink(): Promise<void> {
    const button = byId("invite", HTMLButtonElement);
    try {
      await navigator.clipboard.writeText(location.href);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Copy the address bar";
    }
    setTimeout(() => {
      button.textContent = "Copy link";
    }, 2_000);
  }
}
