// A client's side of the delivery protocol as a pure machine: what to send, what to show, when to come back.
import { DELIVERY_PROTOCOL, MAX_PAGE, PING, PONG } from "../protocol/limits.ts";
import {
  type ChatMessage,
  CLOSE,
  type Gap,
  type Member,
  type Refusal,
  type Since,
} from "../protocol/messages.ts";
import type { ServerFrame, Welcome } from "../protocol/messages.ts";
import { decodeServerFrame } from "../protocol/server-frames.ts";
import { backoff } from "./backoff.ts";
import { Outbox, type OutboxItem } from "./outbox.ts";

export type Status = "connecting" | "live" | "offline" | "superseded";
export type Timer = "reconnect" | "resend" | "ping" | "pong" | "steady";

/** `random` is uniform in [0, 1); `id` names a message for the app. */
export type ClientEvent =
  | { readonly type: "start" | "opened" | "wake" }
  | { readonly type: "frame"; readonly frame: unknown }
  | { readonly type: "closed"; readonly code: number; readonly random: number }
  | { readonly type: "timer"; readonly timer: Timer; readonly random: number }
  | { readonly type: "send"; readonly id: string; readonly message: string }
  | { readonly type: "discard"; readonly id: string }
  | { readonly type: "history"; readonly before: number };

export type ClientEffect =
  | { readonly type: "open" }
  | { readonly type: "close" }
  | { readonly type: "transmit"; readonly text: string }
  /** Arms the named timer anew; null disarms it. */
  | { readonly type: "timer"; readonly timer: Timer; readonly ms: number | null }
  | { readonly type: "status"; readonly status: Status; readonly retryMs?: number }
  /** Messages that were never shown before, in order. */
  | { readonly type: "messages"; readonly messages: readonly ChatMessage[] }
  /** What was shown belongs to a log that is gone, or has no link to what follows. */
  | { readonly type: "reset" }
  | { readonly type: "gap"; readonly gap: Gap }
  | { readonly type: "history"; readonly messages: readonly ChatMessage[]; readonly more: boolean }
  | { readonly type: "outbox"; readonly items: readonly OutboxItem[] }
  /** null where the room is too large for a roster. */
  | { readonly type: "roster"; readonly members: readonly Member[] | null; readonly count: number }
  | { readonly type: "joined"; readonly author: string }
  | { readonly type: "left"; readonly members: readonly Member[] }
  | { readonly type: "arrived"; readonly members: readonly Member[] };

export interface ClientOptions {
  readonly name: string;
  readonly key: string;
  readonly client: string;
  /** What an earlier run of this client left unconfirmed. */
  readonly outbox?: readonly OutboxItem[];
}

const PING_EVERY_MS = 25_000;
const PONG_WITHIN_MS = 10_000;
/** Live for so long: the next loss starts with a short backoff again. */
const STEADY_MS = 10_000;
const BUSY_RETRY_MS = 1_000;
/** A full room is not tried again soon. */
const FULL_ATTEMPT = 5;

export class Connection {
  private readonly options: ClientOptions;
  private readonly outbox: Outbox;
  private socket: "none" | "opening" | "open" = "none";
  private status: Status = "connecting";
  private since: Since | null = null;
  private attempt = 0;
  private author = "";
  private isJoined = false;
  private roster: Map<string, Member> | null = null;
  private effects: ClientEffect[] = [];

  constructor(options: ClientOptions) {
    this.options = options;
    this.outbox = new Outbox(options.outbox);
  }

  /** What to do next. Total: never throws, whatever the room sent. */
  handle(event: ClientEvent): readonly ClientEffect[] {
    this.effects = [];
    switch (event.type) {
      case "start":
        this.open();
        this.emitOutbox();
        break;
      case "wake":
        // Back online, or on screen again: try at once, but only if an attempt was being waited for.
        if (this.status === "offline" && this.socket === "none") this.open();
        break;
      case "opened":
        this.socket = "open";
        this.sayHello();
        break;
      case "frame":
        this.onFrame(event.frame);
        break;
      case "closed":
        this.onClosed(event.code, event.random);
        break;
      case "timer":
        this.onTimer(event.timer, event.random);
        break;
      case "send":
        this.outbox.add(event.id, event.message);
        this.pump();
        this.emitOutbox();
        break;
      case "discard":
        this.outbox.discard(event.id);
        this.emitOutbox();
        break;
      case "history":
        if (this.isJoined) this.transmit({ history: { before: event.before, limit: MAX_PAGE } });
        break;
      default:
        event satisfies never;
    }
    return this.effects;
  }

  private emit(effect: ClientEffect): void {
    this.effects.push(effect);
  }

  private transmit(frame: object): void {
    this.emit({ type: "transmit", text: JSON.stringify(frame) });
  }

  private arm(timer: Timer, ms: number | null): void {
    this.emit({ type: "timer", timer, ms });
  }

  private setStatus(status: Status, retryMs?: number): void {
    this.status = status;
    this.emit(retryMs === undefined ? { type: "status", status } : { type: "status", status, retryMs });
  }

  private emitOutbox(): void {
    this.emit({ type: "outbox", items: this.outbox.all });
  }

  private open(): void {
    this.socket = "opening";
    this.arm("reconnect", null);
    this.arm("pong", PONG_WITHIN_MS);
    this.setStatus("connecting");
    this.emit({ type: "open" });
  }

  private sayHello(): void {
    const { name, key, client } = this.options;
    this.transmit({
      name,
      protocol: DELIVERY_PROTOCOL,
      key,
      client,
      ...(this.since && { since: this.since }),
    });
  }

  private onFrame(text: unknown): void {
    if (this.socket !== "open") return;
    this.arm("pong", null);
    this.arm("ping", PING_EVERY_MS);
    if (text === PONG) return;
    const frame = decodeServerFrame(text);
    if (frame !== null) this.onServerFrame(frame);
  }

  private onServerFrame(frame: ServerFrame): void {
    switch (frame.kind) {
      case "welcome":
        this.onWelcome(frame.welcome);
        break;
      case "events":
        this.onEvents(frame.first, frame.events);
        break;
      case "stored":
        this.outbox.confirm(frame.counter);
        this.pump();
        this.emitOutbox();
        break;
      case "refused":
        this.onRefused(frame.refused);
        break;
      case "presence": {
        const { count, roster, joined = [], left = [] } = frame.presence;
        this.onPresence(count, roster, joined, left, frame.presence.joined === undefined);
        break;
      }
      case "history":
        this.emit({ type: "history", messages: frame.history.events, more: frame.history.more });
        break;
      case "error":
        // room-full and too-many-sockets come before a close that says the same.
        break;
      default:
        frame satisfies never;
    }
  }

  private onWelcome(welcome: Welcome): void {
    const { epoch, head, counter, author, members, roster, resumed, gap } = welcome;
    const isSameLog = this.since === null || this.since.epoch === epoch;
    this.isJoined = true;
    this.author = author;
    if (this.since !== null && !resumed) this.emit({ type: "reset" });
    if (gap !== undefined) this.emit({ type: "gap", gap });
    const seen = resumed ? (gap?.last ?? this.since?.seq ?? 0) : -1;
    this.since = { epoch, seq: seen < 0 && head === 0 ? 0 : seen };
    this.outbox.welcome(counter, isSameLog);
    this.roster = roster === undefined ? null : new Map(roster.map((member) => [member.connection, member]));
    this.emit({ type: "joined", author });
    this.setStatus("live");
    this.arm("steady", STEADY_MS);
    this.emitRoster(members);
    this.pump();
    this.emitOutbox();
  }

  private onEvents(first: number, events: readonly ChatMessage[]): void {
    if (!this.isJoined || this.since === null) return;
    const { epoch, seq } = this.since;
    // The first frame after a join that did not resume may begin anywhere; after that, no seq may be missing (D2).
    if (seq >= 0 && first > seq + 1) return this.drop();
    const fresh = events.filter((event) => event.seq > seq);
    if (fresh.length === 0) return;
    this.since = { epoch, seq: fresh.at(-1)?.seq ?? seq };
    const own = fresh.filter(
      ({ author, client }) => author === this.author && client === this.options.client,
    );
    for (const { counter } of own) this.outbox.confirm(counter);
    this.emit({ type: "messages", messages: fresh });
    if (own.length === 0) return;
    this.pump();
    this.emitOutbox();
  }

  private onRefused({ counter, code, retryAfter }: Refusal): void {
    if (!this.isJoined) return this.arm("resend", retryAfter ?? BUSY_RETRY_MS);
    if (counter === undefined) return;
    const isFinal = code === "message-too-long" || code === "bad-frame";
    this.outbox.refuse(counter, isFinal);
    if (isFinal) this.pump();
    // The predecessor's own refusal has armed the timer already.
    else if (code !== "out-of-order") this.arm("resend", retryAfter ?? BUSY_RETRY_MS);
    this.emitOutbox();
  }

  private onPresence(
    count: number,
    whole: readonly Member[] | undefined,
    joined: readonly Member[],
    left: readonly string[],
    isWhole: boolean,
  ): void {
    if (isWhole) this.roster = whole === undefined ? null : new Map(whole.map((m) => [m.connection, m]));
    const roster = this.roster;
    if (roster !== null) {
      const arrived = joined.filter(({ connection }) => !roster.has(connection));
      const gone = left.flatMap((connection) => roster.get(connection) ?? []);
      for (const member of joined) roster.set(member.connection, member);
      for (const connection of left) roster.delete(connection);
      if (arrived.length > 0) this.emit({ type: "arrived", members: arrived });
      if (gone.length > 0) this.emit({ type: "left", members: gone });
    }
    this.emitRoster(count);
  }

  private emitRoster(count: number): void {
    this.emit({ type: "roster", members: this.roster === null ? null : [...this.roster.values()], count });
  }

  /** Sends what may be sent. While a refusal is waited out, nothing: the order would be lost. */
  private pump(): void {
    if (!this.isJoined || this.outbox.all.some(({ state }) => state === "waiting")) return;
    for (const { counter, message } of this.outbox.take()) this.transmit({ message, counter });
  }

  private onTimer(timer: Timer, random: number): void {
    switch (timer) {
      case "reconnect":
        if (this.socket === "none") this.open();
        break;
      case "resend":
        if (!this.isJoined) return this.socket === "open" ? this.sayHello() : undefined;
        this.outbox.retry();
        this.pump();
        this.emitOutbox();
        break;
      case "ping":
        if (this.socket !== "open") return;
        this.emit({ type: "transmit", text: PING });
        this.arm("pong", PONG_WITHIN_MS);
        break;
      case "pong":
        this.emit({ type: "close" });
        this.onClosed(1006, random);
        break;
      case "steady":
        this.attempt = 0;
        break;
      default:
        timer satisfies never;
    }
  }

  /** What came does not fit what was seen: come back and resume. */
  private drop(): void {
    this.emit({ type: "close" });
    this.onClosed(1006, 0.5);
  }

  private onClosed(code: number, random: number): void {
    if (this.socket === "none") return;
    this.socket = "none";
    this.isJoined = false;
    for (const timer of ["resend", "ping", "pong", "steady"] as const) this.arm(timer, null);
    if (this.since !== null && this.since.seq < 0) this.since = null;
    if (code === CLOSE.superseded) return this.setStatus("superseded");
    if (code === CLOSE.full) this.attempt = Math.max(this.attempt, FULL_ATTEMPT);
    const ms = backoff(this.attempt++, random);
    this.setStatus("offline", ms);
    this.arm("reconnect", ms);
  }
}
