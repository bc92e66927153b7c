// Whatever somebody is called, the page finds when they are called, and does not break.
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseText } from "../../src/client/page/text.ts";
import { cleanName } from "../../src/protocol/names.ts";
import { prove } from "../support/prove.ts";

const SIGNS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ aZ9".split("");
const names = fc.oneof(
  fc.string({ unit: fc.constantFrom(...SIGNS), maxLength: 12 }),
  fc.string({ unit: "grapheme", maxLength: 12 }),
);

test("[C4] a person of any name is mentioned by @ and that name, and by nothing less", async () => {
  await prove("[C4] mentions", {
    runs: 2_000,
    states: ["a sign", "a hyphen", "a blank", "a letter at the end"],
    arbitrary: names,
    holds: (raw, reached) => {
      const name = cleanName(raw);
      // Code and links are not looked into.
      if (name === "" || name.includes("`") || name.includes("://")) return;
      const mentioned = parseText(`(@${name})`, name).parts.flatMap(({ kind, text }) =>
        kind === "mention" ? [text] : [],
      );
      expect(mentioned).toEqual([`@${name}`]);
      if (/[\p{P}\p{S}]/u.test(name)) reached.add("a sign");
      if (name.includes("-")) reached.add("a hyphen");
      if (name.includes(" ")) reached.add("a blank");
      if (/[\p{L}\p{N}]$/u.test(name)) reached.add("a letter at the end");
    },
  });
});
