// An animated WebP from single WebP pictures, by the container's specification (RFC 9649). No picture is encoded here.

export interface Frame {
  /** A WebP file of one picture. */
  readonly webp: Buffer;
  readonly ms: number;
}

const HEADER = 12;
const IS_ANIMATION = 0x02;
/** A frame stands for itself: nothing of the one before shines through. */
const NO_BLENDING = 0x02;
/** The chunks that are a picture; others, such as a profile of its colours, are left out. */
const PICTURE = ["VP8 ", "VP8L", "ALPH"];

interface Chunk {
  readonly name: string;
  readonly data: Buffer;
}

/** The chunks of a WebP file, or of a frame in one. Throws an Error where it is none. */
export function chunksOf(file: Buffer, from = HEADER): Chunk[] {
  if (
    from === HEADER &&
    (file.toString("latin1", 0, 4) !== "RIFF" || file.toString("latin1", 8, 12) !== "WEBP")
  )
    throw new Error("This is no WebP file.");
  const chunks: Chunk[] = [];
  for (let at = from; at + 8 <= file.length;) {
    const size = file.readUInt32LE(at + 4);
    chunks.push({ name: file.toString("latin1", at, at + 4), data: file.subarray(at + 8, at + 8 + size) });
    at += 8 + size + (size % 2);
  }
  return chunks;
}

/** Pictures of one size, in pixels, one after the other and again from the first one. */
export function animationOf(frames: readonly Frame[], width: number, height: number): Buffer {
  const size = Buffer.concat([uint24(width - 1), uint24(height - 1)]);
  const canvas = chunk("VP8X", Buffer.concat([Buffer.from([IS_ANIMATION, 0, 0, 0]), size]));
  // White behind it; for ever.
  const loop = chunk("ANIM", Buffer.from([255, 255, 255, 255, 0, 0]));
  const pictures = frames.map(({ webp, ms }) => {
    const picture = chunksOf(webp).filter(({ name }) => PICTURE.includes(name));
    const head = Buffer.concat([uint24(0), uint24(0), size, uint24(ms), Buffer.from([NO_BLENDING])]);
    return chunk("ANMF", Buffer.concat([head, ...picture.map(({ name, data }) => chunk(name, data))]));
  });
  const body = Buffer.concat([Buffer.from("WEBP"), canvas, loop, ...pictures]);
  return Buffer.concat([Buffer.from("RIFF"), uint32(body.length), body]);
}

function chunk(name: string, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from(name), uint32(data.length), data, Buffer.alloc(data.length % 2)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint24(value: number): Buffer {
  const bytes = Buffer.alloc(3);
  bytes.writeUIntLE(value, 0, 3);
  return bytes;
}
