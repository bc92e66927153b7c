// A sender in a test's hand: nothing goes out before `take`, and each call returns what came of it.
import { Effects } from "../../src/client/effects.ts";
import type { ClientEffect } from "../../src/client/events.ts";
import type { SavedOutbox } from "../../src/client/outbox.ts";
import { Sender } from "../../src/client/sender.ts";
import { MAX_CLASSIC_MESSAGE_LENGTH } from "../../src/protocol/limits.ts";
import type { ErrorCode } from "../../src/protocol/messages.ts";
import { only, transmitted } from "./client-machine.ts";

interface Frame {
  readonly message: string;
  readonly counter: number;
}

export class HeldSender {
  private readonly effects = new Effects();
  private readonly link = { isLive: false, lose: (): void => {} };
  private readonly sender: Sender;

  constructor(saved?: SavedOutbox) {
    this.sender = new Sender(this.effects, this.link, saved);
  }

  get state(): SavedOutbox {
    const [told] = only(
      this.after(() => this.sender.tell()),
      "outbox",
    );
    if (told?.type !== "outbox") throw new Error("A sender that is asked tells its outbox.");
    const { items, epoch, counter } = told;
    return { items, epoch, counter };
  }

  get isWaiting(): boolean {
    return this.state.items.some(({ state }) => state === "waiting");
  }

  add(id: string, message: string): void {
    this.after(() => this.sender.send(id, message));
  }

  discard(id: string): void {
    this.after(() => this.sender.discard(id));
  }

  withdraw(id: string): void {
    this.after(() => this.sender.withdraw(id));
  }

  /** What goes out on a connection that is live. */
  take(): Frame[] {
    this.link.isLive = true;
    const frames = transmitted(this.after(() => this.sender.pump())) as Frame[];
    this.link.isLive = false;
    return frames;
  }

  /** The ids of what is confirmed by it. */
  welcome(epoch: string, counter: number, most = MAX_CLASSIC_MESSAGE_LENGTH): readonly string[] {
    return confirmed(this.after(() => this.sender.welcome(epoch, counter, most)));
  }

  /** The ids of what is confirmed by it. */
  confirm(counter: number): readonly string[] {
    return confirmed(this.after(() => this.sender.stored(counter)));
  }

  /** For now. */
  refuse(counter: number): void {
    this.after(() => this.sender.refused(counter, "busy", 0, 0));
  }

  /** For good. */
  fail(counter: number, code: ErrorCode): void {
    this.after(() => this.sender.refused(counter, code, 0, 0));
  }

  retry(): void {
    this.after(() => this.sender.retry());
  }

  private after(call: () => void): readonly ClientEffect[] {
    call();
    return this.effects.take();
  }
}

const confirmed = (effects: readonly ClientEffect[]): readonly string[] =>
  effects.flatMap((effect) => (effect.type === "confirmed" ? effect.ids : []));
