// A WebSocket without a network, between a client and a room in memory. Everything comes in a microtask of its own, in order.
import { CLOSE } from "../../protocol/messages.ts";

export interface RoomSide {
  readonly onConnect: (socket: FakeSocket) => void;
  readonly onFrame: (socket: FakeSocket, text: unknown) => void;
  readonly onLeave: (socket: FakeSocket, code: number) => void;
}

/** The side that the client holds. */
export class FakeSocket extends EventTarget {
  readyState: 0 | 1 | 2 | 3 = 0;
  readonly #room: RoomSide;

  constructor(room: RoomSide) {
    super();
    this.#room = room;
    queueMicrotask(() => room.onConnect(this));
  }

  send(text: unknown): void {
    if (this.readyState === 1) queueMicrotask(() => this.#room.onFrame(this, text));
  }

  close(code: number = CLOSE.normal): void {
    if (this.readyState > 1) return;
    this.readyState = 2;
    queueMicrotask(() => this.#room.onLeave(this, code));
  }

  /** An event of this type, with these fields, unless the socket is closed. */
  happen(type: "open" | "message" | "close", fields: object = {}): void {
    queueMicrotask(() => {
      if (this.readyState === 3 || (type !== "close" && this.readyState === 2)) return;
      if (type !== "message") this.readyState = type === "open" ? 1 : 3;
      this.dispatchEvent(Object.assign(new Event(type), fields));
    });
  }
}
