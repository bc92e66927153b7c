// V8's inspector in workerd, as far as memory asks for it: the Chrome DevTools Protocol over a WebSocket.
import { once } from "node:events";
import { WebSocket } from "ws";

export class Inspector {
  private readonly socket: WebSocket;
  private readonly answers = new Map<number, (result: unknown) => void>();
  private calls = 0;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data: Buffer) => {
      const { id, result } = JSON.parse(data.toString()) as { id?: number; result?: unknown };
      if (id === undefined) return;
      this.answers.get(id)?.(result);
      this.answers.delete(id);
    });
  }

  /** Connects to the only Worker that listens there, as in `127.0.0.1:9229`. */
  static async connect(address: string): Promise<Inspector> {
    const socket = new WebSocket(`ws://${address}/worker`);
    await once(socket, "open");
    return new Inspector(socket);
  }

  /** Bytes on the isolate's heap that are still of use: all garbage is collected first. */
  async heapBytes(): Promise<number> {
    await this.call("HeapProfiler.collectGarbage");
    const { usedSize } = (await this.call("Runtime.getHeapUsage")) as { readonly usedSize: number };
    return usedSize;
  }

  close(): void {
    this.socket.terminate();
  }

  private call(method: string): Promise<unknown> {
    const id = ++this.calls;
    return new Promise((resolve) => {
      this.answers.set(id, resolve);
      this.socket.send(JSON.stringify({ id, method }));
    });
  }
}
