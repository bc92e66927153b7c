// V8's inspector in workerd, as far as memory asks for it: the Chrome DevTools Protocol over a WebSocket.
import { once } from "node:events";
import { WebSocket } from "ws";

const NUDGE_MS = 100;

export class Inspector {
  private readonly socket: WebSocket;
  private readonly worker: string;
  private readonly answers = new Map<number, (result: unknown) => void>();
  private calls = 0;

  private constructor(socket: WebSocket, worker: string) {
    this.socket = socket;
    this.worker = worker;
    socket.on("message", (data: Buffer) => {
      const { id, result } = JSON.parse(data.toString()) as { id?: number; result?: unknown };
      if (id === undefined) return;
      this.answers.get(id)?.(result);
      this.answers.delete(id);
    });
  }

  /** Connects to the only Worker that listens there, as in `127.0.0.1:9229`; `worker` is where it serves HTTP. */
  static async connect(address: string, worker: string): Promise<Inspector> {
    const socket = new WebSocket(`ws://${address}/worker`);
    await once(socket, "open");
    return new Inspector(socket, worker);
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

  private async call(method: string): Promise<unknown> {
    const id = ++this.calls;
    this.socket.send(JSON.stringify({ id, method }));
    // An idle isolate may leave a message unread until it has something else to do.
    const nudge = setInterval(() => void fetch(this.worker).catch(() => {}), NUDGE_MS);
    const result = await new Promise((resolve) => {
      this.answers.set(id, resolve);
    });
    clearInterval(nudge);
    return result;
  }
}
