// Frames of RFC 6455, read and written. Knows no socket. No extensions, hence no reserved bits.
import { Buffer } from "node:buffer";
import { randomFillSync } from "node:crypto";
import { Texts } from "./texts.ts";

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** What a reader tells. Whole messages, in the order of the wire. */
export interface FrameSink {
  text(data: string): void;
  binary(data: ArrayBuffer): void;
  ping(data: Buffer): void;
  pong(data: Buffer): void;
  /** The peer's close frame; nothing more is read. `code` is 1005 where the frame had none. */
  closing(code: number, reason: string): void;
  /** The peer broke the protocol; nothing more is read. */
  broken(sentence: string): void;
}

/** Of all readers of the thread. */
const texts = new Texts();

/** Takes bytes as they come and tells whole messages. The bytes given may be overwritten after the call. */
export class FrameReader {
  private readonly sink: FrameSink;
  private readonly maskBit: 0 | 128;
  /** The beginning of a frame whose end has not come. */
  private rest: Buffer = Buffer.alloc(0);
  private restLength = 0;
  private fragments: Buffer[] = [];
  private fragmentedOpcode = 0;
  private hasEnded = false;

  /** Frames from a client are masked, frames from a server are not; the wrong one breaks the protocol. */
  constructor(sink: FrameSink, from: "client" | "server" = "server") {
    this.sink = sink;
    this.maskBit = from === "client" ? 128 : 0;
  }

  read(bytes: Buffer): void {
    if (this.hasEnded) return;
    if (this.restLength === 0) this.keep(bytes, this.parse(bytes));
    else {
      this.append(bytes, 0);
      const whole = this.rest.subarray(0, this.restLength);
      const used = this.parse(whole);
      if (used === 0) return;
      // In place: what is kept only ever moves to the front.
      whole.copyWithin(0, used);
      this.restLength -= used;
    }
  }

  private keep(bytes: Buffer, used: number): void {
    if (used < bytes.length && !this.hasEnded) this.append(bytes, used);
  }

  private append(bytes: Buffer, from: number): void {
    const length = this.restLength + bytes.length - from;
    if (length > this.rest.length) {
      const larger = Buffer.allocUnsafe(Math.max(4_096, length * 2));
      this.rest.copy(larger, 0, 0, this.restLength);
      this.rest = larger;
    }
    bytes.copy(this.rest, this.restLength, from);
    this.restLength = length;
  }

  /** Reads whole frames; returns how many bytes they took. */
  private parse(bytes: Buffer): number {
    let at = 0;
    while (bytes.length - at >= 2 && !this.hasEnded) {
      const first = bytes[at] ?? 0;
      let length = (bytes[at + 1] ?? 0) ^ this.maskBit;
      let start = at + 2;
      if (length === 126) {
        if (bytes.length < at + 4) break;
        length = bytes.readUInt16BE(at + 2);
        start = at + 4;
      } else if (length === 127) {
        if (bytes.length < at + 10) break;
        length = Number(bytes.readBigUInt64BE(at + 2));
        start = at + 10;
      } else if (length > 127) return this.break("a frame with the wrong mask bit");
      if (this.maskBit !== 0) start += 4;
      if (bytes.length - start < length) break;
      if (this.maskBit !== 0) toggleMask(bytes, start - 4, start, length);
      this.frame(first, bytes, start, start + length);
      at = start + length;
    }
    return at;
  }

  private frame(first: number, bytes: Buffer, start: number, end: number): void {
    const isFinal = first >= 128;
    const opcode = first & 0x0f;
    if ((first & 0x70) !== 0) this.break("a reserved bit without an extension");
    else if (opcode >= 8) this.control(opcode, isFinal, bytes.subarray(start, end));
    else if (isFinal && opcode === OPCODE.text && this.fragmentedOpcode === 0) {
      this.sink.text(texts.of(bytes, start, end));
    } else this.data(opcode, isFinal, bytes.subarray(start, end));
  }

  private data(opcode: number, isFinal: boolean, payload: Buffer): void {
    const isContinuation = opcode === OPCODE.continuation;
    if (isContinuation !== (this.fragmentedOpcode !== 0) || opcode > OPCODE.binary) {
      this.break(`a frame of opcode ${opcode} where none may come`);
      return;
    }
    if (!isContinuation) this.fragmentedOpcode = opcode;
    this.fragments.push(Buffer.from(payload));
    if (!isFinal) return;
    const whole = Buffer.concat(this.fragments);
    const isText = this.fragmentedOpcode === OPCODE.text;
    this.fragments = [];
    this.fragmentedOpcode = 0;
    if (isText) this.sink.text(whole.toString("utf8"));
    else this.sink.binary(new Uint8Array(whole).buffer);
  }

  private control(opcode: number, isFinal: boolean, payload: Buffer): void {
    if (!isFinal || payload.length > 125 || opcode > OPCODE.pong) this.break("a malformed control frame");
    else if (opcode === OPCODE.ping) this.sink.ping(Buffer.from(payload));
    else if (opcode === OPCODE.pong) this.sink.pong(Buffer.from(payload));
    else {
      this.hasEnded = true;
      const hasCode = payload.length >= 2;
      this.sink.closing(hasCode ? payload.readUInt16BE(0) : 1005, hasCode ? payload.toString("utf8", 2) : "");
    }
  }

  private break(sentence: string): number {
    this.hasEnded = true;
    this.sink.broken(sentence);
    return 0;
  }
}

const masks = Buffer.alloc(8_192);
let nextMask = masks.length;

/** One final frame of a client: masked with four random bytes. */
export function clientFrame(opcode: number, payload: Uint8Array): Buffer {
  if (nextMask === masks.length) {
    randomFillSync(masks);
    nextMask = 0;
  }
  const { length } = payload;
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + 4 + length);
  writeHead(frame, opcode, length, 128);
  masks.copy(frame, head, nextMask, nextMask + 4);
  nextMask += 4;
  frame.set(payload, head + 4);
  toggleMask(frame, head, head + 4, length);
  return frame;
}

/** One final frame of a server. */
export function serverFrame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + length);
  writeHead(frame, opcode, length, 0);
  frame.set(payload, head);
  return frame;
}

function writeHead(frame: Buffer, opcode: number, length: number, maskBit: 0 | 128): void {
  frame[0] = 128 | opcode;
  frame[1] = maskBit | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (length >= 65_536) frame.writeBigUInt64BE(BigInt(length), 2);
  else if (length >= 126) frame.writeUInt16BE(length, 2);
}

/** Masks, or unmasks, in place with the four bytes at `mask`. */
function toggleMask(bytes: Buffer, mask: number, start: number, length: number): void {
  for (let i = 0; i < length; i++) {
    bytes[start + i] = (bytes[start + i] ?? 0) ^ (bytes[mask + (i & 3)] ?? 0);
  }
}

/** A close frame's payload. */
export function closePayload(code: number, reason: string): Buffer {
  const text = Buffer.from(reason);
  const payload = Buffer.allocUnsafe(2 + text.length);
  payload.writeUInt16BE(code, 0);
  text.copy(payload, 2);
  return payload;
}
