// What a message is made of: plain text, links, code, one's own name, and the message that it answers. Decides, draws nothing.

export type Part =
  | { readonly kind: "text" | "code" | "mention"; readonly text: string }
  /** Only http and https; `text` is the whole address. */
  | { readonly kind: "link"; readonly text: string };

export interface Parsed {
  /** The seq of the message that this one answers: it begins with `>>` and that number. */
  readonly answers: number | null;
  readonly parts: readonly Part[];
}

const ANSWER = /^>>(\d{1,15})(?:\s+|$)/;
const CODE = /`([^`\n]+)`/g;
const LINK = /\bhttps?:\/\/[^\s<>"`]+/gi;
/** Signs that end a sentence, not an address. */
const BEHIND = ".,;:!?'\"”’»…";

export function parseText(message: string, ownName = ""): Parsed {
  const [whole = "", seq] = ANSWER.exec(message) ?? [];
  const parts = split(message.slice(whole.length), CODE, (text) => ({
    kind: "code",
    text: text.slice(1, -1),
  }))
    .flatMap((part) => inText(part, LINK, linkOf))
    .flatMap((part) =>
      ownName === "" ? part : inText(part, mentionOf(ownName), (text) => ({ kind: "mention", text })),
    );
  return { answers: seq === undefined ? null : Number(seq), parts };
}

/** What is put before an answer. */
export const answerTo = (seq: number): string => `>>${seq} `;

/** Folded on the screen until somebody asks for the rest. */
export const isLong = (message: string): boolean =>
  message.length > 900 || (message.match(/\n/g)?.length ?? 0) > 11;

/** One line of a message, for where it is quoted. */
export function excerpt(message: string): string {
  const line = message.replace(ANSWER, "").replace(/\s+/g, " ").trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

type Make = (text: string) => Part | readonly Part[];

const inText = (part: Part, pattern: RegExp, make: Make): readonly Part[] =>
  part.kind === "text" ? split(part.text, pattern, make) : [part];

function split(text: string, pattern: RegExp, make: Make): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) parts.push({ kind: "text", text: text.slice(end, match.index) });
    parts.push(...[make(match[0])].flat());
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ kind: "text", text: text.slice(end) });
  return parts;
}

function linkOf(found: string): readonly Part[] {
  // A bracket belongs to an address that has opened it.
  const signs = found.includes("(") ? BEHIND : `${BEHIND})`;
  let end = found.length;
  // Sign by sign from the end: a pattern would begin at each of a thousand dots anew.
  while (signs.includes(found.charAt(end - 1)) && end > 0) end -= 1;
  const text = found.slice(0, end);
  // A name before the host is how an address pretends to lead elsewhere.
  const isPlain = /^https?:\/\/[^/?#@\\]+(?:[/?#]|$)/i.test(text);
  const behind = found.slice(end);
  const link: Part = { kind: isPlain ? "link" : "text", text };
  return behind === "" ? [link] : [link, { kind: "text", text: behind }];
}

const mentionOf = (name: string): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}])@${name.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}(?![\\p{L}\\p{N}])`, "giu");
