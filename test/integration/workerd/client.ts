// A WebSocket test client inside workerd. Every wait has a deadline that rejects with a sentence.
import { exports } from "cloudflare:workers";

export type Frame = Readonly<Record<string, unknown>>;

let addresses = 0;
/** An address that no other test uses, so that budgets stay apart. */
export const freshAddress = (): string => `10.${(addresses >> 8) & 255}.${addresses++ & 255}.1`;
let rooms = 0;
export const freshRoom = (): string => `room-${rooms++}`;

export class TestClient {
  readonly frames: Frame[] = [];
  close: { code: number; reason: string } | null = null;
  private read = 0;
  private readonly socket: WebSocket;
  private wake: () => void = () => {};

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.accept();
    socket.addEventListener("message", ({ data }) => {
      this.frames.push(data === "pong" ? { pong: true } : (JSON.parse(String(data)) as Frame));
      this.wake();
    });
    socket.addEventListener("close", ({ code, reason }) => {
      this.close = { code, reason };
      this.wake();
    });
  }

  send(frame: unknown): void {
    this.socket.send(
      typeof frame === "string" || frame instanceof ArrayBuffer ? frame : JSON.stringify(frame),
    );
  }

  leave(code = 1000): void {
    this.socket.close(code, "test");
  }

  /** The next frame that nobody has taken yet. */
  async next(): Promise<Frame> {
    await this.until(() => this.frames.length > this.read, "no frame came");
    const frame = this.frames[this.read++];
    if (frame === undefined) throw new Error("unreachable");
    return frame;
  }

  /** Frames up to and including the first that has this field. */
  async upTo(field: string): Promise<Frame[]> {
    const frames: Frame[] = [];
    for (;;) {
      const frame = await this.next();
      frames.push(frame);
      if (field in frame) return frames;
    }
  }

  async closed(): Promise<{ code: number; reason: string }> {
    await this.until(() => this.close !== null, "the close was not answered");
    if (this.close === null) throw new Error("unreachable");
    return this.close;
  }

  /** Fails if any untaken frame has come. Call after something that proves the room has worked on. */
  expectSilence(): void {
    if (this.frames.length > this.read)
      throw new Error(`unexpected ${JSON.stringify(this.frames[this.read])}`);
  }

  private async until(done: () => boolean, complaint: string): Promise<void> {
    const deadline = Date.now() + 5_000;
    while (!done()) {
      if (Date.now() > deadline) {
        throw new Error(`After 5 s ${complaint}; so far: ${JSON.stringify(this.frames).slice(0, 500)}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1_000);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

export function request(path: string, init: RequestInit = {}): Promise<Response> {
  return exports.default.fetch(new Request(`https://chat.example${path}`, init));
}

export async function connect(room: string, address = freshAddress(), headers = {}): Promise<TestClient> {
  const response = await request(`/api/room/${room}/websocket`, {
    headers: { Upgrade: "websocket", "CF-Connecting-IP": address, ...headers },
  });
  if (response.webSocket === null) throw new Error(`refused: ${response.status} ${await response.text()}`);
  return new TestClient(response.webSocket);
}

/** Connects and joins as a classic client; returns it with the frames of its join. */
export async function join(
  room: string,
  name: string,
  address?: string,
): Promise<{ client: TestClient; frames: Frame[] }> {
  const client = await connect(room, address);
  client.send({ name });
  return { client, frames: await client.upTo("ready") };
}
