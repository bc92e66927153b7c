// A network between a client and the server, which can stop, stutter or break. Every fault is of the connections there
// are; new ones work. It lets nobody offer compression, so that bytes are what the room wrote.
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import { onTestFinished } from "vitest";

const COMPRESSION = /^Sec-WebSocket-Extensions:.*\r\n/im;
const TAIL_BYTES = 128;

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
}

export class Proxy {
  /** Bytes that came from the server, over all connections. */
  received = 0;
  /** What each connection that has ended got from the server: how much, and the last bytes of it. */
  readonly ended: { readonly received: number; readonly tail: string }[] = [];
  private readonly server: Server;
  private readonly target: number;
  private readonly pairs = new Set<Pair>();
  private onPassed: () => void = () => {};

  private constructor(target: number) {
    this.target = target;
    this.server = createServer((near) => this.connect(near));
  }

  /** Stands before the server at `url` until the test is over. */
  static async before(url: string): Promise<Proxy> {
    const proxy = new Proxy(Number(new URL(url).port));
    proxy.server.listen(0, "127.0.0.1");
    await once(proxy.server, "listening");
    onTestFinished(() => {
      proxy.server.close();
      proxy.cut();
    });
    return proxy;
  }

  get url(): string {
    const address = this.server.address();
    return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  }

  /** Takes nothing more from the server: a reader that stopped. What it wrote fills the buffers on the way. */
  stopReading(): void {
    for (const { far } of this.pairs) far.pause();
  }

  readOn(): void {
    for (const { far } of this.pairs) far.resume();
  }

  /**
   * From when something is on its way that a client has not read yet, and will: nothing more passes, and neither end is
   * told. Half-open connections; `onFrozen` is called at once.
   */
  freezeBehindNext(onFrozen: () => void): void {
    this.onPassed = () => {
      this.onPassed = () => {};
      for (const { near, far } of this.pairs) {
        near.pause();
        far.pause();
      }
      onFrozen();
    };
  }

  /** Breaks the connections (RST), with whatever is on the way. */
  cut(): void {
    for (const { near, far } of this.pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  private connect(near: Socket): void {
    const far = createConnection({ port: this.target, host: "127.0.0.1" });
    const pair = { near, far };
    this.pairs.add(pair);
    let received = 0;
    let tail = Buffer.alloc(0);
    near.once("data", (chunk) => {
      far.write(chunk.toString("latin1").replace(COMPRESSION, ""), "latin1");
      near.on("data", (more) => far.write(more));
    });
    far.on("data", (chunk) => {
      received += chunk.length;
      this.received += chunk.length;
      tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES);
      near.write(chunk);
      this.onPassed();
    });
    far.on("close", () => this.ended.push({ received, tail: tail.toString("latin1") }));
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      end.setNoDelay(true);
      end.on("end", () => other.end());
      end.on("error", () => other.destroy());
      end.on("close", () => this.pairs.delete(pair));
    }
  }
}
