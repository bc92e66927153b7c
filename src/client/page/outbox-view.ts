// What is said and not confirmed yet, as rows below the log. outgoing.ts finds the words.
import { MOST_MESSAGE_LENGTH } from "../../protocol/limits.ts";
import type { AppEvent } from "../events.ts";
import type { OutboxItem } from "../outbox.ts";
import { button, byId, el, setText, sync } from "./dom.ts";
import { sentences } from "./outgoing.ts";
import { textOf } from "./row-view.ts";
import { parseText } from "./text.ts";

type OutboxEvent = Omit<Extract<AppEvent, { type: "outbox" }>, "type">;

export interface OutboxPorts {
  readonly discard: (id: string) => void;
  readonly send: (text: string) => void;
  /** Puts a text back into the box, where it can be shortened. */
  readonly edit: (text: string) => void;
  /** Something that is told here is otherwise now: a second of a countdown is over. */
  readonly update: () => void;
}

export class OutboxView {
  private readonly list = byId("outbox", HTMLOListElement);
  private readonly ports: OutboxPorts;
  private outbox: OutboxEvent = { items: [], epoch: null, counter: 0, underWay: 0 };
  private retryAt = 0;
  /** Units that the room takes in a message. */
  most = MOST_MESSAGE_LENGTH;
  private countdown: ReturnType<typeof setTimeout> | undefined;

  constructor(ports: OutboxPorts, signal: AbortSignal) {
    this.ports = ports;
    this.list.replaceChildren();
    signal.addEventListener("abort", () => clearTimeout(this.countdown));
  }

  /** How many messages will still be sent. */
  get unsent(): number {
    return this.outbox.items.filter(({ state }) => state !== "failed").length;
  }

  take(outbox: OutboxEvent): void {
    this.outbox = outbox;
    if (outbox.retryMs !== undefined) this.retryAt = performance.now() + outbox.retryMs;
  }

  /** Rows stay as they are; only what is said of them changes. */
  draw(isLive: boolean): void {
    const { items, underWay } = this.outbox;
    const isRefused = items.some(({ state }) => state === "waiting");
    const retryIn = isRefused ? Math.max(0, Math.ceil((this.retryAt - performance.now()) / 1_000)) : 0;
    const rows = items.map((item) => ({ key: `${item.id} ${item.state === "failed"}`, item }));
    sync(this.list, rows, ({ item }) => this.drawItem(item));
    const said = sentences({ items, underWay, isLive, retryIn });
    this.list.querySelectorAll(".words").forEach((words, i) => {
      setText(words, said[i] ?? "");
      words.parentElement?.toggleAttribute("hidden", said[i] === "");
    });
    clearTimeout(this.countdown);
    if (retryIn > 0) this.countdown = setTimeout(() => this.ports.update(), 1_000);
  }

  private drawItem(item: OutboxItem): HTMLElement {
    const isFailed = item.state === "failed";
    const state = el("div", "state", el("span", "words"));
    if (isFailed) state.append(" ", this.againButton(item), " ", this.discardButton(item));
    const text = textOf(item.message, parseText(item.message).parts);
    return el("li", `message own outgoing${isFailed ? " failed" : ""}`, ...text, state);
  }

  /** Sends a failed message again; one that is too long goes back to where it can be shortened. */
  private againButton({ id, message }: OutboxItem): HTMLElement {
    const isTooLong = message.length > this.most;
    return button("plain small", isTooLong ? "Edit" : "Try again", () => {
      this.ports.discard(id);
      if (isTooLong) this.ports.edit(message);
      else this.ports.send(message);
    });
  }

  private discardButton({ id }: OutboxItem): HTMLElement {
    return button("plain small", "Discard", () => this.ports.discard(id));
  }
}
