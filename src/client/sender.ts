// What a client says: what goes out now, how long an answer is waited for, and what an answer changes. outbox.ts keeps the rest.
import type { Refusal } from "../protocol/messages.ts";
import type { ClientEffect } from "./events.ts";
import { Outbox, type SavedOutbox } from "./outbox.ts";

/** A room answers each message, or says why not: where it is silent about one for so long, the socket is as good as lost. */
export const ANSWER_WITHIN_MS = 15_000;

export interface SenderPorts {
  readonly emit: (effect: ClientEffect) => void;
  readonly transmit: (frame: object) => void;
  /** Whether the room has let us in, on this socket. */
  readonly isLive: () => boolean;
  /** The room and this client do not agree any more: come back. */
  readonly drop: (random: number) => void;
}

export class Sender {
  readonly #ports: SenderPorts;
  readonly #outbox: Outbox;

  constructor(ports: SenderPorts, saved: SavedOutbox | undefined) {
    this.#ports = ports;
    this.#outbox = new Outbox(saved);
  }

  send(id: string, message: string): void {
    this.#outbox.add(id, message);
    this.pump();
    this.tell();
  }

  discard(id: string): void {
    this.#outbox.discard(id);
    this.tell();
  }

  withdraw(id: string): void {
    this.#outbox.withdraw(id);
    this.tell();
  }

  tell(retryMs?: number): void {
    const { underWay, state } = this.#outbox;
    this.#ports.emit({ type: "outbox", underWay, retryMs, ...state });
  }

  /** `most` is how many units the room takes in a message. */
  welcome(epoch: string, counter: number, most: number): void {
    this.#confirm(this.#outbox.welcome(epoch, counter, most));
  }

  /** Sends what may be sent. While a refusal is waited out, nothing: the order would be lost. */
  pump(): void {
    if (!this.#ports.isLive() || this.#outbox.isWaiting) return;
    const isFirst = this.#outbox.underWay === 0;
    const frames = this.#outbox.take();
    for (const { counter, message } of frames) this.#ports.transmit({ message, counter });
    if (isFirst && frames.length > 0) this.#expectAnswer();
  }

  stored(counter: number): void {
    this.#confirm(this.#outbox.confirm(counter));
    this.#expectAnswer();
    this.pump();
    this.tell();
  }

  /** `wait` is the time after which a refusal for now is over. */
  refused(counter: number, code: Refusal["code"], wait: number, random: number): void {
    if (code === "rate-limited" || code === "busy") {
      this.#outbox.refuse(counter);
      this.#expectAnswer();
      this.#ports.emit({ type: "timer", timer: "resend", ms: wait });
      this.tell(wait);
    } else if (code === "out-of-order") {
      // It follows from its predecessor's refusal. Without one, room and client no longer agree: begin again.
      if (!this.#outbox.isWaiting) this.#ports.drop(random);
    } else {
      this.#outbox.fail(counter, code);
      this.tell();
      this.#ports.drop(random);
    }
  }

  /** The wait that a refusal asked for is over. */
  retry(): void {
    this.#outbox.retry();
    this.pump();
    this.tell();
  }

  #confirm(ids: readonly string[]): void {
    if (ids.length > 0) this.#ports.emit({ type: "confirmed", ids });
  }

  /** The room has answered something, or there is something new to answer. */
  #expectAnswer(): void {
    const ms = this.#outbox.underWay > 0 ? ANSWER_WITHIN_MS : null;
    this.#ports.emit({ type: "timer", timer: "answer", ms });
  }
}
