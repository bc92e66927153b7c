// Somebody who speaks one of the two protocols by hand, right and wrong, so that a test decides every frame.
import type { Frame } from "../../support/frames.ts";
import type { TestClient } from "./client.ts";
import type { HeldRoom } from "./held-room.ts";

/** Pages that a connection may ask for at once (SPEC P5). A natural sleep is long enough to fill that budget; an eviction is not. */
const MAX_PAGES = 20;

export class Speaker {
  private readonly room: HeldRoom;
  private readonly name: string;
  /** Secret; null for a classic client. */
  private readonly key: string | null;
  private readonly address: string;
  private readonly clients: TestClient[] = [];
  private said = 0;
  private pages = 0;

  constructor(room: HeldRoom, name: string, key: string | null, address: string) {
    this.room = room;
    this.name = name;
    this.key = key;
    this.address = address;
  }

  get isHere(): boolean {
    return this.clients.at(-1)?.isOpen === true;
  }

  /** All that came, over all connections. */
  get frames(): Frame[] {
    return this.clients.flatMap(({ frames }) => frames as Frame[]);
  }

  get closes(): number[] {
    return this.clients.flatMap(({ close }) => close?.code ?? []);
  }

  /** All that came, as text; names that every room makes anew are numbered in the order in which they came. */
  transcript(): string {
    const names = new Map<string, string>();
    const text = this.clients
      .map(({ frames, close }) => JSON.stringify({ frames, close }, null, 1))
      .join("\n");
    return text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => {
      const name = names.get(id) ?? `#${names.size}`;
      names.set(id, name);
      return name;
    });
  }

  /** Comes without a name. */
  async connect(): Promise<void> {
    if (this.isHere) return;
    this.pages = 0;
    this.clients.push(await this.room.connect(this.address));
  }

  /** Says its name, if it has not; a delivery client resumes from what it saw last, from 0, or out of another log. */
  async enter(since: "seen" | "start" | "other log" | null): Promise<void> {
    await this.connect();
    if (this.isJoined) return;
    const { key } = this;
    if (key === null) return this.send({ name: this.name });
    const seen = this.seen();
    const from =
      since === "seen"
        ? seen
        : since === "start"
          ? seen && { ...seen, seq: 0 }
          : since && { epoch: since, seq: 1 };
    this.send({ name: this.name, protocol: 1, key, client: "tab", since: from });
  }

  say(): void {
    this.message(`${this.name} says ${++this.said}`, this.stored() + 1);
  }

  /** Says again what is stored (`back` from 0), or what cannot be stored yet (below 0). */
  resend(back: number): void {
    this.message(`${this.name} again`, Math.max(1, this.stored() - back));
  }

  page(before: number): void {
    if (this.key !== null && this.pages++ < MAX_PAGES) this.send({ history: { before, limit: 3 } });
  }

  leave(code: number | undefined): void {
    if (this.isHere) this.clients.at(-1)?.leave(code);
  }

  send(frame: unknown): void {
    if (this.isHere) this.clients.at(-1)?.send(frame);
  }

  private message(message: string, counter: number): void {
    this.send(this.key === null ? { message } : { message, counter });
  }

  get isJoined(): boolean {
    const frames = (this.clients.at(-1)?.frames ?? []) as Frame[];
    return this.isHere && frames.some(({ ready, welcome }) => ready === true || welcome !== undefined);
  }

  /** The highest counter that the room is known to have stored of this author. */
  private stored(): number {
    const author = this.frames.find(({ welcome }) => welcome !== undefined)?.welcome?.author;
    return Math.max(
      0,
      ...this.frames.flatMap(({ welcome, stored, events }) => [
        welcome?.counter ?? 0,
        stored ?? 0,
        ...(events ?? []).filter((event) => event.author === author).map(({ counter }) => counter),
      ]),
    );
  }

  private seen(): { epoch: string; seq: number } | null {
    const epoch = this.frames.findLast(({ welcome }) => welcome !== undefined)?.welcome?.epoch;
    return epoch === undefined
      ? null
      : { epoch, seq: Math.max(0, ...this.frames.map(({ last }) => last ?? 0)) };
  }
}
