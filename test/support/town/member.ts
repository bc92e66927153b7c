// Who is in a town's rooms, what they did, and what they were told about it.
import { expect } from "vitest";
import type { Frame } from "../frames.ts";

/** What a member did, and the answer. Instants are the town's; `answered` is null while there is none. */
export interface Said {
  readonly at: number;
  answered: number | null;
  isAccepted: boolean;
  retryAfter: number | null;
}

export class Member {
  isOpen = true;
  readonly join: Said;
  /** Actions without an answer, oldest first: answers come in their order, but for `busy`. */
  readonly open: Said[] = [];
  readonly connection: string;
  readonly identity: string;
  readonly room: number;
  readonly isDelivery: boolean;
  /** Accepted messages. */
  private stored = 0;

  constructor(connection: string, identity: string, room: number, isDelivery: boolean, now: number) {
    this.connection = connection;
    this.identity = identity;
    this.room = room;
    this.isDelivery = isDelivery;
    this.join = this.act(now);
  }

  get isIn(): boolean {
    return this.isOpen && this.join.isAccepted;
  }

  /** What this member's messages begin with: tells whose they are. */
  private get mark(): string {
    return `${this.connection}/`;
  }

  hello(): object {
    const delivery = { protocol: 1, key: `key-of-connection-${this.connection}`, client: "tab" };
    return { name: this.connection, ...(this.isDelivery && delivery) };
  }

  /** A message's frame; a refused counter is used again. */
  message(now: number, text: string): { readonly said: Said; readonly frame: object } {
    const said = this.act(now);
    const counter = this.stored + this.open.filter((one) => one !== this.join).length;
    return { said, frame: { message: `${this.mark}${text}`, ...(this.isDelivery && { counter }) } };
  }

  /** Takes in a frame. True if it tells that the join is accepted. */
  hear(frame: Frame, now: number): boolean {
    const { refused, events = [frame] } = frame;
    const code = refused?.code ?? frame.code;
    if (frame.ready === true || frame.welcome !== undefined) {
      this.answer(now, true, null);
      return true;
    }
    if (code !== undefined) {
      this.answer(now, false, frame.retryAfter ?? refused?.retryAfter ?? null, code === "busy");
    } else {
      for (const { message } of events) if (message?.startsWith(this.mark)) this.answer(now, true, null);
    }
    return false;
  }

  private act(at: number): Said {
    const said = { at, answered: null, isAccepted: false, retryAfter: null };
    this.open.push(said);
    return said;
  }

  private answer(answered: number, isAccepted: boolean, retryAfter: number | null, isBusy = false): void {
    const said = isBusy ? this.open.pop() : this.open.shift();
    if (said === undefined) return expect.fail(`${this.connection} was answered what it had not said.`);
    Object.assign(said, { answered, isAccepted, retryAfter });
    if (isAccepted && said !== this.join) this.stored += 1;
  }
}
