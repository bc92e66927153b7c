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
        const told = texts.of(buffer, 3, 3 + length);
        expect(told).toBe(buffer.toString("utf8", 3, 3 + length));
        if (seen.includes(told)) reached.add("seen before");
        else if (seen.some((other) => Buffer.byteLength(other) === length))
          reached.add("another of the same length");
        seen.push(told);
      }
    },
  }));
