// The text box: its draft, which belongs to the room, what it answers, its limit, and who is called with @.
import { MOST_MESSAGE_LENGTH } from "../../protocol/limits.ts";
import { isVisible } from "../../protocol/visible.ts";
import type { ChatMessage } from "../../protocol/messages.ts";
import { byId, nameOf } from "./dom.ts";
import { keepDraft, keptDraft } from "./outbox-store.ts";
import { answerTo, excerpt, parseText } from "./text.ts";

export interface ComposerPorts {
  readonly room: string;
  readonly send: (text: string) => void;
  /** Who may be called with @. */
  readonly names: () => readonly string[];
  /** Somebody writes, and it is not nothing. */
  readonly onTyped: () => void;
  /** From an empty box, upwards: to the messages. */
  readonly onUp: () => void;
}

/** A counter appears when so few characters are left. */
const SHOW_LEFT = 40;
const CALL = /(^|\s)@(\S{0,32})$/u;
/** What Safari says of the Enter that ends a composition, where `isComposing` is over already. */
const COMPOSING = 229;

export class Composer {
  private readonly ports: ComposerPorts;
  private readonly box = byId("message", HTMLTextAreaElement);
  private readonly note = byId("left", HTMLElement);
  private readonly alert = byId("composer-alert", HTMLElement);
  private readonly answering = byId("answering", HTMLElement);
  private readonly answered = byId("answered", HTMLElement);
  private answers: number | null = null;
  /** Units that the room takes in a message. Before it says so, no more than any does. */
  private most = MOST_MESSAGE_LENGTH;
  /** What Tab offers in turn, for the @ and the letters that were typed. */
  private calls: { readonly at: number; readonly names: readonly string[]; next: number } | null = null;

  constructor(ports: ComposerPorts, signal: AbortSignal) {
    this.ports = ports;
    const draft = keptDraft(ports.room) || this.box.value;
    this.answer(null);
    this.fill(draft);
    byId("composer", HTMLFormElement).addEventListener("submit", (event) => this.submit(event), { signal });
    this.box.addEventListener("input", () => this.onStroke(), { signal });
    this.box.addEventListener("keydown", (event) => this.onKey(event), { signal });
    byId("stop-answering", HTMLButtonElement).addEventListener("click", () => this.answer(null), { signal });
    document.addEventListener("keydown", (event) => this.catchKey(event), { signal });
    signal.addEventListener("abort", () => (this.box.value = ""));
  }

  focus(): void {
    this.box.focus();
  }

  set limit(most: number) {
    this.most = most;
    this.onInput();
  }

  /** What is written next answers this message; null: none. */
  answer(message: Pick<ChatMessage, "seq" | "name" | "message"> | null): void {
    this.answers = message?.seq ?? null;
    this.answering.hidden = message === null;
    this.answered.replaceChildren();
    if (message === null) return this.onInput();
    this.answered.append("Answer to ", nameOf(message.name), ` ${excerpt(message.message)}`);
    this.onInput();
    this.focus();
  }

  /** Puts a text back where it can be changed: one that was too long, or a draft. */
  fill(text: string): void {
    const { answers } = parseText(text);
    const prefix = answers === null ? "" : answerTo(answers);
    if (answers !== null) this.answer({ seq: answers, name: "", message: "an earlier message" });
    this.box.value = answers === null ? text : text.slice(prefix.length);
    this.onInput();
    this.focus();
  }

  private get text(): string {
    const said = this.box.value.trim();
    return this.answers === null || said === "" ? said : answerTo(this.answers) + said;
  }

  private submit(event: Event): void {
    event.preventDefault();
    const { text } = this;
    if (!isVisible(text)) return this.focus();
    if (text.length > this.most) {
      const most = this.most.toLocaleString();
      this.alert.textContent = `A message has at most ${most} characters here. Shorten it, or send it in parts.`;
      return this.focus();
    }
    // The box is emptied only when the message is kept.
    this.ports.send(text);
    this.box.value = "";
    this.answer(null);
    this.focus();
  }

  private onStroke(): void {
    this.onInput();
    if (isVisible(this.box.value)) this.ports.onTyped();
  }

  private onInput(): void {
    const left = this.most - this.text.length;
    this.note.textContent =
      left < 0 ? `${(-left).toLocaleString()} too many` : left <= SHOW_LEFT ? `${left}` : "";
    this.note.classList.toggle("over", left < 0);
    this.alert.textContent = "";
    this.grow();
    keepDraft(this.ports.room, this.text);
    this.offerCall();
  }

  /** As many rows as there are lines, wrapped ones too; where style.css can say so, the browser does it. */
  private grow(): void {
    if (CSS.supports("field-sizing", "content")) return;
    this.box.rows = 1;
    const { lineHeight, paddingBlock } = getComputedStyle(this.box);
    const height = this.box.scrollHeight - 2 * Number.parseFloat(paddingBlock);
    this.box.rows = Math.max(1, Math.round(height / Number.parseFloat(lineHeight)));
  }

  private onKey(event: KeyboardEvent): void {
    // oxlint-disable-next-line typescript/no-deprecated -- Safari says it in no other way.
    if (event.isComposing || event.keyCode === COMPOSING) return;
    if (event.key === "Enter" && !event.shiftKey) this.submit(event);
    else if (event.key === "Tab" && !event.shiftKey && this.calls !== null) this.call(event);
    else if (event.key === "Escape") this.answer(null);
    else if (event.key === "ArrowUp" && this.box.value === "") {
      event.preventDefault();
      this.ports.onUp();
    }
  }

  /** Whoever types means the box, wherever the focus is. */
  private catchKey({ key, ctrlKey, metaKey, altKey, target }: KeyboardEvent): void {
    const isText = key.length === 1 && key !== " " && !ctrlKey && !metaKey && !altKey;
    const isElsewhere = target instanceof Element && target.closest("input, textarea, dialog") === null;
    if (isText && isElsewhere) this.focus();
  }

  private offerCall(): void {
    const before = this.box.value.slice(0, this.box.selectionEnd);
    const [, , part] = CALL.exec(before) ?? [];
    const names =
      part === undefined
        ? []
        : this.ports.names().filter((name) => name.toLowerCase().startsWith(part.toLowerCase()));
    this.calls = names.length === 0 ? null : { at: before.length - (part?.length ?? 0), names, next: 0 };
    if (this.calls !== null && this.note.textContent === "") this.note.textContent = `Tab: @${names[0]}`;
  }

  private call(event: KeyboardEvent): void {
    const { calls } = this;
    if (calls === null) return;
    event.preventDefault();
    const name = `${calls.names[calls.next % calls.names.length]} `;
    this.box.setRangeText(name, calls.at, this.box.selectionEnd, "end");
    this.onInput();
    this.calls = { ...calls, next: calls.next + 1 };
  }
}
