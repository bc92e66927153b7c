// A WebSocket client that sends whatever bytes a test wants, right or wrong, over a bare TCP socket (RFC 6455).
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";

export interface RawFrame {
  readonly opcode: number;
  readonly payload?: Uint8Array | string;
  readonly fin?: boolean;
  /** Bits 1 to 3, as a number of 0 to 7. */
  readonly reserved?: number;
  readonly isMasked?: boolean;
  /** How the length is written, whatever it is: in 7 bits, 16 or 64. */
  readonly lengthBits?: 7 | 16 | 64;
}

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** A frame as it stands on the wire; masked unless it says otherwise. */
export function bytesOf({
  opcode,
  payload = "",
  fin = true,
  reserved = 0,
  isMasked = true,
  lengthBits,
}: RawFrame): Buffer {
  const body = Buffer.from(payload as string);
  const bits = lengthBits ?? (body.length < 126 ? 7 : body.length < 65_536 ? 16 : 64);
  const head = Buffer.from([(fin ? 0x80 : 0) | (reserved << 4) | opcode, 0]);
  const mark = isMasked ? 0x80 : 0;
  head[1] = mark | (bits === 7 ? body.length : bits === 16 ? 126 : 127);
  const length = Buffer.alloc(bits === 7 ? 0 : bits / 8);
  if (bits === 16) length.writeUInt16BE(body.length);
  if (bits === 64) length.writeBigUInt64BE(BigInt(body.length));
  if (!isMasked) return Buffer.concat([head, length, body]);
  const mask = randomBytes(4);
  const masked = Buffer.from(body.map((byte, i) => byte ^ (mask[i % 4] ?? 0)));
  return Buffer.concat([head, length, mask, masked]);
}

/** The payload of a close frame. */
export function closing(code: number, reason: Uint8Array | string = ""): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return Buffer.concat([head, Buffer.from(reason as string)]);
}

export class RawWebSocket {
  /** Payloads of what came, by opcode. */
  readonly frames: { readonly opcode: number; readonly payload: Buffer }[] = [];
  status = 0;
  isEnded = false;
  private unread: Buffer = Buffer.alloc(0);
  private readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (data: Buffer) => this.take(data));
    socket.on("error", () => {});
    socket.on("close", () => {
      this.isEnded = true;
    });
  }

  /** Connects, and sends the lines of an opening handshake; returns when it is answered, or over. */
  static async open(port: number, lines: readonly string[]): Promise<RawWebSocket> {
    const client = new RawWebSocket(connect(port, "127.0.0.1"));
    client.socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    await client.until(() => client.status > 0 || client.isEnded);
    return client;
  }

  send(...parts: readonly (Buffer | RawFrame)[]): void {
    for (const part of parts) this.socket.write(Buffer.isBuffer(part) ? part : bytesOf(part));
  }

  /** The code of the close frame that came; 1005 for one without; null while none has come. */
  get closeCode(): number | null {
    const frame = this.frames.find(({ opcode }) => opcode === CLOSE);
    if (frame === undefined) return null;
    return frame.payload.length < 2 ? 1005 : frame.payload.readUInt16BE();
  }

  texts(): string[] {
    return this.frames.filter(({ opcode }) => opcode === TEXT).map(({ payload }) => payload.toString());
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Whether it came true within a second. */
  async until(isSo: () => boolean): Promise<boolean> {
    for (const deadline = Date.now() + 1_000; Date.now() < deadline;) {
      if (isSo()) return true;
      await new Promise((resolve) => {
        setTimeout(resolve, 2);
      });
    }
    return isSo();
  }

  private take(data: Buffer): void {
    this.unread = Buffer.concat([this.unread, data]);
    if (this.status === 0) {
      const end = this.unread.indexOf("\r\n\r\n");
      if (end < 0) return;
      this.status = Number(/^HTTP\/1\.1 (\d{3})/.exec(this.unread.toString("latin1"))?.[1] ?? -1);
      this.unread = this.unread.subarray(end + 4);
    }
    if (this.status === 101) while (this.takeFrame());
  }

  /** A server's frames are whole and not masked. */
  private takeFrame(): boolean {
    const [first = 0, second = 0] = this.unread;
    if (this.unread.length < 2) return false;
    const start = second === 126 ? 4 : second === 127 ? 10 : 2;
    if (this.unread.length < start) return false;
    const length =
      start === 4
        ? this.unread.readUInt16BE(2)
        : start === 10
          ? Number(this.unread.readBigUInt64BE(2))
          : second;
    if (this.unread.length < start + length) return false;
    this.frames.push({ opcode: first & 15, payload: this.unread.subarray(start, start + length) });
    this.unread = this.unread.subarray(start + length);
    return true;
  }
}
