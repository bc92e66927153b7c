// The host's own WebSocket frames: whatever the network does to the bytes, the same messages come out.
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { expect, test } from "vitest";
import { clientFrame, closePayload, FrameReader, OPCODE, serverFrame } from "../../../load/host/frames.ts";

function reader(from: "client" | "server"): { readonly seen: unknown[]; readonly reader: FrameReader } {
  const seen: unknown[] = [];
  return {
    seen,
    reader: new FrameReader(
      {
        text: (data) => seen.push(["text", data]),
        binary: (data) => seen.push(["binary", [...new Uint8Array(data)]]),
        ping: (data) => seen.push(["ping", data.toString()]),
        pong: (data) => seen.push(["pong", data.toString()]),
        closing: (code, reason) => seen.push(["closing", code, reason]),
        broken: (sentence) => seen.push(["broken", sentence]),
      },
      from,
    ),
  };
}

const text = fc
  .string({ unit: "grapheme", maxLength: 100 })
  .chain((part) => fc.constantFrom(1, 2, 5_000).map((times) => part.repeat(times)));

test.each(["client", "server"] as const)(
  "[K15] frames of a %s, cut anywhere, are the same messages in the same order",
  (from) => {
    const write = from === "client" ? clientFrame : serverFrame;
    let cutInHeads = 0;
    let large = 0;
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 8 }),
        fc.array(fc.nat(3_000), { maxLength: 20 }),
        (texts, cuts) => {
          const bytes = Buffer.concat(texts.map((each) => write(OPCODE.text, Buffer.from(each))));
          if (texts.some((each) => Buffer.byteLength(each) > 65_535)) large += 1;
          const { seen, reader: under } = reader(from);
          let at = 0;
          // The reader may be given a buffer that is used again.
          const shared = Buffer.alloc(4_096);
          for (const cut of [...cuts, 3_000]) {
            while (at < bytes.length) {
              const length = bytes.copy(shared, 0, at, at + Math.max(1, cut));
              if (length < 10) cutInHeads += 1;
              under.read(shared.subarray(0, length));
              at += length;
              if (cut !== 3_000) break;
            }
          }
          expect(seen).toEqual(texts.map((each) => ["text", each]));
        },
      ),
    );
    expect(cutInHeads).toBeGreaterThan(5);
    expect(large).toBeGreaterThan(5);
  },
);

/** A frame that may have more to come. */
const part = (opcode: number, payload: string, isFinal: boolean): Buffer => {
  const frame = serverFrame(opcode, Buffer.from(payload));
  if (!isFinal) frame[0] = opcode;
  return frame;
};

test("fragments become one message, with control frames between them", () => {
  const shared = Buffer.alloc(64);
  const { seen, reader: under } = reader("server");
  for (const frame of [
    part(OPCODE.text, "one ", false),
    part(OPCODE.ping, "now", true),
    part(OPCODE.continuation, "two", false),
    part(OPCODE.continuation, " three", true),
    part(OPCODE.binary, "\u0001", true),
    serverFrame(OPCODE.close, closePayload(4_008, "slow")),
    part(OPCODE.text, "never", true),
  ]) {
    // As the socket does: one buffer for all reads.
    frame.copy(shared);
    under.read(shared.subarray(0, frame.length));
  }
  expect(seen).toEqual([
    ["ping", "now"],
    ["text", "one two three"],
    ["binary", [1]],
    ["closing", 4_008, "slow"],
  ]);
});

test.each([
  ["a reserved bit", Buffer.from([0xc1, 0])],
  ["a masked frame from a server", Buffer.from([0x81, 0x80, 0, 0, 0, 0])],
  ["a continuation of nothing", Buffer.from([0x80, 0])],
  ["a text within a fragmented text", Buffer.from([0x01, 0, 0x81, 0])],
  ["an unknown opcode", Buffer.from([0x83, 0])],
  ["a fragmented ping", Buffer.from([0x09, 0])],
])("%s breaks the connection, once", (_what, bytes) => {
  const { seen, reader: under } = reader("server");
  under.read(bytes);
  under.read(bytes);
  expect(seen).toEqual([["broken", expect.any(String)]]);
});

test("a client's frames are masked, each with another mask", () => {
  const [one, two] = [1, 2].map(() => clientFrame(OPCODE.text, Buffer.from("same text")));
  expect((one?.[1] ?? 0) & 128).toBe(128);
  expect(one?.equals(two ?? Buffer.alloc(0))).toBe(false);
});
