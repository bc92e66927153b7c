// A WebSocket server that answers and sends whatever bytes a test wants, right or wrong, over a bare TCP socket (RFC 6455).
import { createHash } from "node:crypto";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { bytesOf, CLOSE, TEXT } from "./raw-websocket.ts";
import { pause } from "./until.ts";

export interface Conversation {
  /** What differs from the right answer to the handshake: another status line, a header's value, or null where it is missing. */
  readonly answer?: Readonly<Record<string, string | null>>;
  readonly send: Buffer;
  /** What it sends comes in writes of one byte, and not in one write with the answer. */
  readonly isSlow?: boolean;
  /** It sends only when the client has said something. */
  readonly isSecond?: boolean;
  /** The TCP connection then ends, or is reset. */
  readonly ends?: "end" | "reset";
}

export interface Heard {
  readonly frames: { readonly opcode: number; readonly payload: Buffer; readonly isMasked: boolean }[];
  isOver: boolean;
}

const SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const ANSWER = { status: "HTTP/1.1 101 Switching Protocols", Upgrade: "websocket", Connection: "Upgrade" };

/** The path `/3` leads to conversation 3; one after the last tells in a text which connections are still there, as JSON. */
export class RawServer {
  /** What clients said, by conversation. */
  readonly heard: readonly Heard[];
  private readonly conversations: readonly Conversation[];
  private readonly server: Server;

  private constructor(conversations: readonly Conversation[]) {
    this.conversations = conversations;
    this.heard = conversations.map(() => ({ frames: [], isOver: false }));
    this.server = createServer((socket) => this.meet(socket));
  }

  static async start(conversations: readonly Conversation[]): Promise<RawServer> {
    const server = new RawServer(conversations);
    await new Promise<void>((resolve) => {
      server.server.listen(0, "127.0.0.1", resolve);
    });
    return server;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
  }

  private meet(socket: Socket): void {
    let unread: Buffer = Buffer.alloc(0);
    let heard: Heard | null = null;
    let later: (() => void) | null = null;
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("close", () => {
      if (heard !== null) heard.isOver = true;
    });
    socket.on("data", (data: Buffer) => {
      unread = Buffer.concat([unread, data]);
      if (heard === null) {
        const end = unread.indexOf("\r\n\r\n");
        if (end < 0) return;
        const head = unread.toString("latin1", 0, end);
        const at = Number(/^GET \/(\d+) /.exec(head)?.[1]);
        const conversation = this.conversations[at] ?? { send: this.farewell() };
        heard = this.heard[at] ?? { frames: [], isOver: false };
        unread = unread.subarray(end + 4);
        later = begin(socket, head, conversation);
      }
      const before = heard.frames.length;
      for (let length = 1; length > 0; unread = unread.subarray(length)) length = readFrame(unread, heard);
      if (heard.frames.length === before) return;
      later?.();
      later = null;
    });
  }

  private farewell(): Buffer {
    const open = this.heard.flatMap(({ isOver }, at) => (isOver ? [] : [at]));
    const frames = [{ opcode: TEXT, payload: JSON.stringify(open) }, { opcode: CLOSE }];
    return Buffer.concat(frames.map((frame) => bytesOf({ ...frame, isMasked: false })));
  }
}

/** Answers the handshake, and sends, or returns what sends. */
function begin(
  socket: Socket,
  head: string,
  { answer = {}, send, isSlow, isSecond, ends }: Conversation,
): (() => void) | null {
  const key = /^sec-websocket-key: *(\S+)/im.exec(head)?.[1] ?? "";
  const accept = createHash("sha1").update(`${key}${SUFFIX}`).digest("base64");
  const { status, ...headers } = { ...ANSWER, "Sec-WebSocket-Accept": accept, ...answer };
  const lines = Object.entries(headers).filter(([, value]) => value !== null);
  const text = [status, ...lines.map(([name, value]) => `${name}: ${value}`), "", ""].join("\r\n");
  const write = async (bytes: Buffer): Promise<void> => {
    if (isSlow === true)
      for (const byte of bytes) {
        socket.write(Buffer.of(byte));
        await pause(1);
      }
    else socket.write(bytes);
    if (ends === "end") socket.end();
    else if (ends === "reset") setTimeout(() => socket.resetAndDestroy(), 50);
  };
  if (isSecond !== true) {
    void write(Buffer.concat([Buffer.from(text, "latin1"), send]));
    return null;
  }
  socket.write(text, "latin1");
  return () => void write(send);
}

/** Reads a client's short frame; returns how many bytes it took, 0 where it is not whole. */
function readFrame(bytes: Buffer, { frames }: Heard): number {
  const [first = 0, second = 0] = bytes;
  const length = second & 127;
  const isMasked = second > 127;
  const start = isMasked ? 6 : 2;
  if (bytes.length < 2 || bytes.length < start + length) return 0;
  const payload = Buffer.from(bytes.subarray(start, start + length));
  if (isMasked) for (const [i, byte] of payload.entries()) payload[i] = byte ^ (bytes[2 + (i % 4)] ?? 0);
  frames.push({ opcode: first & 15, payload, isMasked });
  return start + length;
}
