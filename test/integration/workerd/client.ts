// A WebSocket test client inside workerd. Every wait has a deadline that rejects with a sentence.
import { env, exports } from "cloudflare:workers";
import { inject } from "vitest";
import { identityOf } from "../../../src/rate-limit/identity.ts";
import type { RateLimiter } from "../../../src/rate-limit/rate-limiter.ts";
import type { ChatRoom } from "../../../src/room/chat-room.ts";
import type { RoomEffect, RoomEvent } from "../../../src/room/effects.ts";
import { Room } from "../../../src/room/room.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** How long a wait lasts at most; mutation runs have less patience. */
    patienceMs?: number;
  }
}

/** What a room says to a binary frame. Nobody but a fence sends one. */
const FENCE_ANSWER = '{"error":"Frames must be text.","code":"bad-frame"}';

/** Fences are no flood, and their answers wait for no window: a test sends hundreds of them while the clock stands still. */
const handle: (event: RoomEvent) => readonly RoomEffect[] = Reflect.get(Room.prototype, "handle");
Room.prototype.handle = function (this: Room, event): readonly RoomEffect[] {
  if (event.type !== "frame" || !(event.frame instanceof ArrayBuffer))
    return Reflect.apply(handle, this, [event]);
  const { now, connection } = event;
  const answer: RoomEffect = { type: "send", to: connection, frame: FENCE_ANSWER };
  // It is an event all the same: what has become due leaves.
  const effects = Reflect.apply(handle, this, [{ type: "closed", now, connection: "nobody" }]);
  return this.sessions.has(connection) ? [...effects, answer] : effects;
};

export type Frame = Readonly<Record<string, unknown>>;

// Taken before a test holds the clock (held-room.ts): deadlines of waits are of the real one.
const { setTimeout, clearTimeout } = globalThis;
const WAIT_MS = inject("patienceMs") ?? 5_000;

let addresses = 0;
/** An address that no other test uses, so that budgets stay apart. */
export const freshAddress = (): string => `10.${(addresses >> 8) & 255}.${addresses++ & 255}.1`;
let rooms = 0;
export const freshRoom = (): string => `room-${rooms++}`;

export const roomOf = (room: string): DurableObjectStub<ChatRoom> =>
  env.ROOMS.get(env.ROOMS.idFromName(room));

export const limiterOf = (address: string): DurableObjectStub<RateLimiter> =>
  env.LIMITERS.get(env.LIMITERS.idFromName(identityOf(address)));

export class TestClient {
  readonly frames: Frame[] = [];
  close: { code: number; reason: string } | null = null;
  /** Hears every frame as text, fences' answers left out. */
  onText: (text: string) => void = () => {};
  onClose: (code: number) => void = () => {};
  private read = 0;
  private isLeaving = false;
  private fences = { sent: 0, answered: 0 };
  private readonly socket: WebSocket;
  private readonly waits = new Set<{ readonly done: () => boolean; readonly resolve: () => void }>();

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.accept();
    socket.addEventListener("message", ({ data }) => {
      if (this.fences.sent > 0 && data === FENCE_ANSWER) this.fences.answered += 1;
      else this.take(String(data));
      this.wake();
    });
    socket.addEventListener("close", ({ code, reason }) => {
      this.close = { code, reason };
      this.onClose(code);
      this.wake();
    });
  }

  private take(text: string): void {
    this.frames.push(text === "pong" ? { pong: true } : (JSON.parse(text) as Frame));
    this.onText(text);
  }

  /** Whether the room has surely seen all that this client did. */
  isSeen = true;

  /** Whether frames may still be sent. */
  get isOpen(): boolean {
    return this.close === null && !this.isLeaving;
  }

  send(frame: unknown): void {
    this.isSeen = false;
    this.socket.send(
      typeof frame === "string" || frame instanceof ArrayBuffer ? frame : JSON.stringify(frame),
    );
  }

  leave(code?: number, reason = "test"): void {
    this.isLeaving = true;
    this.isSeen = false;
    if (code === undefined) this.socket.close();
    else this.socket.close(code, reason);
  }

  /**
   * Returns when the room has seen every frame that this client sent, and this client every frame that the room
   * sent it before; or when the connection is closed.
   */
  async fence(): Promise<void> {
    if (!this.isOpen) {
      await this.closed();
      return;
    }
    const mine = ++this.fences.sent;
    this.send(new ArrayBuffer(1));
    await this.until(() => this.fences.answered >= mine || this.close !== null, "no fence came back");
    this.isSeen = true;
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

  private wake(): void {
    for (const wait of this.waits) {
      if (!wait.done()) continue;
      this.waits.delete(wait);
      wait.resolve();
    }
  }

  private async until(done: () => boolean, complaint: string): Promise<void> {
    if (done()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        const frames = JSON.stringify(this.frames).slice(0, 500);
        reject(new Error(`After ${WAIT_MS} ms ${complaint}; so far: ${frames}`));
      }, WAIT_MS);
      this.waits.add({
        done,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
      });
    });
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
