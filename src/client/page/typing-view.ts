// The line above the text box that says who types. typing.ts decides who that is.
import type { ChatMessage, Member } from "../../protocol/messages.ts";
import { byId, namesOf } from "./dom.ts";
import { mutedAuthors } from "./memory.ts";
import { gone, heard, readOut, said, shown, type Typist } from "./typing.ts";

export class TypingView {
  /** The line that is seen, and read out by nobody. */
  private readonly line = byId("typing", HTMLElement);
  /** The same for who listens: read out, but not again and again. */
  private readonly spoken = byId("typing-spoken", HTMLElement);
  private typists: readonly Typist[] = [];
  private read: ReadonlyMap<string, number> = new Map();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private drawn = "";

  constructor(signal: AbortSignal) {
    signal.addEventListener("abort", () => this.clear());
  }

  heard(member: Member): void {
    this.change(heard(this.typists, member, performance.now()));
  }

  said(messages: readonly ChatMessage[]): void {
    this.change(said(this.typists, messages));
  }

  gone(members: readonly Member[]): void {
    this.change(gone(this.typists, members));
  }

  clear(): void {
    this.change([]);
  }

  private change(typists: readonly Typist[]): void {
    if (typists.length + this.typists.length === 0) return;
    this.typists = typists;
    this.draw();
  }

  private draw(): void {
    const now = performance.now();
    const { typists, until } = shown(this.typists, mutedAuthors(), now);
    clearTimeout(this.timer);
    if (until < Infinity) this.timer = setTimeout(() => this.draw(), until - now);
    const key = JSON.stringify(typists.map(({ person, name }) => [person, name]));
    if (key === this.drawn) return;
    this.drawn = key;
    const names = typists.map(({ name }) => name);
    this.line.replaceChildren(...sentence(names));
    const { isNew, read } = readOut(this.read, typists, now);
    this.read = read;
    if (isNew || names.length === 0) this.spoken.replaceChildren(...sentence(names));
  }
}

function sentence(names: readonly string[]): (Node | string)[] {
  if (names.length === 0) return [];
  if (names.length > 2) return [`${names.length} people are typing`];
  return [...namesOf(names), names.length === 1 ? " is typing" : " are typing"];
}
