// A client's side of the delivery protocol as a pure machine: what to send, what to show, what to ask for. link.ts keeps its socket.
import { DELIVERY_PROTOCOL, MAX_CLASSIC_MESSAGE_LENGTH, MAX_PAGE, PONG } from "../protocol/limits.ts";
import type { ChatMessage, Limits, Presence, Refusal, ServerFrame, Welcome } from "../protocol/messages.ts";
import { decodeServerFrame } from "../protocol/server-frames.ts";
import { spread } from "./backoff.ts";
import { Effects } from "./effects.ts";
import type { ClientEffect, ClientEvent, Timer } from "./events.ts";
import { Link } from "./link.ts";
import type { SavedOutbox } from "./outbox.ts";
import { Roster } from "./roster.ts";
import { ANSWER_WITHIN_MS, Sender } from "./sender.ts";

export interface ClientOptions {
  readonly name: string;
  /** Secret; the same key is the same author, in every room. */
  readonly key: string;
  /** Tells apart tabs and devices with one key. */
  readonly client: string;
  /** What an earlier run of this client left unconfirmed. */
  readonly outbox?: SavedOutbox;
}

const BUSY_RETRY_MS = 1_000;

/**
 * A room tells that somebody types once in 3 s, and others show it for 5 s: what comes a little early is dropped there, and what
 * comes a little late must still be in time.
 */
const SAY_TYPING_EVERY_MS = 3_500;

/** Of a room whose welcome states none: it is older than these. */
const OLDER_LIMITS: Limits = { message: MAX_CLASSIC_MESSAGE_LENGTH, typing: 0 };

export class Connection {
  readonly #options: ClientOptions;
  readonly #effects = new Effects();
  readonly #link = new Link(this.#effects);
  readonly #sender: Sender;
  readonly #roster = new Roster();
  #limits = OLDER_LIMITS;
  /** The last message shown; seq is null until the first one after a join that did not resume. */
  #seen: { readonly epoch: string; readonly seq: number | null } | null = null;
  /** Up to where the replay goes that a welcome begins. */
  #head = 0;
  #author = "";
  #hasSaidTyping = false;
  /** The page of history that was asked for and has not come. */
  #wantsBefore: number | null = null;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#sender = new Sender(this.#effects, this.#link, options.outbox);
  }

  /** What to do next. Total: never throws, whatever the room sent. */
  handle(event: ClientEvent): readonly ClientEffect[] {
    switch (event.type) {
      case "start":
        this.#link.open();
        this.#sender.tell();
        break;
      case "opened":
        this.#sayHello();
        break;
      case "frame":
        this.#onFrame(event.frame, event.random);
        break;
      case "closed":
        this.#link.lose(event.random, event.code);
        break;
      case "timer":
        this.#onTimer(event.timer, event.random);
        break;
      case "send":
        this.#sender.send(event.id, event.message);
        break;
      case "discard":
      case "withdraw":
        this.#sender[event.type](event.id);
        break;
      case "typed":
        this.#sayTyping();
        break;
      case "history":
        this.#wantsBefore = event.before;
        this.#askHistory();
        break;
      default:
        this.#link.hint(event.type);
    }
    return this.#effects.take();
  }

  #sayHello(): void {
    const { name, key, client } = this.#options;
    // A place that no message has confirmed is none.
    if (this.#seen?.seq === null) this.#seen = null;
    const since = this.#seen ?? undefined;
    this.#effects.transmit({ name, protocol: DELIVERY_PROTOCOL, key, client, since });
    this.#link.greeted();
  }

  /** Alone, nobody is told. */
  #sayTyping(): void {
    const { count } = this.#roster;
    if (!this.#link.isLive || this.#hasSaidTyping || count < 2 || count > this.#limits.typing) return;
    this.#hasSaidTyping = true;
    this.#effects.transmit({ typing: true });
    this.#effects.arm("typing", SAY_TYPING_EVERY_MS);
  }

  #onFrame(text: unknown, random: number): void {
    if (!this.#link.isOpen) return;
    this.#link.heard(text === PONG);
    const frame = decodeServerFrame(text);
    if (frame === null) return;
    this.#onServerFrame(frame, random);
    if (this.#link.isLive && (this.#seen?.seq ?? 0) >= this.#head) this.#sender.endReplay();
  }

  #onServerFrame(frame: ServerFrame, random: number): void {
    switch (frame.kind) {
      case "welcome":
        this.#onWelcome(frame.welcome);
        break;
      case "events":
        this.#onEvents(frame.first, frame.events, frame.presence, random);
        break;
      case "stored":
        this.#sender.stored(frame.stored);
        break;
      case "refused":
        this.#onRefused(frame.refused, random);
        break;
      case "presence":
        this.#tell([], frame.presence);
        break;
      case "history":
        // A page of a log that is gone, or one that was asked for twice, must not be shown.
        if (frame.history.before !== this.#wantsBefore) break;
        this.#wantsBefore = null;
        this.#effects.arm("history", null);
        this.#effects.add({ type: "history", messages: frame.history.events, more: frame.history.more });
        break;
      case "typing":
        // Oneself in another tab is nobody else.
        if (this.#link.isLive && frame.typing.author !== this.#author)
          this.#effects.add({ type: "typing", member: frame.typing });
        break;
      case "error":
        this.#link.refused(frame.error, frame.code);
        break;
      default:
        frame satisfies never;
    }
  }

  #onWelcome(welcome: Welcome): void {
    const { epoch, head, counter, author, members, roster, resumed, gap, limits = OLDER_LIMITS } = welcome;
    const before = this.#seen;
    const after = resumed ? (before?.seq ?? null) : head === 0 ? 0 : null;
    this.#effects.add({ type: "joined", author, epoch, resumed, after, head, limits });
    if (before !== null && !resumed) {
      this.#wantsBefore = null;
      this.#effects.add({ type: "reset" });
    }
    if (gap !== undefined) this.#effects.add({ type: "gap", gap });
    this.#seen = { epoch, seq: gap?.last ?? after };
    this.#head = head;
    this.#author = author;
    this.#limits = limits;
    this.#hasSaidTyping = false;
    this.#sender.welcome(epoch, counter, limits.message);
    this.#roster.apply({ count: members, roster });
    this.#link.joined();
    this.#tellRoster();
    this.#sender.pump();
    this.#sender.tell();
    this.#askHistory();
  }

  #onEvents(first: number, events: readonly ChatMessage[], presence: Presence | null, random: number): void {
    if (!this.#link.isLive || this.#seen === null) return;
    const { epoch, seq } = this.#seen;
    // The first frame after a join that did not resume may begin anywhere; after that, no seq may be missing (D2).
    if (seq !== null && first > seq + 1) return this.#link.lose(random);
    const fresh = events.filter((event) => event.seq > (seq ?? 0));
    this.#seen = { epoch, seq: fresh.at(-1)?.seq ?? seq };
    this.#tell(fresh, presence);
  }

  /** Who came is told before what they said meanwhile, who left after it. */
  #tell(messages: readonly ChatMessage[], presence: Presence | null): void {
    const { arrived = [], gone = [] } = presence === null ? {} : this.#roster.apply(presence);
    if (arrived.length > 0) this.#effects.add({ type: "arrived", members: arrived });
    if (messages.length > 0) this.#effects.add({ type: "messages", messages });
    this.#sender.shown(
      messages.filter(({ author, client }) => author === this.#author && client === this.#options.client),
    );
    if (gone.length > 0) this.#effects.add({ type: "left", members: gone });
    if (presence !== null) this.#tellRoster();
  }

  #tellRoster(): void {
    const { members, count } = this.#roster;
    this.#effects.add({ type: "roster", members, count });
  }

  #onRefused({ counter, code, retryAfter }: Refusal, random: number): void {
    const wait = spread(retryAfter ?? BUSY_RETRY_MS, random);
    if (!this.#link.isLive) {
      this.#link.putOff(wait);
      this.#effects.arm("resend", wait);
      // Without a counter it was the page of history.
    } else if (counter === undefined) this.#effects.arm("history", wait);
    else this.#sender.refused(counter, code, wait, random);
  }

  #askHistory(): void {
    if (!this.#link.isLive || this.#wantsBefore === null) return;
    this.#effects.arm("history", ANSWER_WITHIN_MS);
    this.#effects.transmit({ history: { before: this.#wantsBefore, limit: MAX_PAGE } });
  }

  #onTimer(timer: Timer, random: number): void {
    switch (timer) {
      case "resend":
        if (this.#link.isLive) this.#sender.retry();
        else if (this.#link.isOpen) this.#sayHello();
        break;
      case "history":
        this.#askHistory();
        break;
      case "typing":
        this.#hasSaidTyping = false;
        break;
      default:
        this.#link.onTimer(timer, random);
    }
  }
}
