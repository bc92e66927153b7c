// The host's own WebSocket frames: whatever the network does to the bytes, the same messages come out.
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { expect, test } from "vitest";
import { clientFrame, closePayload, FrameReader, OPCODE, serverFrame } from "../../../load/host/frames.ts";
import { prove } from "../../support/prove.ts";

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

/** What the socket reads at most at once, here. */
const READ = 3_000;

/** What the socket would read, in the one buffer that it has: each cut is the length of a read, the rest comes in full ones. */
function* cutUp(
  all: Buffer,
  cuts: readonly number[],
): Generator<{ readonly bytes: Buffer; readonly end: number }> {
  const shared = Buffer.alloc(READ);
  for (let at = 0, read = 0; at < all.length; read += 1) {
    const length = all.copy(shared, 0, at, at + (cuts[read] ?? READ));
    at += length;
    yield { bytes: shared.subarray(0, length), end: at };
  }
}

/** A long text is a word many times, so that a failure can be read. */
const text = fc.record({
  word: fc.string({ unit: "grapheme", maxLength: 100 }),
  times: fc.constantFrom(1, 2, 5_000),
});

test.each(["client", "server"] as const)(
  "[K15] frames of a %s, cut anywhere, are the same messages in the same order",
  (from) =>
    prove(`[K15] frames of a ${from}`, {
      runs: 300,
      states: ["cut in a head", "several in one read", "over 65,535 bytes"],
      arbitrary: fc.record({
        texts: fc.array(text, { maxLength: 8 }),
        // Many short ones: most heads have 2 or 6 bytes.
        cuts: fc.array(fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: READ })), {
          maxLength: 20,
          size: "max",
        }),
      }),
      holds: ({ texts: given, cuts }, reached) => {
        const texts = given.map(({ word, times }) => word.repeat(times));
        const write = from === "client" ? clientFrame : serverFrame;
        const frames = texts.map((each) => write(OPCODE.text, Buffer.from(each)));
        let written = 0;
        const heads = texts.map((each, i) => {
          const start = written;
          written += frames[i]?.length ?? 0;
          return { start, end: written - Buffer.byteLength(each) };
        });
        const { seen, reader: under } = reader(from);
        for (const { bytes, end } of cutUp(Buffer.concat(frames), cuts)) {
          const begun = heads.filter(({ start }) => start < end && start >= end - bytes.length);
          if (begun.length > 1) reached.add("several in one read");
          if (begun.some((head) => end < head.end)) reached.add("cut in a head");
          under.read(bytes);
        }
        if (frames.some(({ length }) => length > 65_535)) reached.add("over 65,535 bytes");
        expect(seen).toEqual(texts.map((each) => ["text", each]));
      },
    }),
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
