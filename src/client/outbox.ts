// What a client has said and the room has not yet confirmed, in order. Decides what to send next; sends nothing.

export interface OutboxItem {
  /** Local name, for the app. */
  readonly id: string;
  readonly message: string;
  /** Why it waits: not confirmed yet, refused for now, or never to be accepted. */
  readonly state: "pending" | "waiting" | "failed";
}

/** More unconfirmed messages than this are not sent at once: the room queues 32 a connection. */
const WINDOW = 8;

/** The room stores only the counter after the last stored one, so the position in the outbox is the counter. */
export class Outbox {
  private items: OutboxItem[];
  private stored = 0;
  private sent = 0;

  constructor(items: readonly OutboxItem[] = []) {
    this.items = [...items];
  }

  get all(): readonly OutboxItem[] {
    return this.items;
  }

  add(id: string, message: string): void {
    this.items.push({ id, message, state: "pending" });
  }

  /** A new connection: nothing is under way on it. Where the epoch is new, no counter was ever stored. */
  welcome(counter: number, isSameLog: boolean): void {
    if (isSameLog) this.confirm(counter);
    this.stored = counter;
    this.sent = 0;
    this.retry();
  }

  /** Everything up to this counter is stored. */
  confirm(counter: number): void {
    const confirmed = Math.max(0, counter - this.stored);
    if (confirmed === 0) return;
    let left = confirmed;
    this.items = this.items.filter((item) => item.state === "failed" || left-- <= 0);
    this.sent = Math.max(0, this.sent - confirmed);
    this.stored = counter;
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

  /** The message with this counter was refused; it and those after it are sent again, in order. */
  refuse(counter: number, isFinal: boolean): void {
    const position = counter - this.stored - 1;
    let live = -1;
    this.items = this.items.map((item) => {
      if (item.state !== "failed") live += 1;
      if (item.state === "failed" || live !== position) return item;
      return { ...item, state: isFinal ? "failed" : "waiting" };
    });
    if (position >= 0) this.sent = Math.min(this.sent, position);
  }

  /** The wait that a refusal asked for is over. */
  retry(): void {
    this.items = this.items.map((item) => (item.state === "waiting" ? { ...item, state: "pending" } : item));
  }

  /** Forgets a message that will never be accepted. */
  discard(id: string): void {
    this.items = this.items.filter((item) => item.id !== id || item.state !== "failed");
  }
}
