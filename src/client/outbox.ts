// What a client has said and the room has not yet confirmed, in order. Decides what to send next; sends nothing.
import { isCount, isFields, parseFields } from "../protocol/codec.ts";
import { MAX_CLASSIC_MESSAGE_LENGTH, MOST_MESSAGE_LENGTH } from "../protocol/limits.ts";
import { isVisible } from "../protocol/names.ts";

export interface OutboxItem {
  /** Local name, for the app. */
  readonly id: string;
  readonly message: string;
  /** Why it waits: not confirmed yet, refused for now, or never to be accepted. */
  readonly state: "pending" | "waiting" | "failed";
}

/** An outbox as an app may keep it, for the next run of the same client. */
export interface SavedOutbox {
  readonly items: readonly OutboxItem[];
  /** The log that `counter` is of; null before the first join: nothing was sent yet. */
  readonly epoch: string | null;
  /** The highest counter known to be stored: the first item has the next one. Without it, a reload could lose or double. */
  readonly counter: number;
}

/** Reads what JSON.stringify made of an outbox; null where it is none. */
export function parseSavedOutbox(text: string | null): SavedOutbox | null {
  const saved = text === null ? null : parseFields(text);
  if (saved === null) return null;
  const { items, epoch, counter } = saved;
  if (!Array.isArray(items) || !items.every(isItem)) return null;
  if (epoch !== null && typeof epoch !== "string") return null;
  return isCount(counter) ? { items, epoch, counter } : null;
}

function isItem(value: unknown): value is OutboxItem {
  if (!isFields(value)) return false;
  const { id, message, state } = value;
  return typeof id === "string" && typeof message === "string" && STATES.includes(state);
}

const STATES: readonly unknown[] = ["pending", "waiting", "failed"] satisfies OutboxItem["state"][];

/** More unconfirmed messages than this are not sent at once: the room queues 32 a connection. */
const WINDOW = 8;

/** The room stores only the counter after the last stored one, so the position in the outbox is the counter. */
export class Outbox {
  private items: readonly OutboxItem[];
  private epoch: string | null;
  private stored: number;
  private sent = 0;
  /** Units that a message may have in this room; before a welcome says it, in any. */
  private most = MOST_MESSAGE_LENGTH;

  constructor({ items, epoch, counter }: SavedOutbox = { items: [], epoch: null, counter: 0 }) {
    this.items = items;
    this.epoch = epoch;
    this.stored = counter;
  }

  get state(): SavedOutbox {
    return { items: this.items, epoch: this.epoch, counter: this.stored };
  }

  /** Whether a refusal is being waited out: until `retry`, nothing may be sent past it. */
  get isWaiting(): boolean {
    return this.items.some(({ state }) => state === "waiting");
  }

  /** How many are sent and not answered. */
  get underWay(): number {
    return this.sent;
  }

  /** What the room would refuse for good does not go out. */
  add(id: string, message: string): void {
    const state = message.length > this.most || !isVisible(message) ? "failed" : "pending";
    this.items = [...this.items, { id, message, state }];
  }

  /**
   * A new connection, on which nothing is under way, to a log that has stored up to `counter`. Returns the ids of
   * what turns out to be stored; in another log than before, that is nothing. What is longer than `most` units fails: the room
   * would not take it.
   */
  welcome(epoch: string, counter: number, most = MAX_CLASSIC_MESSAGE_LENGTH): readonly string[] {
    const confirmed = epoch === this.epoch ? this.confirm(counter) : [];
    this.epoch = epoch;
    this.stored = counter;
    this.sent = 0;
    this.most = most;
    this.retry();
    this.items = this.items.map((item) => (item.message.length > most ? { ...item, state: "failed" } : item));
    return confirmed;
  }

  /** Everything up to this counter is stored; returns the ids of what was not known to be. */
  confirm(counter: number): readonly string[] {
    const count = Math.max(0, counter - this.stored);
    if (count === 0) return [];
    const live = this.items.filter(({ state }) => state !== "failed");
    const confirmed = new Set(live.slice(0, count).map(({ id }) => id));
    this.items = this.items.filter(({ id }) => !confirmed.has(id));
    this.sent = Math.max(0, this.sent - count);
    this.stored = counter;
    return [...confirmed];
  }

  /** What may be sent now, each with its counter. Counts as sent from now on. */
  take(): { readonly counter: number; readonly message: string }[] {
    const live = this.items.filter(({ state }) => state !== "failed");
    const next = live.slice(this.sent, WINDOW).map(({ message }, i) => ({
      counter: this.stored + this.sent + i + 1,
      message,
    }));
    this.sent += next.length;
    return next;
  }

  /** The message with this counter was refused for now; it and those after it are sent again, in order. */
  refuse(counter: number): void {
    const position = this.mark(counter, "waiting");
    if (position >= 0) this.sent = Math.min(this.sent, position);
  }

  /** The message with this counter will never be accepted. Those after it have other counters now: reconnect. */
  fail(counter: number): void {
    this.mark(counter, "failed");
  }

  /** The wait that a refusal asked for is over. */
  retry(): void {
    this.items = this.items.map((item) => (item.state === "waiting" ? { ...item, state: "pending" } : item));
  }

  /** Forgets a message that will never be accepted. */
  discard(id: string): void {
    this.items = this.items.filter((item) => item.id !== id || item.state !== "failed");
  }

  /** Returns where the message stands among those that are not failed; negative if it is confirmed already. */
  private mark(counter: number, state: OutboxItem["state"]): number {
    const position = counter - this.stored - 1;
    const id = this.items.filter((item) => item.state !== "failed")[position]?.id;
    this.items = this.items.map((item) => (item.id === id ? { ...item, state } : item));
    return position;
  }
}
