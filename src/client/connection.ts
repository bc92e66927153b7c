// A client's side of the delivery protocol as a pure machine: what to send, what to show, when to come back.
import { DELIVERY_PROTOCOL, MAX_PAGE, PING } from "../protocol/limits.ts";
import { type ChatMessage, CLOSE, type ErrorCode, type Refusal, type Since } from "../protocol/messages.ts";
import type { ServerFrame, Welcome } from "../protocol/messages.ts";
import { decodeServerFrame } from "../protocol/server-frames.ts";
import { backoff } from "./backoff.ts";
import type { ClientEffect, ClientEvent, Status, Timer } from "./events.ts";
import { Outbox, type SavedOutbox } from "./outbox.ts";
import { Roster } from "./roster.ts";

export interface ClientOptions {
  readonly name: string;
  /** Secret; the same key is the same author, in every room. */
  readonly key: string;
  /** Tells apart tabs and devices with one key. */
  readonly client: string;
  /** What an earlier run of this client left unconfirmed. */
  readonly outbox?: SavedOutbox;
}

const PING_EVERY_MS = 25_000;
const PONG_WITHIN_MS = 10_000;
/** After a hint that the network changed, an answer has to come sooner; */
const PROBE_WITHIN_MS = 3_000;
/** and while it is said to be gone, one pong is no proof: it may have been on its way. */
const PROBE_EVERY_MS = 5_000;
/** Live for so long: the next loss starts with a short backoff again. */
const STEADY_MS = 10_000;
const BUSY_RETRY_MS = 1_000;
/** A full room is not tried again soon. */
const FULL_ATTEMPT = 5;

/** Codes for a first frame that the room will never take. */
const FINAL: ReadonlySet<ErrorCode> = new Set(["bad-frame", "frame-too-large", "name-too-long"]);

export class Connection {
  private readonly options: ClientOptions;
  private readonly outbox: Outbox;
  private readonly roster = new Roster();
  private socket: "none" | "opening" | "open" = "none";
  private status: Status = "connecting";
  /** The last message shown; seq is null until the first one after a join that did not resume. */
  private seen: { readonly epoch: string; readonly seq: number | null } | null = null;
  private attempt = 0;
  private author = "";
  private isJoined = false;
  /** The device said so, and has not taken it back. */
  private isNetworkGone = false;
  /** The page of history that was asked for and has not come. */
  private wantsBefore: number | null = null;
  /** Why the room has no place for us just now, in its words. */
  private complaint = "";
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
      case "online":
      case "visible":
        // A good moment to come back, if an attempt was being waited for, and to see whether a socket still lives.
        if (event.type === "online") this.isNetworkGone = false;
        if (this.status === "offline") this.open();
        else this.probe();
        break;
      case "offline":
        this.isNetworkGone = true;
        this.probe();
        break;
      case "opened":
        this.socket = "open";
        this.sayHello();
        break;
      case "frame":
        this.onFrame(event.frame, event.random);
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
        this.wantsBefore = event.before;
        this.askHistory();
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

  private setStatus(status: Status, more: { retryMs?: number; reason?: string } = {}): void {
    this.status = status;
    this.emit({ type: "status", status, ...more });
  }

  private emitOutbox(): void {
    this.emit({ type: "outbox", ...this.outbox.state });
  }

  private emitConfirmed(ids: readonly string[]): void {
    if (ids.length > 0) this.emit({ type: "confirmed", ids });
  }

  private open(): void {
    this.socket = "opening";
    this.arm("reconnect", null);
    this.arm("pong", PONG_WITHIN_MS);
    this.setStatus("connecting");
    this.emit({ type: "open" });
  }

  private probe(): void {
    if (!this.isJoined) return;
    this.emit({ type: "transmit", text: PING });
    this.arm("pong", PROBE_WITHIN_MS);
    this.arm("ping", this.isNetworkGone ? PROBE_EVERY_MS : PING_EVERY_MS);
  }

  private sayHello(): void {
    const { name, key, client } = this.options;
    const since: Since | null =
      this.seen === null || this.seen.seq === null ? null : { epoch: this.seen.epoch, seq: this.seen.seq };
    this.transmit({ name, protocol: DELIVERY_PROTOCOL, key, client, ...(since && { since }) });
    this.arm("pong", PONG_WITHIN_MS);
  }

  private onFrame(text: unknown, random: number): void {
    if (this.socket !== "open") return;
    this.arm("pong", null);
    // A pong is no frame: it was all that it had to say.
    const frame = decodeServerFrame(text);
    if (frame !== null) this.onServerFrame(frame, random);
  }

  private onServerFrame(frame: ServerFrame, random: number): void {
    switch (frame.kind) {
      case "welcome":
        this.onWelcome(frame.welcome);
        break;
      case "events":
        this.onEvents(frame.first, frame.events, random);
        break;
      case "stored":
        this.emitConfirmed(this.outbox.confirm(frame.counter));
        this.pump();
        this.emitOutbox();
        break;
      case "refused":
        this.onRefused(frame.refused, random);
        break;
      case "presence": {
        const { arrived, gone } = this.roster.apply(frame.presence);
        if (arrived.length > 0) this.emit({ type: "arrived", members: arrived });
        if (gone.length > 0) this.emit({ type: "left", members: gone });
        this.emitRoster();
        break;
      }
      case "history":
        // A page of a log that is gone, or one that was asked for twice, must not be shown.
        if (frame.history.before !== this.wantsBefore) break;
        this.wantsBefore = null;
        this.emit({ type: "history", messages: frame.history.events, more: frame.history.more });
        break;
      case "error":
        this.onError(frame.code, frame.error);
        break;
      default:
        frame satisfies never;
    }
  }

  private onWelcome({ epoch, head, counter, author, members, roster, resumed, gap }: Welcome): void {
    const before = this.seen;
    this.isJoined = true;
    this.author = author;
    const after = resumed ? (before?.seq ?? null) : head === 0 ? 0 : null;
    this.emit({ type: "joined", author, epoch, resumed, after, head });
    if (before !== null && !resumed) {
      this.wantsBefore = null;
      this.emit({ type: "reset" });
    }
    if (gap !== undefined) this.emit({ type: "gap", gap });
    this.seen = { epoch, seq: gap?.last ?? after };
    this.emitConfirmed(this.outbox.welcome(epoch, counter));
    this.roster.welcome(members, roster);
    this.setStatus("live");
    this.arm("steady", STEADY_MS);
    this.arm("ping", PING_EVERY_MS);
    this.emitRoster();
    this.pump();
    this.emitOutbox();
    this.askHistory();
  }

  private onEvents(first: number, events: readonly ChatMessage[], random: number): void {
    if (!this.isJoined || this.seen === null) return;
    const { epoch, seq } = this.seen;
    // The first frame after a join that did not resume may begin anywhere; after that, no seq may be missing (D2).
    if (seq !== null && first > seq + 1) return this.drop(random);
    const fresh = events.filter((event) => event.seq > (seq ?? 0));
    if (fresh.length === 0) return;
    this.seen = { epoch, seq: fresh.at(-1)?.seq ?? seq };
    this.emit({ type: "messages", messages: fresh });
    const own = fresh.findLast(
      ({ author, client }) => author === this.author && client === this.options.client,
    );
    if (own === undefined) return;
    this.emitConfirmed(this.outbox.confirm(own.counter));
    this.pump();
    this.emitOutbox();
  }

  private onRefused({ counter, code, retryAfter }: Refusal, random: number): void {
    const wait = retryAfter ?? BUSY_RETRY_MS;
    if (!this.isJoined) return this.arm("resend", wait);
    // Without a counter it was the page of history.
    if (counter === undefined) return this.arm("history", wait);
    if (code === "rate-limited" || code === "busy") {
      this.outbox.refuse(counter);
      this.arm("resend", wait);
      this.emitOutbox();
    } else if (code === "out-of-order") {
      // It follows from its predecessor's refusal. Without one, room and client no longer agree: begin again.
      if (!this.outbox.isWaiting) this.drop(random);
    } else {
      this.outbox.fail(counter);
      this.emitOutbox();
      this.drop(random);
    }
  }

  /** What is wrong with a hello would be wrong again and again; a room without a place may have one later. */
  private onError(code: ErrorCode, error: string): void {
    if (this.isJoined) return;
    if (FINAL.has(code)) this.giveUp("refused", error);
    else this.complaint = error;
  }

  private emitRoster(): void {
    this.emit({ type: "roster", members: this.roster.members, count: this.roster.count });
  }

  /** Sends what may be sent. While a refusal is waited out, nothing: the order would be lost. */
  private pump(): void {
    if (!this.isJoined || this.outbox.isWaiting) return;
    for (const { counter, message } of this.outbox.take()) this.transmit({ message, counter });
  }

  private askHistory(): void {
    if (!this.isJoined || this.wantsBefore === null) return;
    this.arm("history", null);
    this.transmit({ history: { before: this.wantsBefore, limit: MAX_PAGE } });
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
      case "history":
        this.askHistory();
        break;
      case "ping":
        if (!this.isJoined) return;
        if (this.isNetworkGone) return this.probe();
        // Also while much is received: pings are all by which the room knows that somebody is there (P6).
        this.emit({ type: "transmit", text: PING });
        this.arm("pong", PONG_WITHIN_MS);
        this.arm("ping", PING_EVERY_MS);
        break;
      case "pong":
        this.drop(random);
        break;
      case "steady":
        this.attempt = 0;
        break;
      default:
        timer satisfies never;
    }
  }

  /** The peer is silent, or what came does not fit what was seen: come back and resume. */
  private drop(random: number): void {
    this.emit({ type: "close" });
    this.onClosed(1006, random);
  }

  private giveUp(status: "superseded" | "refused", reason: string): void {
    this.emit({ type: "close" });
    this.end();
    this.setStatus(status, { reason });
  }

  private end(): void {
    this.socket = "none";
    this.isJoined = false;
    for (const timer of ["resend", "ping", "pong", "steady", "history"] as const) this.arm(timer, null);
    if (this.seen?.seq === null) this.seen = null;
  }

  private onClosed(code: number, random: number): void {
    if (this.socket === "none") return;
    if (code === CLOSE.superseded) return this.giveUp("superseded", "You joined from elsewhere.");
    this.end();
    if (code === CLOSE.full) this.attempt = Math.max(this.attempt, FULL_ATTEMPT);
    const ms = backoff(this.attempt++, random);
    this.setStatus("offline", { retryMs: ms, ...(this.complaint !== "" && { reason: this.complaint }) });
    this.complaint = "";
    this.arm("reconnect", ms);
  }
}
