// A client's side of the delivery protocol as a pure machine: what to send, what to show, what to ask for. link.ts keeps its socket.
import { DELIVERY_PROTOCOL, MAX_CLASSIC_MESSAGE_LENGTH, MAX_PAGE, PONG } from "../protocol/limits.ts";
import type {
  ChatMessage,
  ErrorCode,
  Limits,
  Presence,
  Refusal,
  ServerFrame,
  Since,
  Welcome,
} from "../protocol/messages.ts";
import { decodeServerFrame } from "../protocol/server-frames.ts";
import { spread } from "./backoff.ts";
import type { ClientEffect, ClientEvent, Timer } from "./events.ts";
import { Link } from "./link.ts";
import type { SavedOutbox } from "./outbox.ts";
import { Roster } from "./roster.ts";
import { ANSWER_WITHIN_MS, Sender } from "./sender.ts";
import { Typing } from "./typing.ts";

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

/** Of a room whose welcome states none: it is older than these. */
const OLDER_LIMITS: Limits = { message: MAX_CLASSIC_MESSAGE_LENGTH, typing: 0 };

/** Codes for a first frame that the room will never take. */
const FINAL: ReadonlySet<ErrorCode> = new Set(["bad-frame", "frame-too-large", "name-too-long"]);

export class Connection {
  readonly #options: ClientOptions;
  readonly #link: Link;
  readonly #sender: Sender;
  readonly #typing: Typing;
  readonly #roster = new Roster();
  #limits = OLDER_LIMITS;
  /** The last message shown; seq is null until the first one after a join that did not resume. */
  #seen: { readonly epoch: string; readonly seq: number | null } | null = null;
  #author = "";
  /** The page of history that was asked for and has not come. */
  #wantsBefore: number | null = null;
  #effects: ClientEffect[] = [];

  constructor(options: ClientOptions) {
    this.#options = options;
    const emit = (effect: ClientEffect): void => this.#emit(effect);
    this.#link = new Link({ emit, onEnd: () => this.#forget() });
    const ports = {
      emit,
      transmit: (frame: object) => this.#transmit(frame),
      isLive: () => this.#link.isLive,
      drop: (random: number) => this.#link.drop(random),
    };
    this.#sender = new Sender(ports, options.outbox);
    this.#typing = new Typing(ports);
  }

  /** What to do next. Total: never throws, whatever the room sent. */
  handle(event: ClientEvent): readonly ClientEffect[] {
    this.#effects = [];
    switch (event.type) {
      case "start":
        this.#link.open();
        this.#sender.tell();
        break;
      case "online":
      case "visible":
      case "offline":
        this.#link.hint(event.type);
        break;
      case "opened":
        this.#link.opened();
        this.#sayHello();
        break;
      case "frame":
        this.#onFrame(event.frame, event.random);
        break;
      case "closed":
        this.#link.onClosed(event.code, event.random);
        break;
      case "timer":
        this.#onTimer(event.timer, event.random);
        break;
      case "send":
        this.#sender.send(event.id, event.message);
        break;
      case "typed":
        if (this.#link.isLive) this.#typing.typed(this.#roster.count, this.#limits.typing);
        break;
      case "discard":
        this.#sender.discard(event.id);
        break;
      case "withdraw":
        this.#sender.withdraw(event.id);
        break;
      case "history":
        this.#wantsBefore = event.before;
        this.#askHistory();
        break;
      default:
        event satisfies never;
    }
    return this.#effects;
  }

  #emit(effect: ClientEffect): void {
    this.#effects.push(effect);
  }

  #transmit(frame: object): void {
    this.#emit({ type: "transmit", text: JSON.stringify(frame) });
  }

  #arm(timer: Timer, ms: number | null): void {
    this.#emit({ type: "timer", timer, ms });
  }

  #sayHello(): void {
    const { name, key, client } = this.#options;
    const since: Since | null =
      this.#seen === null || this.#seen.seq === null
        ? null
        : { epoch: this.#seen.epoch, seq: this.#seen.seq };
    this.#transmit({ name, protocol: DELIVERY_PROTOCOL, key, client, ...(since && { since }) });
    this.#link.expectAnswer();
  }

  #onFrame(text: unknown, random: number): void {
    if (!this.#link.isOpen) return;
    const isPong = text === PONG;
    this.#link.heard(isPong);
    if (isPong) return;
    const frame = decodeServerFrame(text);
    if (frame !== null) this.#onServerFrame(frame, random);
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
        this.#sender.stored(frame.counter);
        break;
      case "refused":
        this.#onRefused(frame.refused, random);
        break;
      case "presence":
        this.#onPresence(frame.presence);
        break;
      case "history":
        // A page of a log that is gone, or one that was asked for twice, must not be shown.
        if (frame.history.before !== this.#wantsBefore) break;
        this.#wantsBefore = null;
        this.#arm("history", null);
        this.#emit({ type: "history", messages: frame.history.events, more: frame.history.more });
        break;
      case "typing":
        // Oneself in another tab is nobody else.
        if (this.#link.isLive && frame.member.author !== this.#author)
          this.#emit({ type: "typing", member: frame.member });
        break;
      case "error":
        this.#onError(frame.code, frame.error);
        break;
      default:
        frame satisfies never;
    }
  }

  #onWelcome(welcome: Welcome): void {
    const { epoch, head, counter, author, members, roster, resumed, gap } = welcome;
    const { limits = OLDER_LIMITS } = welcome;
    this.#limits = limits;
    const before = this.#seen;
    this.#author = author;
    const after = resumed ? (before?.seq ?? null) : head === 0 ? 0 : null;
    this.#emit({ type: "joined", author, epoch, resumed, after, head, limits });
    if (before !== null && !resumed) {
      this.#wantsBefore = null;
      this.#emit({ type: "reset" });
    }
    if (gap !== undefined) this.#emit({ type: "gap", gap });
    this.#seen = { epoch, seq: gap?.last ?? after };
    this.#sender.welcome(epoch, counter, limits.message);
    this.#roster.welcome(members, roster);
    this.#link.joined();
    this.#emitRoster();
    this.#sender.pump();
    this.#sender.tell();
    this.#askHistory();
  }

  /** Who came is told before what they said meanwhile, who left after it. */
  #onPresence(presence: Presence, meanwhile = (): void => {}): void {
    const { arrived, gone } = this.#roster.apply(presence);
    if (arrived.length > 0) this.#emit({ type: "arrived", members: arrived });
    meanwhile();
    if (gone.length > 0) this.#emit({ type: "left", members: gone });
    this.#emitRoster();
  }

  #onEvents(first: number, events: readonly ChatMessage[], presence: Presence | null, random: number): void {
    if (!this.#link.isLive || this.#seen === null) return;
    const { epoch, seq } = this.#seen;
    // The first frame after a join that did not resume may begin anywhere; after that, no seq may be missing (D2).
    if (seq !== null && first > seq + 1) return this.#link.drop(random);
    const fresh = events.filter((event) => event.seq > (seq ?? 0));
    this.#seen = { epoch, seq: fresh.at(-1)?.seq ?? seq };
    const show = (): void => this.#showMessages(fresh);
    if (presence === null) show();
    else this.#onPresence(presence, show);
  }

  #showMessages(fresh: readonly ChatMessage[]): void {
    if (fresh.length === 0) return;
    this.#emit({ type: "messages", messages: fresh });
    const own = fresh.findLast(
      ({ author, client }) => author === this.#author && client === this.#options.client,
    );
    if (own !== undefined) this.#sender.stored(own.counter);
  }

  #onRefused({ counter, code, retryAfter }: Refusal, random: number): void {
    const wait = spread(retryAfter ?? BUSY_RETRY_MS, random);
    if (!this.#link.isLive) {
      this.#link.putOff(wait);
      return this.#arm("resend", wait);
    }
    // Without a counter it was the page of history.
    if (counter === undefined) return this.#arm("history", wait);
    this.#sender.refused(counter, code, wait, random);
  }

  /** What is wrong with a hello would be wrong again and again; a room without a place may have one later. */
  #onError(code: ErrorCode, error: string): void {
    if (this.#link.isLive) return;
    if (FINAL.has(code)) this.#link.giveUp("refused", error, code);
    else this.#link.complain(error);
  }

  #emitRoster(): void {
    this.#emit({ type: "roster", members: this.#roster.members, count: this.#roster.count });
  }

  #askHistory(): void {
    if (!this.#link.isLive || this.#wantsBefore === null) return;
    this.#arm("history", ANSWER_WITHIN_MS);
    this.#transmit({ history: { before: this.#wantsBefore, limit: MAX_PAGE } });
  }

  #onTimer(timer: Timer, random: number): void {
    switch (timer) {
      case "resend":
        if (!this.#link.isLive) return this.#link.isOpen ? this.#sayHello() : undefined;
        this.#sender.retry();
        break;
      case "history":
        this.#askHistory();
        break;
      case "answer":
        if (this.#link.isLive) this.#link.drop(random);
        break;
      case "typing":
        this.#typing.isOver();
        break;
      default:
        this.#link.onTimer(timer, random);
    }
  }

  /** What was asked on a socket that is gone is not answered. A place that no message has confirmed is none. */
  #forget(): void {
    for (const timer of ["resend", "history", "answer", "typing"] as const) this.#arm(timer, null);
    this.#typing.isOver();
    if (this.#seen?.seq === null) this.#seen = null;
  }
}
