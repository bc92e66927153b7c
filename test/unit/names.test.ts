import { describe, expect, test } from "vitest";
import { decodeClientFrame, decodeHello } from "../../src/protocol/codec.ts";
import { cleanName } from "../../src/protocol/names.ts";
import { isVisible } from "../../src/protocol/visible.ts";
import { parseRoomName } from "../../src/protocol/room-name.ts";

const nameOf = (name: string): unknown => {
  const hello = decodeHello(JSON.stringify({ name }));
  return hello.ok ? hello.value.name : hello.error.code;
};

describe("names of people", () => {
  test.each([
    { what: "a zero-width space", name: "Ann\u200b", clean: "Ann" },
    { what: "an override of the direction", name: "\u202eAnn\u202c", clean: "Ann" },
    { what: "an isolate", name: "\u2067Ann\u2069", clean: "Ann" },
    { what: "controls", name: "A\u0000n\u0007n\u007f", clean: "Ann" },
    { what: "a soft hyphen", name: "A\u00adnn", clean: "Ann" },
    { what: "a Hangul filler", name: "\u3164Ann", clean: "Ann" },
    { what: "blanks of all kinds", name: " \t Ann \u00a0\u3000 Lee\n", clean: "Ann Lee" },
    { what: "a blank beside what draws nothing", name: "Ann \u200b Lee", clean: "Ann Lee" },
    { what: "letters in parts", name: "Zoe\u0308", clean: "Zoë" },
    { what: "a heap of marks", name: `A${"\u0316".repeat(20)}`, clean: "A\u0316\u0316" },
    { what: "a family", name: "👩\u200d👩\u200d👧", clean: "👩\u200d👩\u200d👧" },
    { what: "a joiner that joins nothing", name: "A\u200dB", clean: "AB" },
    { what: "a heart in colour", name: "❤\ufe0f", clean: "❤\ufe0f" },
    { what: "a thumb with a skin", name: "👍🏽", clean: "👍🏽" },
    { what: "Devanagari", name: "क्षितिज", clean: "क्षितिज" },
    { what: "Thai", name: "น้ำผึ้ง", clean: "น้ำผึ้ง" },
    { what: "half a surrogate pair", name: "a\ud800", clean: "a\ufffd" },
    { what: "nothing to see", name: "\u200b \u2800\u0301", clean: "anonymous" },
    { what: "nothing", name: "", clean: "anonymous" },
  ])("[C4] [C16] a name with $what is cleaned before anybody sees it", ({ name, clean }) => {
    expect(nameOf(name)).toBe(clean);
    expect(nameOf(clean)).toBe(clean);
  });

  test("[C4] a name that composing makes too long is too long", () => {
    expect("\u0958".normalize("NFC")).toHaveLength(2);
    expect(nameOf("\u0958".repeat(16))).toHaveLength(32);
    expect(nameOf("\u0958".repeat(17))).toBe("name-too-long");
    expect(nameOf("\u200b".repeat(33))).toBe("name-too-long");
    expect(nameOf(`\u200b${"x".repeat(31)}`)).toBe("x".repeat(31));
  });
});

test.each([
  { text: "", visible: false },
  { text: " \n\t\u00a0\u2003", visible: false },
  { text: "\u200b\u200d\ufe0f\u2060\u061c\u{e0041}", visible: false },
  { text: "\u0301\u0316", visible: false },
  { text: "\u2800\u3164\uffa0", visible: false },
  { text: ".", visible: true },
  { text: "\u200b.", visible: true },
  { text: "👍", visible: true },
  { text: "字", visible: true },
])("[C6] whether $text has something to see: $visible", ({ text, visible }) => {
  expect(isVisible(text)).toBe(visible);
  expect(cleanName(text) !== "").toBe(visible);
});

test.each([
  { raw: "\u0301\u0301", name: null },
  { raw: "\u3164", name: null },
  { raw: "-_.", name: null },
  { raw: "gar\u00adden\ufe0f", name: "garden" },
  { raw: "ga\u3164rden", name: "garden" },
  { raw: "日本", name: "日本" },
  { raw: "٣", name: "٣" },
  { raw: "हिन्दी", name: "हिन्दी" },
])(
  "[C10] the room $raw is $name: what draws nothing is dropped, and a letter or digit of any script is needed",
  ({ raw, name }) => {
    expect(parseRoomName(raw)).toEqual(name === null ? null : { kind: "public", name });
  },
);

test("[C6] what has nothing to see is refused with a sentence that says so", () => {
  const error = "There is nothing to see in this message.";
  const frame = JSON.stringify({ message: "\u200b", counter: 3 });
  expect(decodeClientFrame(frame, false)).toEqual({ ok: false, error: { code: "message-empty", error } });
  expect(decodeClientFrame(frame, true)).toMatchObject({ error: { error, counter: 3 } });
});
