// What can be done with a message: one small bar that moves to the row that is pointed at, touched or reached by arrow keys.
import type { ChatMessage } from "../../protocol/messages.ts";
import { byId } from "./dom.ts";
import { copy } from "./toast.ts";

export interface ActPorts {
  readonly at: (seq: number) => ChatMessage | undefined;
  readonly isOwn: (message: ChatMessage) => boolean;
  readonly reply: (message: ChatMessage) => void;
  readonly linkTo: (seq: number) => string;
  readonly mute: (message: ChatMessage) => void;
  /** Away from the messages, back to the text box. */
  readonly leave: () => void;
}

export class MessageActs {
  private readonly ports: ActPorts;
  private readonly log = byId("log", HTMLElement);
  private readonly bar = byId("acts", HTMLElement);
  private readonly muteButton = byId("act-mute", HTMLButtonElement);
  private message: ChatMessage | null = null;

  constructor(ports: ActPorts, signal: AbortSignal) {
    this.ports = ports;
    const { log } = this;
    for (const type of ["focusin", "click"] as const)
      log.addEventListener(type, ({ target }) => this.moveTo(target), { signal });
    // A row that moves below a pointer that rests is none that somebody points at.
    const follow = ({ target, movementX, movementY }: PointerEvent): void => {
      if (movementX !== 0 || movementY !== 0) this.moveTo(target);
    };
    log.addEventListener("pointermove", follow, { signal });
    log.addEventListener("pointerleave", () => this.onPointerLeave(), { signal });
    log.addEventListener("keydown", (event) => this.onKey(event), { signal });
    const on = (id: string, act: (message: ChatMessage) => void): void => {
      byId(id, HTMLButtonElement).addEventListener("click", () => this.message && act(this.message), {
        signal,
      });
    };
    on("act-reply", ports.reply);
    on("act-copy", ({ message }) => void copy(message, "Message copied"));
    on("act-link", ({ seq }) => void copy(ports.linkTo(seq), "Link to the message copied"));
    on("act-mute", ports.mute);
    signal.addEventListener("abort", () => this.putAway());
  }

  private moveTo(target: EventTarget | null): void {
    const row = target instanceof Element ? target.closest<HTMLElement>("[data-seq]") : null;
    const message = row === null ? undefined : this.ports.at(Number(row.dataset.seq));
    if (row === null || message === undefined || this.bar.parentElement === row) return;
    this.message = message;
    this.muteButton.hidden = message.author === "" || this.ports.isOwn(message);
    row.append(this.bar);
    this.bar.hidden = false;
  }

  /** Whoever walks by keyboard keeps the bar, wherever the pointer is. */
  private onPointerLeave(): void {
    if (this.log.contains(document.activeElement)) this.moveTo(document.activeElement);
    else this.putAway();
  }

  private putAway(): void {
    this.bar.hidden = true;
    // Out of the list, so that a row that goes does not take it along.
    byId("feed", HTMLElement).append(this.bar);
  }

  private onKey(event: KeyboardEvent): void {
    const row = event.target instanceof Element ? event.target.closest("[data-seq]") : null;
    if (row === null) return;
    if (event.key === "Escape") return this.ports.leave();
    const step =
      event.key === "ArrowUp"
        ? "previousElementSibling"
        : event.key === "ArrowDown"
          ? "nextElementSibling"
          : null;
    if (step === null) return;
    event.preventDefault();
    let next = row[step];
    while (next !== null && !next.matches("[data-seq]")) next = next[step];
    if (next instanceof HTMLElement) next.focus();
    else if (step === "nextElementSibling") this.ports.leave();
  }
}
