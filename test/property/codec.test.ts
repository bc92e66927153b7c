import fc from "fast-check";
import { expect, test } from "vitest";
import {
  decodeClientFrame,
  decodeHello,
  encodeClassicMessage,
  encodeEvents,
  encodePresence,
  encodeRefused,
  encodeWelcome,
  wellFormed,
} from "../../src/protocol/codec.ts";
import {
  MAX_CLASSIC_MESSAGE_LENGTH,
  MAX_NAME_LENGTH,
  MOST_MESSAGE_LENGTH,
} from "../../src/protocol/limits.ts";
import type { ChatMessage } from "../../src/protocol/messages.ts";
import { decodeServerFrame } from "../../src/protocol/server-frames.ts";
import { parseRoomName } from "../../src/protocol/room-name.ts";
import { prove } from "../support/prove.ts";

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ unit: "binary", minLength: 200, maxLength: 1_100, size: "max" }),
);
/** Any UTF-16, halves of surrogate pairs included, as JSON may carry it. */
const utf16 = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd800, max: 0xdfff })), {
    maxLength: 40,
  })
  .map((units) => String.fromCharCode(...units));
const hostile = fc.oneof(
  fc.anything(),
  fc.json(),
  text,
  fc.record({ name: fc.anything(), message: fc.anything(), protocol: fc.anything() }).map((value) => {
    try {
      return JSON.stringify(value) ?? "";
    } catch {
      return "";
    }
  }),
  fc.record({ name: utf16, message: utf16, counter: fc.nat() }).map((value) => JSON.stringify(value)),
  fc.record({ name: text, message: text, counter: fc.nat() }).map((value) => JSON.stringify(value)),
);

test("[D11] the decoders are total: any input gives a bounded value or an error, and never throws", async () => {
  await prove("[D11] decoders", {
    runs: 1_000,
    states: ["hello", "message", "long message", "error"],
    arbitrary: fc.tuple(hostile, fc.boolean()),
    holds: ([input, delivery], reached) => {
      const hello = decodeHello(input);
      if (hello.ok) {
        reached.add("hello");
        expect(hello.value.name.length).toBeGreaterThan(0);
        expect(hello.value.name.length).toBeLessThanOrEqual(MAX_NAME_LENGTH);
      }
      const frame = decodeClientFrame(input, delivery, MOST_MESSAGE_LENGTH);
      if (frame.ok && frame.value.kind === "message") {
        reached.add("message");
        const { length } = frame.value.message;
        expect(length).toBeLessThanOrEqual(delivery ? MOST_MESSAGE_LENGTH : MAX_CLASSIC_MESSAGE_LENGTH);
        if (length > MAX_CLASSIC_MESSAGE_LENGTH) reached.add("long message");
        // Throws for a lone surrogate, which SQLite could not keep (D1).
        encodeURIComponent(frame.value.message);
      }
      if (!frame.ok) reached.add("error");
      decodeServerFrame(input);
    },
  });
});

const seqs = fc.integer({ min: 1, max: 2 ** 40 });
const messages: fc.Arbitrary<ChatMessage> = fc.record({
  seq: seqs,
  name: text.map(wellFormed),
  message: text.map(wellFormed),
  timestamp: fc.nat(),
  author: fc.string(),
  client: fc.string(),
  counter: fc.nat(),
});

test("[D1] what is encoded is decoded to the same, in both protocols", async () => {
  await prove("[D1] events", {
    runs: 200,
    states: ["many in a frame", "unusual text"],
    arbitrary: fc.tuple(seqs, fc.array(messages, { minLength: 1 })),
    holds: ([first, drawn], reached) => {
      const events = drawn.map((message, i) => ({ ...message, seq: first + i }));
      expect(decodeServerFrame(encodeEvents(events))).toEqual({
        kind: "events",
        first: events[0]?.seq,
        last: events.at(-1)?.seq,
        events,
        presence: null,
      });
      const { name, message, timestamp } = events[0] ?? { name: "", message: "", timestamp: 0 };
      expect(JSON.parse(encodeClassicMessage(events[0] as ChatMessage))).toEqual({
        name,
        message,
        timestamp,
      });
      if (events.length > 1) reached.add("many in a frame");
      if (/[^ -~]/.test(message)) reached.add("unusual text");
    },
  });
});

test("[D1] welcome, refusal and presence round-trip", async () => {
  const member = fc.record({ connection: fc.string(), author: fc.string(), name: fc.string() });
  const fields = fc.record({
    protocol: fc.constant(1),
    epoch: fc.string(),
    head: fc.nat(),
    counter: fc.nat(),
    connection: fc.string(),
  });
  await prove("[D1] other frames", {
    runs: 100,
    states: ["resumed", "with a roster"],
    arbitrary: fc.tuple(fields, fc.array(member), fc.boolean(), fc.nat()),
    holds: ([some, roster, resumed, retryAfter], reached) => {
      const welcome = { ...some, author: "a", members: roster.length, roster, resumed };
      expect(decodeServerFrame(encodeWelcome(welcome))).toEqual({ kind: "welcome", welcome });
      const refused = { counter: retryAfter, code: "rate-limited", retryAfter } as const;
      expect(decodeServerFrame(encodeRefused(refused))).toEqual({ kind: "refused", refused });
      const presence = { count: roster.length, joined: roster, left: ["c1"] };
      expect(decodeServerFrame(encodePresence(presence))).toEqual({ kind: "presence", presence });
      if (resumed) reached.add("resumed");
      if (roster.length > 0) reached.add("with a roster");
    },
  });
});

test("room names: the normaliser is total, and what it gives it keeps", async () => {
  const id = fc.string({
    unit: fc.constantFrom(..."0123456789abcdef".split("")),
    minLength: 64,
    maxLength: 64,
  });
  // Marks of several classes, what decomposes into one, letters that compose only in lower case, and what is dropped.
  const troublesome = fc.string({
    unit: fc.constantFrom("\u0306", "\u0316", "\u0338", "\u030c", "˘", "𝅗𝅥", "İ", "J", "Σ", "a", "!", "="),
    maxLength: 8,
  });
  await prove("room names", {
    runs: 2_000,
    states: ["public", "private", "refused", "marks that a dropped character kept apart"],
    arbitrary: fc.oneof(text, fc.string(), fc.string({ unit: "grapheme" }), id, troublesome),
    holds: (raw, reached) => {
      const address = parseRoomName(raw);
      reached.add(address === null ? "refused" : address.kind);
      if (/\p{M}[^\p{L}\p{N}\p{M}\s_-]+\p{M}/u.test(raw)) {
        reached.add("marks that a dropped character kept apart");
      }
      if (address?.kind === "public") expect(parseRoomName(address.name)).toEqual(address);
    },
  });
});
