// Of a log of many lines a person is shown one: that which names the trouble.
import { expect, test } from "vitest";
import { LastWords } from "../../../load/runner/last-words.ts";

const CRASH = [
  "progress {}",
  "#",
  "# Fatal error in , line 0",
  "# Check failed: x != y.",
  "#",
  "----- Native stack trace -----",
  "",
  " 1: 0xcafe",
  "11: 0x7f6c6be76d09",
];
const THROWN = ["script.ts:1", "TypeError: x is not a function", "    at run (script.ts:1:1)", "}"];

test.each([
  { what: "nothing", lines: [], told: "" },
  { what: "words", lines: ["one", "two"], told: "two" },
  { what: "a crash of V8", lines: CRASH, told: "# Check failed: x != y." },
  { what: "an exception", lines: THROWN, told: "TypeError: x is not a function" },
  { what: "words, and a stack", lines: ["it broke", "  at a (b.ts:1:1)", " 3: 0x12"], told: "it broke" },
  {
    what: "a host's error before others",
    lines: ["ERROR The disk is full", "Error: later"],
    told: "ERROR The disk is full",
  },
])("of $what it tells: $told", ({ lines, told }) => {
  const words = new LastWords();
  for (const line of lines) words.add(line);
  expect(words.text).toBe(told);
});
