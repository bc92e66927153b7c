// What a client says: what goes out now, how long an answer is waited for, and what an answer changes.
import { MOST_MESSAGE_LENGTH } from "../protocol/limits.ts";
import type { ChatMessage, Refusal } from "../protocol/messages.ts";
import { isVisible } from "../protocol/visible.ts";
import type { Effects } from "./effects.ts";
import type { Link } from "./link.ts";
import type { OutboxItem, SavedOutbox } from "./outbox.ts";

/** A room answers each message, or says why not: where it is silent about one for so long, the socket is as good as lost. */
export const ANSWER_WITHIN_MS = 15_000;

/** More unconfirmed messages than this are not sent at once: the room queues 32 a connection. */
const WINDOW = 8;

/** What a sender knows of the connection, and does to it. */
type SenderLink = Pick<Link, "isLive" | "lose">;

/** The room stores only the counter after the last stored one, so the position in the outbox is the counter. */
export class Sender {
  readonly #effects: Effects;
  readonly #link: SenderLink;
  #items: readonly OutboxItem[];
  #epoch: string | null;
  /** The highest counter that is stored, and how many behind it are under way: sent, and not answered. */
  #stored: number;
  #underWay = 0;
  /** What was ever on a wire, or may have been in an earlier run: a room may have it, or get it yet. */
  readonly #offered: Set<string>;
  /** Ids of what is stored and was not shown yet, by counter. */
  readonly #unplaced = new Map<number, string>();
  /** Units that a message may have in this room; before a welcome says it, in any. */
  #most = MOST_MESSAGE_LENGTH;

  constructor(
    effects: Effects,
    link: SenderLink,
    { items, epoch, counter }: SavedOutbox = { items: [], epoch: null, counter: 0 },
  ) {
    this.#effects = effects;
    this.#link = link;
    this.#items = items;
    this.#epoch = epoch;
    this.#stored = counter;
    this.#offered = new Set(items.map(({ id }) => id));
  }

  send(id: string, message: string): void {
    this.#items = [...this.#items, this.#judged(id, message)];
    this.pump();
    this.tell();
  }

  /** Forgets a message that will never be accepted. */
  discard(id: string): void {
    this.#items = this.#items.filter((item) => item.id !== id || item.state !== "failed");
    this.tell();
  }

  /** Takes back a message that never was on a wire. One that was stays: its counter may be stored, or be on its way. */
  withdraw(id: string): void {
    const rest = this.#items.filter((item) => item.id !== id || this.#offered.has(id));
    const isGone = rest.length < this.#items.length;
    this.#items = rest;
    if (isGone) this.tell();
    this.#effects.add({ type: "withdrawn", id, isGone });
  }

  tell(retryMs?: number): void {
    this.#effects.add({
      type: "outbox",
      underWay: this.#underWay,
      retryMs,
      items: this.#items,
      epoch: this.#epoch,
      counter: this.#stored,
    });
  }

  /**
   * A new connection, on which nothing is under way, to a log that has stored up to `counter`. In another log than before,
   * nothing of this outbox is stored. What is longer than `most` units fails: the room would not take it.
   */
  welcome(epoch: string, counter: number, most: number): void {
    if (epoch === this.#epoch) this.#confirm(counter);
    // Counters begin again in another log, and nothing more comes of the old one.
    else this.endReplay();
    this.#epoch = epoch;
    this.#stored = counter;
    this.#underWay = 0;
    this.#most = most;
    this.#items = this.#items.map((item) =>
      item.state === "failed" ? item : this.#judged(item.id, item.message),
    );
  }

  /** Sends what may be sent. While a refusal is waited out, nothing: the order would be lost. */
  pump(): void {
    if (!this.#link.isLive || this.#isWaiting) return;
    const isFirst = this.#underWay === 0;
    const next = this.#live.slice(this.#underWay, WINDOW);
    for (const { id, message } of next) {
      this.#underWay += 1;
      this.#offered.add(id);
      this.#effects.transmit({ message, counter: this.#stored + this.#underWay });
    }
    if (isFirst && next.length > 0) this.#awaitAnswer();
  }

  /** Everything up to this counter is stored. */
  stored(counter: number): void {
    this.#confirm(counter);
    this.#awaitAnswer();
    this.pump();
    this.tell();
  }

  /** Own messages, with their places in the room's order. */
  shown(own: readonly ChatMessage[]): void {
    const last = own.at(-1);
    if (last === undefined) return;
    this.stored(last.counter);
    for (const { counter, seq } of own) this.#place(counter, seq);
  }

  /** A welcome confirms before its replay shows: what the replay has not shown by its end is not shown at all. */
  endReplay(): void {
    for (const counter of this.#unplaced.keys()) this.#place(counter, null);
  }

  /** `wait` is the time after which a refusal for now is over. */
  refused(counter: number, code: Refusal["code"], wait: number, random: number): void {
    if (code === "rate-limited" || code === "busy") {
      // It and those after it are sent again, in order.
      const position = this.#mark(counter, { state: "waiting" });
      if (position >= 0) this.#underWay = Math.min(this.#underWay, position);
      this.#awaitAnswer();
      this.#effects.arm("resend", wait);
      this.tell(wait);
    } else if (code === "out-of-order") {
      // It follows from its predecessor's refusal. Without one, room and client no longer agree: begin again.
      if (!this.#isWaiting) this.#link.lose(random);
    } else {
      // Those after it have other counters now.
      this.#mark(counter, { state: "failed", code });
      this.tell();
      this.#link.lose(random);
    }
  }

  /** The wait that a refusal asked for is over. */
  retry(): void {
    this.#change(({ state }) => state === "waiting", { state: "pending" });
    this.pump();
    this.tell();
  }

  /** What has a counter, or will have one. */
  get #live(): readonly OutboxItem[] {
    return this.#items.filter(({ state }) => state !== "failed");
  }

  /** Whether a refusal is being waited out. */
  get #isWaiting(): boolean {
    return this.#items.some(({ state }) => state === "waiting");
  }

  /** What the room would refuse for good does not go out. */
  #judged(id: string, message: string): OutboxItem {
    const item = { id, message };
    if (message.length > this.#most) return { ...item, state: "failed", code: "message-too-long" };
    if (!isVisible(message)) return { ...item, state: "failed", code: "message-empty" };
    return { ...item, state: "pending" };
  }

  #confirm(counter: number): void {
    const count = Math.max(0, counter - this.#stored);
    const confirmed = new Set(this.#live.slice(0, count));
    const ids = [...confirmed].map(({ id }) => id);
    for (const [i, id] of ids.entries()) {
      this.#offered.delete(id);
      this.#unplaced.set(this.#stored + i + 1, id);
    }
    this.#items = this.#items.filter((item) => !confirmed.has(item));
    this.#underWay = Math.max(0, this.#underWay - count);
    this.#stored += count;
    if (ids.length > 0) this.#effects.add({ type: "confirmed", ids });
  }

  #place(counter: number, seq: number | null): void {
    const id = this.#unplaced.get(counter);
    if (id === undefined) return;
    this.#unplaced.delete(counter);
    this.#effects.add({ type: "placed", id, seq });
  }

  /** The room has answered something, or there is something new to answer. */
  #awaitAnswer(): void {
    this.#effects.arm("answer", this.#underWay > 0 ? ANSWER_WITHIN_MS : null);
  }

  /** Returns where the message with this counter stands among those that are not failed; negative if it is confirmed already. */
  #mark(counter: number, end: Pick<OutboxItem, "state" | "code">): number {
    const position = counter - this.#stored - 1;
    const marked = this.#live[position];
    this.#change((item) => item === marked, end);
    return position;
  }

  #change(is: (item: OutboxItem) => boolean, end: Pick<OutboxItem, "state" | "code">): void {
    this.#items = this.#items.map((item) => (is(item) ? { ...item, ...end } : item));
  }
}
