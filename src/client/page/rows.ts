// What stands on the screen, row by row, as a function of the timeline. A row's key holds all that decides how it looks.
import type { ChatMessage } from "../../protocol/messages.ts";
import type { Notice } from "./notices.ts";
import { parseText, type Parsed } from "./text.ts";
import type { Timeline } from "./timeline.ts";

/** Messages of one author within so many milliseconds stand under one name. */
const GROUP_MS = 300_000;

export interface MessageRow {
  readonly kind: "message";
  readonly key: string;
  readonly message: ChatMessage;
  readonly parsed: Parsed;
  readonly isGrouped: boolean;
  readonly isOwn: boolean;
  /** What tells its author from others of the same name; "" where nothing has to. */
  readonly tag: string;
  /** The message that it answers, where that is on the screen. */
  readonly answered: ChatMessage | undefined;
}

export type Row =
  | MessageRow
  | { readonly kind: "start"; readonly key: string; readonly isEmpty: boolean }
  | { readonly kind: "day"; readonly key: string; readonly timestamp: number }
  | { readonly kind: "unread"; readonly key: string }
  | { readonly kind: "notice"; readonly key: string; readonly text: string }
  | {
      readonly kind: "presence";
      readonly key: string;
      readonly arrived: readonly string[];
      readonly left: readonly string[];
    };

export interface Onlooker {
  readonly name: string;
  readonly muted: ReadonlyMap<string, string>;
  /** Whether several authors go by this name. */
  readonly isShared: (name: string) => boolean;
}

/** What tells two authors of one name apart: the beginning of the hash that cannot be copied. */
export const tagOf = (author: string): string => (author === "" ? "no key" : author.slice(0, 4));

/** Names that look alike to somebody who reads quickly are one name. */
const foldName = (name: string): string =>
  name
    .normalize("NFKD")
    .replace(/[\p{M}\p{Z}]/gu, "")
    .toLowerCase();

/** Which names have several authors, among all who have to be told apart. */
export function sharedNames(people: Iterable<{ name: string; author: string }>): (name: string) => boolean {
  const authors = new Map<string, string>();
  const shared = new Set<string>();
  for (const { name, author } of people) {
    const folded = foldName(name);
    if ((authors.get(folded) ?? author) !== author) shared.add(folded);
    authors.set(folded, author);
  }
  return (name) => shared.size > 0 && shared.has(foldName(name));
}

export function rowsOf(timeline: Timeline, onlooker: Onlooker): Row[] {
  const { messages, mark } = timeline;
  const rows: Row[] = [];
  if (!timeline.hasOlder)
    rows.push({ kind: "start", key: `start ${messages.length === 0}`, isEmpty: messages.length === 0 });
  const notices = timeline.notices.filter(({ after }) => after >= timeline.first - 1);
  let next = 0;
  const tellUpTo = (seq: number): boolean => {
    const from = next;
    while (next < notices.length && (notices[next]?.after ?? 0) <= seq) next += 1;
    const told = notices.slice(from, next);
    if (told.length > 0) rows.push(...noticeRows(told));
    return told.length > 0;
  };
  let previous: ChatMessage | null = null;
  let isApart = tellUpTo(timeline.first - 1);
  let above = timeline.first - 1;
  for (const message of messages) {
    if (onlooker.muted.has(message.author)) continue;
    const { seq, timestamp } = message;
    const isFirstNew = mark !== null && above < mark && mark <= seq;
    above = seq;
    const isNewDay: boolean = previous === null || dayOf(previous.timestamp) !== dayOf(timestamp);
    if (isNewDay) rows.push({ kind: "day", key: `day ${dayOf(timestamp)}`, timestamp });
    if (isFirstNew) rows.push({ kind: "unread", key: `unread ${seq}` });
    const isGrouped: boolean =
      previous !== null && !isNewDay && !isApart && !isFirstNew && isOneGroup(previous, message);
    rows.push(messageRow(timeline, onlooker, message, isGrouped));
    previous = message;
    isApart = tellUpTo(seq);
  }
  if (timeline.isAtTail) tellUpTo(Infinity);
  return rows;
}

function messageRow(
  timeline: Timeline,
  { name, isShared }: Onlooker,
  message: ChatMessage,
  isGrouped: boolean,
): MessageRow {
  const isOwn = timeline.isOwn(message);
  const tag = isShared(message.name) ? tagOf(message.author) : "";
  const parsed = parsedOf(message, name);
  const answered = parsed.answers === null ? undefined : timeline.at(parsed.answers);
  const key = `${message.seq} ${isGrouped} ${isOwn} ${tag} ${answered !== undefined}`;
  return { kind: "message", key, message, parsed, isGrouped, isOwn, tag, answered };
}

/** Rows are computed for each frame; what does not change is not parsed again. */
const parsed = new WeakMap<ChatMessage, Parsed>();
export function parsedOf(message: ChatMessage, name: string): Parsed {
  const known = parsed.get(message) ?? parseText(message.message, name);
  parsed.set(message, known);
  return known;
}

function noticeRows(notices: readonly Notice[]): Row[] {
  const rows: Row[] = notices.flatMap((notice, i) =>
    notice.kind === "text"
      ? { kind: "notice", key: `notice ${notice.after} ${i} ${notice.text}`, text: notice.text }
      : [],
  );
  const named = (kind: Notice["kind"]): string[] =>
    notices.flatMap((notice) => (notice.kind !== "text" && notice.kind === kind ? notice.name : []));
  const [arrived, left] = [named("arrived"), named("left")];
  if (arrived.length + left.length === 0) return rows;
  const key = `presence ${notices[0]?.after} ${arrived.join("\n")} - ${left.join("\n")}`;
  return [...rows, { kind: "presence", key, arrived, left }];
}

const isOneGroup = (a: ChatMessage, b: ChatMessage): boolean =>
  a.author === b.author && a.name === b.name && b.timestamp - a.timestamp < GROUP_MS;

const dayOf = (timestamp: number): string => new Date(timestamp).toDateString();
