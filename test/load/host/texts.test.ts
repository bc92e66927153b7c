// Bytes that become text once: never another one's text, whatever came before.
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Texts } from "../../../load/host/texts.ts";
import { prove } from "../../support/prove.ts";

/** Alike where they are told apart first: at the beginning, at the end, and in length. */
const frames = fc.array(
  fc.record({ middle: fc.constantFrom("a", "b", "é", "😀", "\ud800"), times: fc.constantFrom(1, 30, 100) }),
  { minLength: 2, maxLength: 20, size: "max" },
);

test("[K13] what is told is what the bytes say, also where the buffer is used again", () =>
  prove("texts", {
    runs: 500,
    states: ["seen before", "another of the same length"],
    arbitrary: frames,
    holds: (all, reached) => {
      const texts = new Texts();
      const buffer = Buffer.alloc(1_000);
      const seen: string[] = [];
      for (const { middle, times } of all) {
        const text = `{"first":1,"last":1,${middle.repeat(times)}"counter":1}]}`;
        const length = buffer.write(text, 3);
        const told = texts.of(buffer, 3, 3 + length) ?? "no UTF-8";
        expect(told).toBe(buffer.toString("utf8", 3, 3 + length));
        if (seen.includes(told)) reached.add("seen before");
        else if (seen.some((other) => Buffer.byteLength(other) === length))
          reached.add("another of the same length");
        seen.push(told);
      }
    },
  }));

/** Characters of each length in UTF-8, whole or with a byte cut off or changed: about half of the texts are no UTF-8. */
const damaged = fc.record({
  characters: fc.array(fc.constantFrom("a", "é", "€", "\ufffd", "😀"), {
    minLength: 1,
    maxLength: 60,
    size: "max",
  }),
  at: fc.nat(),
  how: fc.constantFrom("whole", "cut off", "another byte"),
  byte: fc.nat(255),
});

test("[K13] what is no UTF-8 is no text, and is none when it comes again", () =>
  prove("texts that are none", {
    runs: 500,
    states: ["no text", "a text", "a text with U+FFFD", "over 63 bytes and no text"],
    arbitrary: damaged,
    holds: ({ characters, at, how, byte }, reached) => {
      const bytes = Buffer.from(characters.join(""));
      if (how === "another byte") bytes[at % bytes.length] = byte;
      const end = how === "cut off" ? bytes.length - 1 : bytes.length;
      let text: string | null = null;
      try {
        text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, end));
      } catch {
        reached.add(end > 63 ? "over 63 bytes and no text" : "no text");
      }
      if (text !== null) reached.add(text.includes("\ufffd") ? "a text with U+FFFD" : "a text");
      const texts = new Texts();
      expect([1, 2].map(() => texts.of(bytes, 0, end))).toEqual([text, text]);
    },
  }));
