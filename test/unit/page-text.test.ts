import { describe, expect, test } from "vitest";
import { answerTo, excerpt, isLong, parseText } from "../../src/client/page/text.ts";

const kinds = (message: string, name = ""): string[] =>
  parseText(message, name).parts.map(({ kind, text }) => (kind === "text" ? text : `${kind}(${text})`));

describe("what a message is made of", () => {
  test.each([
    { message: "plain", parts: ["plain"] },
    {
      message: "see https://a.example/x?y=1#z now",
      parts: ["see ", "link(https://a.example/x?y=1#z)", " now"],
    },
    { message: "http://a.example.", parts: ["link(http://a.example)", "."] },
    { message: "(https://a.example/b)", parts: ["(", "link(https://a.example/b)", ")"] },
    { message: "https://a.example/b_(c)", parts: ["link(https://a.example/b_(c))"] },
    { message: "“https://a.example”!?", parts: ["“", "link(https://a.example)", "”!?"] },
    { message: "https://bank.example@evil.example/", parts: ["https://bank.example@evil.example/"] },
    {
      message: "javascript:alert(1) data:text/html,x ftp://a",
      parts: ["javascript:alert(1) data:text/html,x ftp://a"],
    },
    { message: "https://a.example/b_(c).)", parts: ["link(https://a.example/b_(c).))"] },
    { message: "https://a.example/b.).).", parts: ["link(https://a.example/b)", ".).)."] },
    { message: "https://", parts: ["https://"] },
    { message: "run `npm test` first", parts: ["run ", "code(npm test)", " first"] },
    { message: "`https://a.example`", parts: ["code(https://a.example)"] },
    { message: "a ` b", parts: ["a ` b"] },
  ])("$message", ({ message, parts }) => {
    expect(kinds(message)).toEqual(parts);
  });

  test.each([
    { message: "@Ann, look", parts: ["mention(@Ann)", ", look"] },
    { message: "hi @ann", parts: ["hi ", "mention(@ann)"] },
    { message: "@Annabel", parts: ["@Annabel"] },
    { message: "me@Ann.example", parts: ["me@Ann.example"] },
    { message: "`@Ann`", parts: ["code(@Ann)"] },
  ])("$message, read by Ann", ({ message, parts }) => {
    expect(kinds(message, "Ann")).toEqual(parts);
  });

  test("a name with signs that mean something in a pattern is only a name", () => {
    expect(kinds("@A.*(b) and @Axx", "A.*(b)")).toEqual(["mention(@A.*(b))", " and @Axx"]);
  });

  test.each([
    { message: `${answerTo(12)}yes`, answers: 12, parts: ["yes"] },
    { message: ">>12", answers: 12, parts: [] },
    { message: ">>12x", answers: null, parts: [">>12x"] },
    { message: "no >>12 here", answers: null, parts: ["no >>12 here"] },
  ])("$message answers $answers", ({ message, answers, parts }) => {
    expect(parseText(message).answers).toBe(answers);
    expect(kinds(message)).toEqual(parts);
  });
});

test("[D11] no message that a room takes keeps a page busy, whatever it is made of", () => {
  const pieces = [".", ")", "(", "`", "@", "a", " ", "\n", "/", "http://a", "@ann", ">>1 ", "…"];
  let slowest = 0;
  for (const first of pieces)
    for (const second of pieces)
      for (const third of pieces) {
        const message = `http://a${first.repeat(900)}b${second.repeat(500)}c${third.repeat(590)}`.slice(
          0,
          2_000,
        );
        const started = performance.now();
        parseText(message, "ann");
        excerpt(message);
        isLong(message);
        slowest = Math.max(slowest, performance.now() - started);
      }
  // Far below a millisecond, but for a pause of the machine; looked through from each sign anew, it was a second and more.
  expect(slowest).toBeLessThan(250);
});

test("a long message is folded, an excerpt is one line", () => {
  expect(isLong("\n".repeat(11))).toBe(false);
  expect(isLong("\n".repeat(200))).toBe(true);
  expect(isLong("x".repeat(901))).toBe(true);
  expect(excerpt(">>3 two\n  lines")).toBe("two lines");
  expect(excerpt("x".repeat(100))).toBe(`${"x".repeat(79)}…`);
});
