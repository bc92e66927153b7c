// A document as its reader sees it: sentences of prose and of table cells, links, headings, and what stands in backticks.

/** A text that is read in one go: a paragraph, an item of a list, a heading, or a cell of a table. */
export interface Passage {
  /** Of its first line, from 1. */
  readonly line: number;
  readonly text: string;
}

export interface Link extends Passage {
  readonly target: string;
}

const FENCE = /^\s*```/;
const HEADING = /^#+ +/;
const TABLE_ROW = /^\|.*\|$/;
const RULE_OF_TABLE = /^\|[-:|\s]+\|$/;
const ITEM = /^\s*(?:[-*]|\d+\.) +/;

/** The lines of a text, with those of blocks of code apart. */
function parts(markdown: string): { readonly prose: readonly Passage[]; readonly code: readonly Passage[] } {
  const prose: Passage[] = [];
  const code: Passage[] = [];
  let isFenced = false;
  let isInList = false;
  for (const [i, text] of markdown.split("\n").entries()) {
    const line = i + 1;
    if (FENCE.test(text)) {
      isFenced = !isFenced;
      prose.push({ line, text: "" });
      continue;
    }
    // Four blanks begin a block of code, but in a list they go on with its item.
    const isIndented = /^ {4}/.test(text) && !isInList;
    if (isFenced || isIndented) {
      code.push({ line, text });
      prose.push({ line, text: "" });
      continue;
    }
    if (ITEM.test(text)) isInList = true;
    else if (/^\S/.test(text)) isInList = false;
    prose.push({ line, text });
  }
  return { prose, code };
}

/** Lines of blocks of code: commands, drawings and programs. */
export const codeLines = (markdown: string): readonly Passage[] => parts(markdown).code;

/** What is read in one go, without the marks of Markdown around it. */
export function passages(markdown: string): Passage[] {
  const found: Passage[] = [];
  let open: { line: number; text: string } | null = null;
  const close = (): void => {
    if (open !== null) found.push(open);
    open = null;
  };
  for (const { line, text } of parts(markdown).prose) {
    if (text.trim() === "" || HEADING.test(text) || TABLE_ROW.test(text) || ITEM.test(text)) close();
    if (text.trim() === "" || RULE_OF_TABLE.test(text)) continue;
    if (HEADING.test(text)) found.push({ line, text: text.replace(HEADING, "") });
    else if (TABLE_ROW.test(text)) for (const cell of cells(text)) found.push({ line, text: cell });
    else if (open === null) open = { line, text: text.replace(ITEM, "") };
    else open = { line: open.line, text: `${open.text} ${text.trim()}` };
  }
  close();
  return found;
}

/** The cells of a row. A bar in backticks is none between cells. */
export function cells(row: string): string[] {
  const safe = row.replaceAll(/`[^`]*`/g, (span) => span.replaceAll("|", "\u0000"));
  return safe
    .slice(1, -1)
    .split("|")
    .map((cell) => cell.replaceAll("\u0000", "|").trim());
}

/** A passage as it is read: a link is its text, and what stands in backticks is one word. */
export const plain = (text: string): string =>
  text
    .replaceAll(/`[^`]+`/g, "Code")
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/\*\*|__/g, "");

/** The sentences of a passage: they end with a mark, and the next one begins with a capital, a figure or a bracket. */
export const sentences = (text: string): string[] =>
  plain(text)
    .split(/(?<=[.?!][)"”]?)\s+(?=["“(]?[\p{Lu}\p{N}])/u)
    .filter((sentence) => sentence !== "");

export const words = (sentence: string): number =>
  sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;

export function links(markdown: string): Link[] {
  return passages(markdown).flatMap(({ line, text }) =>
    [...text.replaceAll(/`[^`]*`/g, "").matchAll(/\[([^\]]*)\]\(([^)\s]+)\)/g)].map(
      ([, label = "", target = ""]) => ({ line, text: label, target }),
    ),
  );
}

/** What stands in backticks. */
export function spans(markdown: string): Passage[] {
  return passages(markdown).flatMap(({ line, text }) =>
    [...text.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => ({ line, text: code })),
  );
}

/** The names under which headings can be linked to, as GitHub makes them. */
export function anchors(markdown: string): Set<string> {
  const found = new Set<string>();
  for (const { text } of parts(markdown).prose) {
    if (!HEADING.test(text)) continue;
    const slug = text
      .replace(HEADING, "")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(/\s/g, "-");
    let name = slug;
    for (let i = 1; found.has(name); i++) name = `${slug}-${i}`;
    found.add(name);
  }
  return found;
}
