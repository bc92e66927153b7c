import fc from "fast-check";
import { expect, test } from "vitest";
import { eventsIn, readFrame } from "../../../load/lib/frames.ts";
import { MAX_SIZE, MIN_SIZE, readStamp, type Stamp, writeStamp } from "../../../load/lib/stamps.ts";
import { encodeClassicMessage, encodeEvents } from "../../../src/protocol/codec.ts";
import type { ChatMessage } from "../../../src/protocol/messages.ts";
import { decodeServerFrame } from "../../../src/protocol/server-frames.ts";
import { prove } from "../../support/prove.ts";

const size = fc.integer({ min: MIN_SIZE, max: MAX_SIZE });
const stamps: fc.Arbitrary<Stamp> = fc
  .record({
    kind: fc.constantFrom("message", "last"),
    sender: fc.nat(60_000),
    n: fc.nat(10_000_000),
    refused: fc.nat(100_000),
    due: fc.integer({ min: 1_700_000_000_000_000, max: 2_500_000_000_000_000 }),
    late: fc.nat(60_000_000),
  })
  .map(({ due, late, ...rest }) => ({ ...rest, intended: due / 1_000, actual: (due + late) / 1_000 }));
const name = fc.oneof(
  fc.string({ unit: "binary", maxLength: 32 }),
  fc.constantFrom('{"seq":1,', '"message":"<~', "a\\", "<~m.0.0"),
);

const message = (seq: number, text: string, by: string): ChatMessage => ({
  seq,
  name: by,
  message: text,
  timestamp: 1_763_900_000_000 + seq,
  author: "abcdefghijklmnopqrstuv",
  client: by,
  counter: seq,
});

test("[D11] a stamp is found and read in a frame of either protocol, whatever the names in it", async () => {
  await prove("stamps", {
    runs: 300,
    states: ["odd names", "last words"],
    arbitrary: fc.tuple(fc.array(stamps, { minLength: 1, maxLength: 6 }), size, name, fc.nat(1_000_000)),
    holds: ([all, size, by, before], reached) => {
      const events = all.map((stamp, i) => message(before + i + 1, writeStamp(stamp, size), by));
      for (const { message: text } of events) expect(text).toHaveLength(size);
      const text = encodeEvents(events);
      const heads = eventsIn(text);
      expect(heads.map(({ seq }) => seq)).toEqual(events.map(({ seq }) => seq));
      const read = heads.map(({ stampAt }) => readStamp(text, stampAt, size));
      expect(read).toEqual(all);

      const classic = encodeClassicMessage(events[0] ?? message(1, "", ""));
      const frame = readFrame(classic);
      expect(frame).toMatchObject({ kind: "message" });
      const at = frame.kind === "message" ? frame.at : -1;
      expect(readStamp(classic, at, size)).toEqual(all[0]);
      if (/["\\{]/.test(by)) reached.add("odd names");
      if (all.at(-1)?.kind === "last") reached.add("last words");
    },
  });
});

test("[D11] one changed, missing or added unit of a stamp is noticed, wherever it is", async () => {
  await prove("corruption", {
    runs: 1_000,
    states: ["in the head", "in the filling", "shorter", "longer"],
    arbitrary: fc.tuple(stamps, size, fc.nat(), fc.constantFrom("change", "drop", "add"), fc.nat(93)),
    holds: ([stamp, size, place, how, unit], reached) => {
      const text = writeStamp(stamp, size);
      // One may also be added behind the last.
      const at = place % (how === "add" ? size + 1 : size);
      const other = String.fromCharCode(33 + unit);
      if (how === "change" && text[at] === other) return;
      const rest = text.slice(how === "add" ? at : at + 1);
      const bad = text.slice(0, at) + (how === "drop" ? "" : other) + rest;
      const frame = JSON.stringify({ message: bad });
      expect(readStamp(frame, '{"message":"'.length, size)).toBeNull();
      if (how === "change") reached.add(at < text.indexOf(">") ? "in the head" : "in the filling");
      else reached.add(how === "drop" ? "shorter" : "longer");
    },
  });
});

test("[D11] an event without a stamp does not pass for the next one's", () => {
  const size = MIN_SIZE;
  const stamp = {
    kind: "message",
    sender: 0,
    n: 0,
    refused: 0,
    intended: 1_763_900_000_000,
    actual: 1_763_900_000_000,
  } as const;
  const text = encodeEvents([message(1, "hello", "ann"), message(2, writeStamp(stamp, size), "bob")]);
  const [first, second] = eventsIn(text);
  expect(first).toEqual({ seq: 1, stampAt: -1 });
  expect(readStamp(text, second?.stampAt ?? -1, size)).toEqual(stamp);
});

test("[D11] reading a frame is total, and agrees with the client's decoder where both understand it", async () => {
  const frames = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json(),
    fc
      .array(fc.nat(), { minLength: 1, maxLength: 4 })
      .map((seqs) => `{"first":${seqs[0]},"last":${seqs.at(-1)}`),
    fc.constantFrom(
      '{"first":1,"last":2,"events":[',
      '{"first":2,"last":1,"events":[]}',
      '{"name":1}',
      "pong",
    ),
    fc
      .uniqueArray(fc.integer({ min: 1, max: 1e9 }), { minLength: 1 })
      .map((seqs) => encodeEvents(seqs.toSorted((a, b) => a - b).map((seq) => message(seq, "hello", "ann")))),
    fc.nat(9).map((count) => {
      const change = count > 4 ? { joined: [], left: ["a"] } : {};
      return encodeEvents([message(1, 'hello],"presence":{}', "ann")], { count, ...change });
    }),
  );
  await prove("frames", {
    runs: 1_000,
    states: ["corrupt", "events", "message", "pong", "presence"],
    arbitrary: frames,
    holds: (text, reached) => {
      const frame = readFrame(text);
      eventsIn(text);
      const decoded = decodeServerFrame(text);
      if (decoded?.kind === "events") {
        const { first, last, presence } = decoded;
        expect(frame).toEqual({ kind: "events", first, last, presence });
        if (presence !== null) reached.add("presence");
      }
      if (["corrupt", "events", "message", "pong"].includes(frame.kind)) reached.add(frame.kind);
    },
  });
});
