// The words of this house: each is explained in docs/glossary.md, and nothing is explained that nobody says.
import { expect, test } from "vitest";
import { DOCUMENTS, read } from "./documents.ts";
import { cells, passages, plain, spans } from "./markdown.ts";

const listed = (words: string): string[] => words.trim().split(/,\s+/);

/** Words that mean something else elsewhere, or nothing. */
const OF_THE_HOUSE = listed(`
  admitted, attachment, author, backlog, budget, checker, classic, core, counter, debt, delivery, effect, epoch, floor, flood, flush,
  frame, gap, generator, grant, head, hibernation, holder, identity, key, knee, ladder, law, ledger, limiter, load token,
  log, member, mutant, outbox, patience, presence, property, resume, retention, roster, seq, shell, slice, survivor,
  target, term, unit, virtual user, welcome, window, workerd, VALID, VOID, BROKEN`);

/** Capitals that everybody reads as they are meant, and names of documents. */
const ABBREVIATIONS = listed(`
  AGPL, AMD, API, ASCII, CLOSING, CPU, CRDT, DELETE, EPYC, FIFO, GET, HMAC, HTTP, JSON, MIT, MPL, NFC, NFKC, POST, RFC,
  SIGKILL, SIGSTOP, SHA, SQL, URL, UTF, AGENTS, CHANGELOG, CONTRACT, CONTRIBUTING, README, SECURITY, SPEC`);

const glossary = read("docs/glossary.md")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| word |"))
  .map((line) => cells(line)[0] ?? "");

const others = DOCUMENTS.filter(({ path }) => path !== "docs/glossary.md");
const told = others.map(({ text }) => text).join("\n");

/** As people say it: with an ending, or two. */
const isSaid = (word: string): boolean =>
  new RegExp(`\\b${word.replace(/[ey]$/, "")}(?:[a-z]{0,4})\\b`, /[A-Z]/.test(word) ? "" : "i").test(told);

test("each word of the house has one row in the glossary, and the rows are in the order of the alphabet", () => {
  expect(OF_THE_HOUSE.filter((word) => !glossary.includes(word))).toEqual([]);
  expect(glossary).toEqual([...new Set(glossary)]);
  expect(glossary).toEqual(glossary.toSorted((a, b) => a.localeCompare(b)));
});

test("the glossary explains only what some document says", () => {
  expect(glossary.filter((word) => !isSaid(word))).toEqual([]);
});

test("a word in capitals, or one that is introduced in italics, is explained", () => {
  const limits = spans(read("SPEC.md")).map(({ text }) => text);
  const named = new Set([
    ...glossary,
    ...ABBREVIATIONS,
    ...limits,
    ...[...read("SPEC.md").matchAll(/^\| ([A-Z_]{3,}) \|/gm)].map(([, name = ""]) => name),
    // What a rule of SPEC.md defines in its own sentence.
    ...[...read("SPEC.md").matchAll(/\b([A-Z]{3,}_[A-Z_]+) is /g)].map(([, name = ""]) => name),
  ]);
  const unknown = others.flatMap(({ path, text }) =>
    passages(text).flatMap((passage) => {
      const capitals = plain(passage.text).match(/(?<!\+)\b[A-Z][A-Z_]{2,}\b/g) ?? [];
      const italics = [...passage.text.matchAll(/(?<![*\w])\*([\p{L} ]+)\*(?!\*)/gu)].map(
        ([, word = ""]) => word,
      );
      const introduced = italics.filter((word) => !word.includes(" ") && word !== "due");
      return [...capitals, ...introduced]
        .filter((word) => !named.has(word))
        .map((word) => `${path}:${passage.line} ${word}`);
    }),
  );
  expect(unknown).toEqual([]);
});
