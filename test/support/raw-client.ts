// A classic client on a real WebSocket from Node. Every wait has a deadline that rejects with a sentence.
import { once } from "node:events";
import { WebSocket } from "ws";
import type { Frame } from "./frames.ts";

export class RawClient {
  readonly frames: Frame[] = [];
  private readonly socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data: Buffer) => this.frames.push(JSON.parse(data.toString()) as Frame));
    socket.on("error", () => {});
  }

  /** Connects to a room of the server at `url`, as the address given. */
  static async connect(url: string, room: string, address: string): Promise<RawClient> {
    const path = `${url.replace("http", "ws")}/api/room/${room}/websocket`;
    const socket = new WebSocket(path, { headers: { "CF-Connecting-IP": address } });
    const client = new RawClient(socket);
    await once(socket, "open", { signal: AbortSignal.timeout(10_000) });
    return client;
  }

  /** Whether it is connected, as far as it knows. */
  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  send(frame: object): void {
    this.socket.send(JSON.stringify(frame));
  }

  /** Waits until some frame satisfies the test; returns all frames so far. */
  async until(test: (frame: Frame) => boolean, what: string): Promise<readonly Frame[]> {
    const deadline = Date.now() + 10_000;
    while (!this.frames.some(test)) {
      if (Date.now() > deadline)
        throw new Error(`No ${what} within 10 s; got ${JSON.stringify(this.frames)}`);
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
    }
    return this.frames;
  }

  /** Closes, and returns the code of the answer. */
  async close(): Promise<number> {
    const answered = once(this.socket, "close", { signal: AbortSignal.timeout(1_000) });
    this.socket.close(1000);
    const [code] = (await answered) as [number];
    return code;
  }
}
