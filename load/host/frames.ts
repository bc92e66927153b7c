// Frames of RFC 6455, read and written. Knows no socket. No extensions, hence no reserved bits.
import { Buffer } from "node:buffer";
import { randomFillSync } from "node:crypto";
import { isCloseCode } from "./closes.ts";
import { Texts, textOf } from "./texts.ts";

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** What a reader tells. Whole messages, in the order of the wire. */
export interface FrameSink {
  text(data: string): void;
  binary(data: ArrayBuffer): void;
  ping(data: Buffer): void;
  pong(data: Buffer): void;
  /** The peer's close frame; nothing more is read. `code` is 1005 where the frame had none. */
  closing(code: number, reason: string): void;
  /** The peer broke the protocol; nothing more is read. It is to be told this code. */
  broken(sentence: string, code: BrokenCode): void;
}

/** A broken protocol, a text that is no UTF-8, a message that is too long. */
type BrokenCode = 1002 | 1007 | 1009;

/** Of a message, in bytes; no frame of a room comes near. k6 has no bound. */
const MOST = 32 * 1_048_576;
const MOST_OF_CONTROL = 125;

/** Stands for a close frame without a code, and may not be sent. */
const NO_CODE = 1005;
const FINAL_TEXT = 0x81;

/** Of all readers of the thread. */
const texts = new Texts();

/** Takes bytes as they come and tells whole messages. The bytes given may be overwritten after the call. */
export class FrameReader {
  private readonly sink: FrameSink;
  private readonly maskBit: 0 | 128;
  /** The beginning of a frame whose end has not come. */
  private readonly rest = new Kept();
  /** The fragments of a message whose last one has not come. */
  private message = new Kept();
  /** Of the message in fragments; 0 where there is none. */
  private fragmentedOpcode = 0;
  private hasEnded = false;

  /** Frames from a client are masked, frames from a server are not; the wrong one breaks the protocol. */
  constructor(sink: FrameSink, from: "client" | "server" = "server") {
    this.sink = sink;
    this.maskBit = from === "client" ? 128 : 0;
  }

  read(bytes: Buffer): void {
    if (this.hasEnded) return;
    if (this.rest.length === 0) {
      const used = this.parse(bytes);
      if (used < bytes.length && !this.hasEnded) this.rest.add(bytes, used);
    } else {
      this.rest.add(bytes, 0);
      this.rest.drop(this.parse(this.rest.bytes));
    }
  }

  /** Reads whole frames; returns how many bytes they took. */
  private parse(bytes: Buffer): number {
    let at = 0;
    while (bytes.length - at >= 2 && !this.hasEnded) {
      const first = bytes[at] ?? 0;
      const opcode = first & 0x0f;
      let length = (bytes[at + 1] ?? 0) ^ this.maskBit;
      // By its head: what may not come is not waited for, and nothing is kept for it.
      const wrong = this.wrongHead(first, opcode, length);
      if (wrong !== null) return this.break(wrong, 1002);
      let start = at + 2;
      if (length === 126) {
        if (bytes.length < at + 4) break;
        length = bytes.readUInt16BE(at + 2);
        start = at + 4;
      } else if (length === 127) {
        if (bytes.length < at + 10) break;
        if ((bytes[at + 2] ?? 0) > 127) return this.break("a length with the highest bit", 1002);
        length = Number(bytes.readBigUInt64BE(at + 2));
        start = at + 10;
      }
      if (opcode < OPCODE.close && this.message.length + length > MOST)
        return this.break(`a message of over ${MOST} bytes`, 1009);
      if (this.maskBit !== 0) start += 4;
      if (bytes.length - start < length) break;
      if (this.maskBit !== 0) toggleMask(bytes, start - 4, start, length);
      at = start + length;
      if (opcode >= OPCODE.close) this.control(opcode, bytes.subarray(start, at));
      else if (first === FINAL_TEXT) this.text(bytes, start, at);
      else this.data(opcode, first > 127, bytes.subarray(start, at));
    }
    return at;
  }

  /** What is wrong with a frame by its first two bytes; `length` is what stands there. */
  private wrongHead(first: number, opcode: number, length: number): string | null {
    if (length > 127) return "a frame with the wrong mask bit";
    if ((first & 0x70) !== 0) return "a reserved bit without an extension";
    if (opcode >= OPCODE.close) {
      if (opcode > OPCODE.pong) return `a frame of the reserved opcode ${opcode}`;
      return first > 127 && length <= MOST_OF_CONTROL ? null : "a control frame that is long or a fragment";
    }
    if (opcode > OPCODE.binary) return `a frame of the reserved opcode ${opcode}`;
    const isWithin = this.fragmentedOpcode !== 0;
    return isWithin === (opcode === OPCODE.continuation) ? null : `a frame of opcode ${opcode} out of turn`;
  }

  private text(bytes: Buffer, start: number, end: number): void {
    const text = texts.of(bytes, start, end);
    if (text === null) this.break("a text that is no UTF-8", 1007);
    else this.sink.text(text);
  }

  private data(opcode: number, isFinal: boolean, payload: Buffer): void {
    if (opcode !== OPCODE.continuation) this.fragmentedOpcode = opcode;
    this.message.add(payload, 0);
    if (!isFinal) return;
    const { bytes } = this.message;
    const isText = this.fragmentedOpcode === OPCODE.text;
    this.message = new Kept();
    this.fragmentedOpcode = 0;
    if (isText) this.text(bytes, 0, bytes.length);
    else this.sink.binary(new Uint8Array(bytes).buffer);
  }

  private control(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.ping) this.sink.ping(Buffer.from(payload));
    else if (opcode === OPCODE.pong) this.sink.pong(Buffer.from(payload));
    else this.closing(payload);
  }

  private closing(payload: Buffer): void {
    const code = payload.length < 2 ? NO_CODE : payload.readUInt16BE(0);
    const reason = textOf(payload, 2, payload.length);
    if (payload.length > 0 && !isCloseCode(code)) this.break("a close without a code that may be sent", 1002);
    else if (reason === null) this.break("a close whose reason is no UTF-8", 1007);
    else {
      this.hasEnded = true;
      this.sink.closing(code, reason);
    }
  }

  private break(sentence: string, code: BrokenCode): number {
    this.hasEnded = true;
    this.sink.broken(sentence, code);
    return 0;
  }
}

/** Bytes that wait for those that come after them. */
class Kept {
  length = 0;
  private buffer: Buffer = Buffer.alloc(0);

  get bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  add(bytes: Buffer, from: number): void {
    const length = this.length + bytes.length - from;
    if (length > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(4_096, length * 2));
      this.buffer.copy(larger, 0, 0, this.length);
      this.buffer = larger;
    }
    bytes.copy(this.buffer, this.length, from);
    this.length = length;
  }

  /** Drops so many from the front, in place. */
  drop(count: number): void {
    if (count === 0) return;
    this.buffer.copyWithin(0, count, this.length);
    this.length -= count;
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

/** A close frame's payload; 1005 is none. */
export function closePayload(code: number, reason: string): Buffer {
  if (code === NO_CODE) return Buffer.alloc(0);
  const text = Buffer.from(reason);
  const payload = Buffer.allocUnsafe(2 + text.length);
  payload.writeUInt16BE(code, 0);
  text.copy(payload, 2);
  return payload;
}
