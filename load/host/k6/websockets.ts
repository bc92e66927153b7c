// `k6/websockets`: what a script may do with a socket and what it is told, as k6 has it. The wire is ../socket.ts.
import { Buffer } from "node:buffer";
import { BUILTIN } from "../builtin.ts";
import { OPCODE } from "../frames.ts";
import { HANDSHAKE_MS } from "../handshake.ts";
import type { Iteration } from "../iteration.ts";
import type { Series, Tags } from "../samples.ts";
import { LeanSocket, type SocketEnd } from "../socket.ts";
import { current, tagsOf, vu } from "../vu.ts";
import { type Event, type EventName, EventQueue, Listeners } from "./events.ts";
import { readParams, readUrl } from "./params.ts";

const queue = new EventQueue();

export class WebSocket {
  readonly url: string;
  readonly #iteration: Iteration;
  readonly #listeners = new Listeners(this);
  readonly #tags: Tags;
  readonly #began = vu.clock();
  readonly #socket: LeanSocket;
  readonly #pings: number[] = [];
  #received: Series | null = null;
  #sent: Series | null = null;
  #system: Tags = {};
  #state: 0 | 1 | 2 | 3 = 0;
  #buffered = 0;
  #binaryType: "blob" | "arraybuffer" = "blob";
  #closeCode: number | null = null;

  constructor(url: string, _protocols?: unknown, given?: unknown) {
    this.#iteration = current("WebSocket");
    this.url = readUrl(url);
    const { headers, tags } = readParams(given);
    this.#tags = tags;
    this.#socket = new LeanSocket({
      url: this.url,
      headers,
      handshakeMs: HANDSHAKE_MS,
      clock: vu.clock,
      events: {
        open: () => this.#queue(() => this.#opened()),
        text: (data) => this.#message(data),
        binary: (data) => this.#message(data),
        ping: () => this.#queue(() => this.#emit("ping")),
        pong: () => this.#queue(() => this.#ponged()),
        closed: (end) => this.#queue(() => this.#closed(end)),
      },
    });
    this.#iteration.hold(this);
  }

  get readyState(): number {
    return this.#state;
  }

  /** [K16] Bytes given to `send()` that the network has not taken. */
  get bufferedAmount(): number {
    return this.#buffered;
  }

  get binaryType(): string {
    return this.#binaryType;
  }

  set binaryType(type: string) {
    if (type !== "blob" && type !== "arraybuffer") {
      throw new Error(`unknown binaryType ${type}, the supported ones are "blob" and "arraybuffer"`);
    }
    this.#binaryType = type;
  }

  addEventListener(name: string, listener: unknown): void {
    this.#listeners.add(name, listener);
  }

  send(data: unknown): void {
    if (this.#state !== 1) throw new Error("InvalidStateError");
    const isText = typeof data === "string";
    const payload = isText ? Buffer.from(data) : bytesOf(data);
    this.#buffered += payload.length;
    this.#socket.send(isText ? OPCODE.text : OPCODE.binary, payload, () => {
      this.#buffered -= payload.length;
    });
    this.#sent?.add(1);
  }

  ping(): void {
    if (this.#state !== 1) throw new Error("InvalidStateError");
    this.#pings.push(vu.clock());
    this.#socket.send(OPCODE.ping, Buffer.from(`${this.#pings.length - 1}`));
  }

  /** [K17] */
  close(code = 1000, reason = ""): void {
    if (this.#state >= 2) return;
    if (code !== 1000 && !(code >= 3000 && code <= 4999)) {
      throw new Error(
        `InvalidAccessError: the close code must be 1000, or from 3000 to 4999; ${code} is neither`,
      );
    }
    if (Buffer.byteLength(reason) > 123)
      throw new Error("SyntaxError: the reason must not be over 123 bytes");
    if (this.#state === 0) {
      throw new Error(
        "k6 blocks, possibly for ever, when a socket is closed before its handshake has ended; wait for open or error.",
      );
    }
    this.#state = 2;
    this.#closeCode = code;
    this.#socket.close(code, reason);
  }

  /** The iteration is cut off; the script hears nothing of it. */
  destroy(): void {
    if (this.#state === 3) return;
    this.#state = 3;
    this.#socket.destroy();
    this.#measureEnd();
  }

  #queue(act: () => void): void {
    queue.push({ iteration: this.#iteration, act });
  }

  #message(data: string | ArrayBuffer): void {
    const timestamp = this.#socket.readAt;
    const event = { type: "message", target: this, timestamp, data, origin: this.url } as const;
    queue.push({ iteration: this.#iteration, act: this.#deliver, event });
  }

  readonly #deliver = (event: Event | undefined): void => {
    // After close() what still comes is dropped and not counted.
    if (this.#state !== 1 || event === undefined) return;
    this.#received?.add(1);
    if (this.#binaryType === "blob" && "data" in event && typeof event.data !== "string") {
      throw new Error(
        'Blobs are not supported by the host; set binaryType to "arraybuffer", or run it with k6.',
      );
    }
    this.#listeners.call(event);
  };

  #opened(): void {
    this.#measureHandshake();
    this.#state = 1;
    this.#emit("open");
  }

  #ponged(): void {
    const sentAt = this.#pings.shift();
    if (sentAt !== undefined) this.#series(BUILTIN.ping).add(vu.clock() - sentAt);
    this.#emit("pong");
  }

  #closed({ error, code, reason }: SocketEnd): void {
    if (this.#state === 0) this.#measureHandshake();
    else this.#measureEnd();
    this.#state = 3;
    const known = code ?? this.#closeCode;
    if (error !== null) this.#emit("error", { error });
    this.#iteration.call(() => this.#emit("close", { ...(known === null ? {} : { code: known }), reason }));
    this.#iteration.release(this);
  }

  #emit(type: EventName, fields: object = {}): void {
    this.#listeners.call({ type, target: this, timestamp: vu.clock(), ...fields });
  }

  #series(metric: (typeof BUILTIN)[keyof typeof BUILTIN]): Series {
    return vu.samples.of(metric, { ...tagsOf(this.#system), ...this.#tags });
  }

  /** [K18] Failed handshakes too. */
  #measureHandshake(): void {
    const { status } = this.#socket;
    const name = this.#tags.name ?? this.url;
    this.#system = { url: name, name, ...(status === 0 ? {} : { status: `${status}` }) };
    this.#series(BUILTIN.sessions).add(1);
    this.#series(BUILTIN.connecting).add(vu.clock() - this.#began);
    this.#received = this.#series(BUILTIN.received);
    this.#sent = this.#series(BUILTIN.sent);
  }

  #measureEnd(): void {
    this.#series(BUILTIN.sessionDuration).add(vu.clock() - this.#began);
    vu.samples.of(BUILTIN.dataReceived, tagsOf({})).add(this.#socket.bytesReceived);
    vu.samples.of(BUILTIN.dataSent, tagsOf({})).add(this.#socket.bytesSent);
  }
}

function bytesOf(data: unknown): Uint8Array {
  if (data instanceof ArrayBuffer) return new Uint8Array(data.slice(0));
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(
      data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) as ArrayBuffer,
    );
  }
  throw new Error(`unsupported send type ${typeof data}`);
}
