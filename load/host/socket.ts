// A small WebSocket client over node:net: one read buffer for the whole thread, no streams on the way in, no extensions. It tells what
// it read with the time of the read; what a script may do and see is websockets.ts. Not the `ws` package: it looks for Buffer and
// process among the globals, which scripts must not find [K3], and does not say when it read [K13].
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { connect as connectPlain, type Socket } from "node:net";
import { clearTimeout, setTimeout } from "node:timers";
import { connect as connectTls } from "node:tls";
import { URL } from "node:url";
import { closeError } from "./closes.ts";
import { clientFrame, closePayload, FrameReader, OPCODE } from "./frames.ts";
import { isAccepted, statusOf } from "./handshake.ts";

export interface SocketEvents {
  open(): void;
  text(data: string): void;
  binary(data: ArrayBuffer): void;
  ping(): void;
  pong(): void;
  /** Once, last. */
  closed(end: SocketEnd): void;
}

export interface SocketEnd {
  /** What k6 tells its error listeners before the close; null where it tells nothing, as of a broken network or protocol. */
  readonly error: string | null;
  /** Of the peer's close frame; 1006 where the connection ended without one; null where it never opened or broke. */
  readonly code: number | null;
  readonly reason: string;
}

export interface SocketOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** [K19] */
  readonly handshakeMs: number;
  readonly clock: () => number;
  readonly events: SocketEvents;
}

const MAX_HEAD_BYTES = 65_536;
/** Shared by all sockets of the thread: what is in it is parsed before the next read. */
const readBuffer = Buffer.allocUnsafe(256 * 1_024);

export class LeanSocket {
  /** HTTP status of the handshake's answer; 0 while there is none. */
  status = 0;
  /** [K13] When the bytes were read that are being told. */
  readAt = 0;
  bytesReceived = 0;
  bytesSent = 0;
  private readonly events: SocketEvents;
  private readonly net: Socket;
  private readonly key = randomBytes(16).toString("base64");
  /** The subprotocols that the script asks for, by a header of its own. */
  private readonly protocols: string;
  private readonly timer: NodeJS.Timeout;
  private readonly reader: FrameReader;
  private readonly clock: () => number;
  private head: Buffer | null = Buffer.alloc(0);
  private isOpen = false;
  private hasClosed = false;
  private hasSentClose = false;
  private networkError: string | null = null;

  constructor({ url, headers, handshakeMs, clock, events }: SocketOptions) {
    this.events = events;
    this.clock = clock;
    this.reader = this.createReader();
    const asking = Object.entries(headers).find(([name]) => /^sec-websocket-protocol$/i.test(name));
    this.protocols = asking?.[1] ?? "";
    const target = new URL(url);
    const isTls = target.protocol === "wss:";
    const onread = {
      buffer: readBuffer,
      callback: (length: number): boolean => {
        this.received(readBuffer.subarray(0, length));
        return true;
      },
    };
    const host = target.hostname.replace(/^\[(.*)\]$/, "$1");
    const address = { host, port: Number(target.port) || (isTls ? 443 : 80), onread };
    this.net = isTls
      ? connectTls({ ...address, servername: host, ALPNProtocols: ["http/1.1"] })
      : connectPlain(address);
    this.net.setNoDelay(true);
    this.timer = setTimeout(
      () => this.fail(`no answer to the handshake in ${handshakeMs / 1_000} s`),
      handshakeMs,
    );
    this.net.once(isTls ? "secureConnect" : "connect", () => this.shakeHands(target, headers));
    this.net.on("error", (error) => {
      this.networkError = error.message;
    });
    this.net.on("end", () => this.net.end());
    this.net.on("close", () => this.ended());
  }

  /** Sends one frame; `done` runs when the network has taken it. */
  send(opcode: number, payload: Uint8Array, done?: () => void): void {
    const frame = clientFrame(opcode, payload);
    this.bytesSent += frame.length;
    this.net.write(frame, done);
  }

  /** Begins the closing handshake; the peer's answer ends the socket. */
  close(code: number, reason: string): void {
    this.hasSentClose = true;
    this.send(OPCODE.close, closePayload(code, reason));
  }

  /** Ends it without a word, and without telling. */
  destroy(): void {
    this.hasClosed = true;
    clearTimeout(this.timer);
    this.net.destroy();
  }

  private shakeHands({ host, pathname, search }: URL, given: Readonly<Record<string, string>>): void {
    const headers: Record<string, string> = {
      Host: host,
      "User-Agent": "edge-chat-load-host",
      ...given,
      Upgrade: "websocket",
      Connection: "Upgrade",
      "Sec-WebSocket-Key": this.key,
      "Sec-WebSocket-Version": "13",
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const request = `GET ${pathname}${search} HTTP/1.1\r\n${lines.join("")}\r\n`;
    this.bytesSent += Buffer.byteLength(request);
    this.net.write(request);
  }

  private received(bytes: Buffer): void {
    this.readAt = this.clock();
    this.bytesReceived += bytes.length;
    if (this.hasClosed) return;
    if (this.head === null) this.reader.read(bytes);
    else this.readHead(Buffer.concat([this.head, bytes]));
  }

  private readHead(bytes: Buffer): void {
    const end = bytes.indexOf("\r\n\r\n");
    if (end < 0 && bytes.length < MAX_HEAD_BYTES) {
      this.head = bytes;
      return;
    }
    const head = end > MAX_HEAD_BYTES ? "" : bytes.toString("latin1", 0, Math.max(0, end));
    this.status = statusOf(head);
    if (this.status !== 101 || !isAccepted(head, this.key, this.protocols)) {
      this.fail("websocket: bad handshake");
      return;
    }
    clearTimeout(this.timer);
    this.head = null;
    this.isOpen = true;
    this.events.open();
    if (bytes.length > end + 4) this.reader.read(bytes.subarray(end + 4));
  }

  private createReader(): FrameReader {
    const { events } = this;
    return new FrameReader({
      text: (data) => events.text(data),
      binary: (data) => events.binary(data),
      pong: () => events.pong(),
      ping: (data) => {
        this.send(OPCODE.pong, data);
        events.ping();
      },
      closing: (code, reason) => {
        if (!this.hasSentClose) this.close(code, "");
        this.finish({ error: closeError(code, reason), code, reason });
        this.net.end();
      },
      // k6 tells its script neither an error nor a code; the server hears both.
      broken: (sentence, code) => {
        if (!this.hasSentClose) this.close(code, sentence);
        this.finish({ error: null, code: null, reason: "" });
        this.net.destroySoon();
      },
    });
  }

  private fail(error: string): void {
    this.finish({ error, code: null, reason: "" });
    this.net.destroy();
  }

  private ended(): void {
    if (!this.isOpen) this.fail(this.networkError ?? "the connection ended in the handshake");
    else if (this.networkError === null) {
      const reason = "unexpected EOF";
      this.finish({ error: closeError(1006, reason), code: 1006, reason });
    } else this.finish({ error: null, code: null, reason: "" });
  }

  private finish(end: SocketEnd): void {
    clearTimeout(this.timer);
    if (this.hasClosed) return;
    this.hasClosed = true;
    this.events.closed(end);
  }
}
