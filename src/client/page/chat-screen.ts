// The chat itself: what the client reports goes on the screen, what a person does goes to the client.
import { MAX_MESSAGE_LENGTH } from "../../protocol/limits.ts";
import type { Member } from "../../protocol/messages.ts";
import { ChatClient } from "../chat-client.ts";
import type { AppEvent, Status } from "../events.ts";
import { parseSavedOutbox, type SavedOutbox } from "../outbox.ts";
import { avatar } from "./avatar.ts";
import { byId, el, nameOf } from "./dom.ts";
import { MessageList } from "./message-list.ts";

export interface ChatScreenOptions {
  readonly room: string;
  readonly isPrivate: boolean;
  readonly name: string;
  readonly key: string;
  readonly client: string;
}

/** A counter appears when so few characters are left. */
const SHOW_LEFT = 40;

export class ChatScreen {
  private readonly client: ChatClient;
  private readonly list: MessageList;
  private readonly options: ChatScreenOptions;
  private readonly message = byId("message", HTMLTextAreaElement);
  private readonly listeners = new AbortController();
  private isLoadingOlder = false;
  private hasOlder = true;

  constructor(options: ChatScreenOptions, list: MessageList) {
    this.options = options;
    this.list = list;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.client = new ChatClient({
      ...options,
      url: `${scheme}://${location.host}/api/room/${encodeURIComponent(options.room)}/websocket`,
      outbox: this.savedOutbox(),
      onEvent: (event) => this.show(event),
    });
  }

  start(): void {
    const title = this.options.isPrivate ? "Private room" : this.options.room;
    byId("room-title", HTMLElement).textContent = title;
    document.title = `${title} · Edge Chat`;
    this.list.clear();
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
        this.showStatus(event.status, event.reason);
        break;
      case "messages":
        this.list.append(event.messages);
        break;
      case "history":
        this.showOlder(event.messages.length, event.more);
        this.list.prepend(event.messages);
        break;
      case "reset":
        this.list.clear();
        this.list.notice("This room was started anew.");
        break;
      case "gap":
        this.list.gap(event.gap);
        break;
      case "outbox":
        this.saveOutbox(event);
        this.list.showOutbox(event.items, ({ id }) => this.client.discard(id));
        break;
      case "roster":
        this.showRoster(event.members, event.count);
        break;
      case "joined":
        this.list.author = event.author;
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

  private showStatus(status: Status, reason = ""): void {
    const text = {
      connecting: "Connecting …",
      live: "Connected",
      offline: "Offline. Trying again …",
      superseded: "Opened elsewhere. Reload to talk here.",
      refused: `Not let in: ${reason}`,
    }[status];
    const element = byId("status", HTMLElement);
    element.textContent = text;
    element.dataset.status = status;
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
    const people = new Map(members.map((member) => [member.author || member.connection, member]));
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
    this.client.history(this.list.oldest);
  }

  private showOlder(count: number, more: boolean): void {
    this.isLoadingOlder = false;
    this.hasOlder = more && count > 0;
    const older = byId("older", HTMLElement);
    older.hidden = this.hasOlder;
    older.textContent = "This is where the room's memory begins.";
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

  private get outboxKey(): string {
    return `edge-chat-outbox ${this.options.room}`;
  }

  private saveOutbox({ items, epoch, counter }: SavedOutbox): void {
    if (items.length === 0) sessionStorage.removeItem(this.outboxKey);
    else sessionStorage.setItem(this.outboxKey, JSON.stringify({ items, epoch, counter }));
  }

  private savedOutbox(): SavedOutbox {
    return parseSavedOutbox(sessionStorage.getItem(this.outboxKey)) ?? { items: [], epoch: null, counter: 0 };
  }
}
