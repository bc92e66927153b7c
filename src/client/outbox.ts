// What a client has said and the room has not yet confirmed, in order. Decides what to send next; sends nothing.
import { isCount, isFields, parseFields } from "../protocol/fields.ts";
import { MAX_CLASSIC_MESSAGE_LENGTH, MOST_MESSAGE_LENGTH } from "../protocol/limits.ts";
import type { ErrorCode } from "../protocol/messages.ts";
import { isVisible } from "../protocol/visible.ts";

export interface OutboxItem {
  /** Local name, for the app. */
  readonly id: string;
  readonly message: string;
  /** Why it waits: not confirmed yet, refused for now, or never to be accepted. */
  readonly state: "pending" | "waiting" | "failed";
  /** Why it failed, where that is known. */
  readonly code?: ErrorCode;
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
  const { id, message, state, code = "" } = value;
  const isText = [id, message, code].every((text) => typeof text === "string");
  return isText && STATES.includes(state);
}

const STATES: readonly unknown[] = ["pending", "waiting", "failed"] satisfies OutboxItem["state"][];

const failed = (code: ErrorCode) => ({ state: "failed", code }) as const;

/** More unconfirmed messages than this are not sent at once: the room queues 32 a connection. */
const WINDOW = 8;

/** The room stores only the counter after the last stored one, so the position in the outbox is the counter. */
export class Outbox {
  #items: readonly OutboxItem[];
  #epoch: string | null;
  #stored: number;
  #sent = 0;
  /** What was ever on a wire, or may have been in an earlier run: a room may have it, or get it yet. */
  readonly #offered: Set<string>;
  /** Units that a message may have in this room; before a welcome says it, in any. */
  #most = MOST_MESSAGE_LENGTH;

  constructor({ items, epoch, counter }: SavedOutbox = { items: [], epoch: null, counter: 0 }) {
    this.#items = items;
    this.#epoch = epoch;
    this.#stored = counter;
    this.#offered = new Set(items.map(({ id }) => id));
  }

  get state(): SavedOutbox {
    return { items: this.#items, epoch: this.#epoch, counter: this.#stored };
  }

  /** Whether a refusal is being waited out: until `retry`, nothing may be sent past it. */
  get isWaiting(): boolean {
    return this.#items.some(({ state }) => state === "waiting");
  }

  /** How many are sent and not answered. */
  get underWay(): number {
    return this.#sent;
  }

  /** What the room would refuse for good does not go out. */
  add(id: string, message: string): void {
    const code =
      message.length > this.#most ? "message-too-long" : isVisible(message) ? null : "message-empty";
    const end = code === null ? ({ state: "pending" } as const) : failed(code);
    this.#items = [...this.#items, { id, message, ...end }];
  }

  /**
   * A new connection, on which nothing is under way, to a log that has stored up to `counter`. Returns the ids of
   * what turns out to be stored; in another log than before, that is nothing. What is longer than `most` units fails: the room
   * would not take it.
   */
  welcome(epoch: string, counter: number, most = MAX_CLASSIC_MESSAGE_LENGTH): readonly string[] {
    const confirmed = epoch === this.#epoch ? this.confirm(counter) : [];
    this.#epoch = epoch;
    this.#stored = counter;
    this.#sent = 0;
    this.#most = most;
    this.retry();
    this.#items = this.#items.map((item) =>
      item.message.length > most ? { ...item, ...failed("message-too-long") } : item,
    );
    return confirmed;
  }

  /** Everything up to this counter is stored; returns the ids of what was not known to be. */
  confirm(counter: number): readonly string[] {
    const count = Math.max(0, counter - this.#stored);
    if (count === 0) return [];
    const live = this.#items.filter(({ state }) => state !== "failed");
    const confirmed = new Set(live.slice(0, count).map(({ id }) => id));
    for (const id of confirmed) this.#offered.delete(id);
    this.#items = this.#items.filter(({ id }) => !confirmed.has(id));
    this.#sent = Math.max(0, this.#sent - count);
    this.#stored = counter;
    return [...confirmed];
  }

  /** What may be sent now, each with its counter. Counts as sent from now on. */
  take(): { readonly counter: number; readonly message: string }[] {
    const live = this.#items.filter(({ state }) => state !== "failed");
    const next = live.slice(this.#sent, WINDOW);
    const frames = next.map(({ message }, i) => ({ counter: this.#stored + this.#sent + i + 1, message }));
    for (const { id } of next) this.#offered.add(id);
    this.#sent += next.length;
    return frames;
  }

  /** The message with this counter was refused for now; it and those after it are sent again, in order. */
  refuse(counter: number): void {
    const position = this.#mark(counter, { state: "waiting" });
    if (position >= 0) this.#sent = Math.min(this.#sent, position);
  }

  /** The message with this counter will never be accepted. Those after it have other counters now: reconnect. */
  fail(counter: number, code: ErrorCode): void {
    this.#mark(counter, failed(code));
  }

  /** The wait that a refusal asked for is over. */
  retry(): void {
    this.#items = this.#items.map((item) =>
      item.state === "waiting" ? { ...item, state: "pending" } : item,
    );
  }

  /** Forgets a message that will never be accepted. */
  discard(id: string): void {
    this.#items = this.#items.filter((item) => item.id !== id || item.state !== "failed");
  }

  /** Takes back a message that never was on a wire. One that was stays: its counter may be stored, or be on its way. */
  withdraw(id: string): void {
    if (!this.#offered.has(id)) this.#items = this.#items.filter((item) => item.id !== id);
  }

  /** Returns where the message stands among those that are not failed; negative if it is confirmed already. */
  #mark(counter: number, end: Pick<OutboxItem, "state" | "code">): number {
    const position = counter - this.#stored - 1;
    const id = this.#items.filter((item) => item.state !== "failed")[position]?.id;
    this.#items = this.#items.map((item) => (item.id === id ? { ...item, ...end } : item));
    return position;
  }
}
