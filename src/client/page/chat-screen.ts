// The chat itself: what the client reports goes on the screen, what a person does goes to the client.
import type { ChatMessage, Member } from "../../protocol/messages.ts";
import { ChatSocket } from "../chat-socket.ts";
import type { AppEvent } from "../events.ts";
import { fragmentOf, type RoomPlace } from "./address.ts";
import { Alerts } from "./alerts.ts";
import { Composer } from "./composer.ts";
import { byId } from "./dom.ts";
import { mute, mutedAuthors, rememberRoom, tellsTyping, titleOf } from "./memory.ts";
import { MessageActs } from "./message-acts.ts";
import { MessageList } from "./message-list.ts";
import { isHeard, newsOf } from "./news.ts";
import { keepOutbox, keptOutbox } from "./outbox-store.ts";
import { OutboxView } from "./outbox-view.ts";
import { RoomMenu } from "./room-menu.ts";
import { showRoster } from "./roster-view.ts";
import { type Onlooker, sharedNames } from "./rows.ts";
import { playTone } from "./sound.ts";
import { StatusLine } from "./status-line.ts";
import { lasting } from "./store.ts";
import { toast } from "./toast.ts";
import { TypingView } from "./typing-view.ts";

export interface ChatScreenOptions {
  readonly place: RoomPlace;
  readonly name: string;
  readonly key: string;
  readonly client: string;
  /** Enters the room anew: after another tab took this one's place, or the room refused us. */
  readonly onRestart: () => void;
}

export class ChatScreen {
  private readonly options: ChatScreenOptions;
  private readonly client: ChatSocket;
  private readonly listeners = new AbortController();
  private readonly list: MessageList;
  private readonly outbox: OutboxView;
  private readonly composer: Composer;
  private readonly status: StatusLine;
  private readonly menu: RoomMenu;
  private readonly typing: TypingView;
  private readonly alerts = new Alerts();
  private readonly url: URL;
  private isLive = false;
  private wasLive = false;
  private members: readonly Member[] | null = [];
  private connections = 0;
  /** The message that the address leads to. */
  private wanted: number | null;

  constructor(options: ChatScreenOptions) {
    this.options = options;
    const { room, isPrivate, seq } = options.place;
    const { signal } = this.listeners;
    this.wanted = seq;
    this.url = new URL(`/api/room/${encodeURIComponent(room)}/websocket`, location.href);
    this.client = new ChatSocket({
      ...options,
      url: this.url.href.replace("http", "ws"),
      outbox: keptOutbox(room, options.client),
      onEvent: (event) => this.show(event),
    });
    this.list = new MessageList(
      {
        askHistory: (before) => this.client.do({ type: "history", before }),
        onlooker: () => this.onlooker,
        drawOutbox: () => this.outbox.draw(this.isLive),
        onUnread: (count) => this.alerts.unread(count),
        invite: () => this.menu.open(),
      },
      signal,
    );
    this.outbox = new OutboxView(
      {
        discard: (id) => this.client.do({ type: "discard", id }),
        send: (text) => this.send(text),
        edit: (text) => this.composer.fill(text),
        update: () => this.list.update(),
      },
      signal,
    );
    this.composer = new Composer(
      {
        room,
        send: (text) => this.send(text),
        names: () => [...new Set((this.members ?? []).map(({ name }) => name))],
        onTyped: () => tellsTyping() && this.client.do({ type: "typed" }),
        onUp: () => this.list.focusLast(),
      },
      signal,
    );
    this.status = new StatusLine({
      onNow: () => this.client.do({ type: "online" }),
      onRestart: options.onRestart,
      signal,
    });
    this.menu = new RoomMenu({ room, isPrivate, onChange: () => this.onChange() }, signal);
    this.typing = new TypingView(signal);
    this.listenToMessages();
    this.listen();
  }

  start(): void {
    this.onChange();
    this.client.start();
    this.composer.focus();
  }

  stop(): void {
    this.alerts.unread(0);
    this.listeners.abort();
    this.client.stop();
  }

  /** The address leads to one of this room's messages. */
  goTo(seq: number | null): void {
    if (seq !== null) this.list.goTo(seq);
  }

  private get onlooker(): Onlooker {
    const { messages, author } = this.list.timeline;
    const self = { name: this.options.name, author };
    const people = [...(this.members ?? []), ...messages, self];
    return { name: this.options.name, muted: mutedAuthors(), isShared: sharedNames(people) };
  }

  private listenToMessages(): void {
    const { room } = this.options.place;
    const acts = {
      at: (seq: number) => this.list.timeline.at(seq),
      isOwn: (message: ChatMessage) => this.list.timeline.isOwn(message),
      reply: (message: ChatMessage) => this.composer.answer(message),
      linkTo: (seq: number) => `${location.origin}/${fragmentOf(room, seq)}`,
      mute: ({ author, name }: ChatMessage) => {
        mute(author, name);
        toast("Muted for you. The room's menu takes it back.");
        this.onChange();
      },
      leave: () => this.composer.focus(),
    };
    // It lives as long as its listeners do.
    void new MessageActs(acts, this.listeners.signal);
  }

  private listen(): void {
    const { signal } = this.listeners;
    const people = byId("people", HTMLButtonElement);
    const roster = byId("roster", HTMLElement);
    const showPeople = (isOpen: boolean): void => {
      roster.classList.toggle("open", isOpen);
      people.setAttribute("aria-expanded", `${isOpen}`);
    };
    people.addEventListener("click", () => showPeople(!roster.classList.contains("open")), { signal });
    roster.addEventListener("keydown", ({ key }) => key === "Escape" && showPeople(false), { signal });
    for (const type of ["online", "offline"] as const)
      window.addEventListener(type, () => this.client.do({ type }), { signal });
    document.addEventListener(
      "visibilitychange",
      () => !document.hidden && this.client.do({ type: "visible" }),
      {
        signal,
      },
    );
    // Where nothing is kept, what waits would be gone with the tab.
    window.addEventListener(
      "beforeunload",
      (event) => this.outbox.unsent > 0 && !lasting.isKept && event.preventDefault(),
      { signal },
    );
  }

  private show(event: AppEvent): void {
    const { timeline } = this.list;
    switch (event.type) {
      case "status":
        this.showStatus(event);
        break;
      case "messages":
        timeline.live(event.messages, this.list.arrival);
        this.typing.said(event.messages);
        this.callFor(event.messages);
        break;
      case "history":
        this.list.showPage(event.messages, event.more);
        break;
      case "reset":
        timeline.reset();
        break;
      case "gap":
        timeline.gap(event.gap);
        break;
      case "outbox":
        keepOutbox(this.options.place.room, this.options.client, event);
        this.outbox.take(event);
        this.status.waiting = this.outbox.unsent;
        break;
      case "roster":
        this.members = event.members;
        this.connections = event.count;
        this.showPeople();
        break;
      case "joined":
        timeline.joined(event.author, event.resumed, event.after, event.head);
        this.composer.limit = event.limits.message;
        this.outbox.most = event.limits.message;
        rememberRoom(this.options.place.room, this.options.place.isPrivate);
        this.goTo(this.wanted);
        this.wanted = null;
        break;
      case "typing":
        return this.typing.heard(event.member);
      case "confirmed":
      case "placed":
      case "withdrawn":
        break;
      case "arrived":
      case "left":
        if (event.type === "left") this.typing.gone(event.members);
        timeline.presence(event.type, event.members);
        break;
      default:
        event satisfies never;
    }
    this.list.update();
  }

  private showStatus(event: Extract<AppEvent, { type: "status" }>): void {
    this.isLive = event.status === "live";
    this.wasLive ||= this.isLive;
    this.status.show(event);
    if (!this.isLive) this.typing.clear();
    if (event.status === "offline" && !this.wasLive) void this.stopIfThereIsNoRoom();
  }

  /** A browser does not say why a socket would not open; a plain request to the same address does. */
  private async stopIfThereIsNoRoom(): Promise<void> {
    const answer = await fetch(this.url).catch(() => null);
    if (answer?.status !== 404 || this.listeners.signal.aborted) return;
    this.client.stop();
    this.status.show({ status: "refused", reason: "There is no such room. Check the link." });
  }

  private callFor(messages: readonly ChatMessage[]): void {
    const { isCatchingUp, author } = this.list.timeline;
    if (isCatchingUp) return;
    const news = newsOf(messages, { name: this.options.name, author, muted: mutedAuthors() });
    if (news === null) return;
    if (document.hidden) this.alerts.news(news.newest, this.options.place.room);
    if (isHeard(news, !document.hidden && document.hasFocus())) void playTone();
  }

  private showPeople(): void {
    showRoster(this.members, this.connections, { ...this.onlooker, author: this.list.timeline.author });
  }

  /** Something that this person has told the page is otherwise now. */
  private onChange(): void {
    const { room, isPrivate } = this.options.place;
    const title = titleOf(room, isPrivate);
    byId("room-title", HTMLElement).textContent = title;
    byId("message", HTMLTextAreaElement).placeholder = `Message ${title}`;
    this.alerts.setTitle(title);
    this.showPeople();
    this.list.update();
  }

  private send(text: string): void {
    this.client.send(text);
    this.list.toEnd();
  }
}
