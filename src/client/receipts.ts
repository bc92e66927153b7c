// What became of each own message: its place in the room's order, or why it has none. Read from what a connection tells, in its order.
import type { ErrorCode } from "../protocol/messages.ts";
import type { AppEvent } from "./events.ts";

/** `seq` is null where the message is stored, and its event was in what the client missed for good. */
export type Receipt =
  | { readonly id: string; readonly seq: number | null }
  | { readonly id: string; readonly code: ErrorCode };

export class Receipts {
  readonly #client: string;
  /** Both are null before the first join. */
  #author: string | null = null;
  #epoch: string | null = null;
  /** The highest counter that is confirmed. */
  #counter = 0;
  /** Where the connection stands, and up to where its replay goes. */
  #seen = 0;
  #head = 0;
  /** Seqs of own messages that were shown and are not confirmed yet, by counter. */
  readonly #shown = new Map<number, number>();
  /** Ids of own messages that are confirmed and were not shown yet, by counter. */
  readonly #stored = new Map<number, string>();

  /** `client` tells this sender from others with its key. */
  constructor(client: string) {
    this.#client = client;
  }

  /** What is known now and was not before this event. A message that failed is told until it is discarded. */
  read(event: AppEvent): readonly Receipt[] {
    switch (event.type) {
      case "joined":
        return this.#joined(event);
      case "gap":
        this.#seen = event.gap.last;
        return [];
      case "messages":
        for (const { author, client, counter, seq } of event.messages) {
          if (author === this.#author && client === this.#client) this.#shown.set(counter, seq);
          this.#seen = seq;
        }
        return this.#settle();
      case "confirmed":
        event.ids.forEach((id, i) => this.#stored.set(this.#counter + 1 + i, id));
        return this.#settle();
      case "outbox":
        this.#counter = event.counter;
        return event.items.flatMap(({ id, state, code = "bad-frame" }) =>
          state === "failed" ? [{ id, code }] : [],
        );
      default:
        return [];
    }
  }

  /** Whether it is stored, although its place is not known yet. */
  isStored(id: string): boolean {
    return [...this.#stored.values()].includes(id);
  }

  /** Counters begin again in another log, and nothing more comes of the old one. */
  #joined({ author, epoch, after, head }: Extract<AppEvent, { type: "joined" }>): readonly Receipt[] {
    const rest = epoch === this.#epoch ? [] : this.#settle(true);
    this.#author = author;
    this.#epoch = epoch;
    this.#seen = after ?? 0;
    this.#head = head;
    return rest;
  }

  /** A welcome confirms before its replay shows: what the replay does not show by its end is not shown at all. */
  #settle(isOver = this.#seen >= this.#head): readonly Receipt[] {
    const receipts = [...this.#stored].flatMap(([counter, id]) => {
      const seq = this.#shown.get(counter) ?? null;
      if (seq === null && !isOver) return [];
      this.#stored.delete(counter);
      return [{ id, seq }];
    });
    for (const counter of this.#shown.keys())
      if (isOver && counter <= this.#counter) this.#shown.delete(counter);
    return receipts;
  }
}
