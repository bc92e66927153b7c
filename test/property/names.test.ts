import fc from "fast-check";
import { expect, test } from "vitest";
import { cleanName } from "../../src/protocol/names.ts";
import { isVisible } from "../../src/protocol/visible.ts";
import { prove } from "../support/prove.ts";

const troublesome = fc.string({
  unit: fc.constantFrom(
    ...["a", "b", " ", "\u00a0", "\n", "\u0000", "\u200b", "\u200d", "\u202e", "\u2067", "\u0301", "\u0316"],
    ...["\u0345", "\u0958", "\u1160", "\u2800", "\ufe0f", "\u3164", "👩", "❤", "🏽", "1", "क", "़"],
    ...["\u1100", "\u1161", "\ud800", "👩\u200d❤", "❤\u200d👩"],
  ),
  maxLength: 12,
});

test("[C4] a clean name stays as it is, and nothing in it hides or turns what stands beside it", async () => {
  await prove("[C4] clean names", {
    runs: 3_000,
    states: ["changed", "nothing to see", "an emoji that is joined", "two marks"],
    arbitrary: fc.oneof(troublesome, fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" })),
    holds: (raw, reached) => {
      const name = cleanName(raw);
      expect(cleanName(name)).toBe(name);
      expect(name).toBe(name.normalize("NFC"));
      expect(name).toBe(name.trim());
      expect(name).not.toMatch(/[\p{Cc}\u061c\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f]/u);
      expect(name).not.toMatch(/\p{M}{3}/u);
      if (name !== "") expect(isVisible(name)).toBe(true);
      if (name !== raw) reached.add("changed");
      if (name === "") reached.add("nothing to see");
      if (name.includes("\u200d")) reached.add("an emoji that is joined");
      if (/\p{M}{2}/u.test(name)) reached.add("two marks");
    },
  });
});
