// How documents are written: so that somebody who reads them once has understood them.
import { expect, test } from "vitest";
import { DOCUMENTS, read } from "./documents.ts";
import { passages, plain, sentences, words } from "./markdown.ts";

const MOST_WORDS = 30;
/** Every sentence of every document, as it is told where it fails. */
const all = DOCUMENTS.flatMap(({ path, text }) =>
  passages(text).flatMap((passage) =>
    sentences(passage.text).map((sentence) => ({ sentence, where: `${path}:${passage.line} ${sentence}` })),
  ),
);

test(`no sentence of a document has more than ${MOST_WORDS} words`, () => {
  expect(all.length).toBeGreaterThan(1_000);
  expect(all.filter(({ sentence }) => words(sentence) > MOST_WORDS).map(({ where }) => where)).toEqual([]);
});

/** A title has no full stop, and the label of a paragraph is short. */
const isWhole = (sentence: string): boolean => /[.:;]\**$/.test(sentence) && words(sentence) > 4;

test("no sentence has a question word for a subject", () => {
  const question = /^(?:Who|Whoever|What|Whatever)\b/;
  const asking = all.filter(({ sentence }) => question.test(sentence) && isWhole(sentence));
  expect(asking.map(({ where }) => where)).toEqual([]);
});

test("a paragraph, an item and a row end as a sentence or not at all: none is broken off", () => {
  const broken = DOCUMENTS.flatMap(({ path, text }) =>
    passages(text)
      .filter((passage) => /[,(]$/.test(plain(passage.text).trim()))
      .map((passage) => `${path}:${passage.line} ${passage.text}`),
  );
  expect(broken).toEqual([]);
});

test.each([
  { path: "README.md", most: 110 },
  { path: "AGENTS.md", most: 40 },
])("$path has at most $most lines", ({ path, most }) => {
  expect(read(path).trimEnd().split("\n").length).toBeLessThanOrEqual(most);
});
