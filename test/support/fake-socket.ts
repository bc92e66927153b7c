// A WebSocket that a test drives: what the client sends is kept, what happens to it is said.
import { WELCOME } from "./client-machine.ts";

export class FakeSocket {
  /** Those that were opened, in order; empty it before each test. */
  static readonly opened: FakeSocket[] = [];
  readyState = 0;
  readonly sent: string[] = [];
  private readonly listeners = new Map<string, (event: object) => void>();

  constructor() {
    FakeSocket.opened.push(this);
  }

  /** Throws where none was opened. */
  static get newest(): FakeSocket {
    const socket = FakeSocket.opened.at(-1);
    if (socket === undefined) throw new Error("no socket was opened");
    return socket;
  }

  addEventListener(type: string, listener: (event: object) => void): void {
    this.listeners.set(type, listener);
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.readyState = 3;
  }

  happen(type: "open" | "message" | "close", event: object = {}): void {
    this.readyState = type === "close" ? 3 : 1;
    this.listeners.get(type)?.(event);
  }

  /** It opens, and the room lets the client in. */
  welcome(fields: object = {}): void {
    this.happen("open");
    this.happen("message", { data: JSON.stringify({ welcome: { ...WELCOME, ...fields } }) });
  }
}
