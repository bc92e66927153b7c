// One row of the log as elements. What people wrote becomes text nodes, and links only where text.ts has found an address.
import type { ChatMessage } from "../../protocol/messages.ts";
import { avatar, paint } from "./avatar.ts";
import { button, el, nameOf, namesOf } from "./dom.ts";
import type { MessageRow, Row } from "./rows.ts";
import { excerpt, isLong, type Part } from "./text.ts";

export interface RowActions {
  /** Leads to a message, on the screen or not. */
  readonly goTo: (seq: number) => void;
  readonly invite: () => void;
}

const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const timeFormat = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

export function drawRow(row: Row, actions: RowActions): HTMLElement {
  switch (row.kind) {
    case "message":
      return drawMessage(row, actions);
    case "day":
      return el("li", "divider day", dayFormat.format(row.timestamp));
    case "unread":
      return el("li", "divider unread", "New");
    case "notice":
      return el("li", "notice", row.text);
    case "presence":
      return drawPresence(row.arrived, row.left);
    case "start":
      return row.isEmpty ? drawEmptyRoom(actions) : el("li", "notice", "The conversation begins here.");
    default:
      return row satisfies never;
  }
}

function drawMessage(row: MessageRow, actions: RowActions): HTMLElement {
  const { message, isGrouped, isOwn, parsed } = row;
  const isMeant = !isOwn && parsed.parts.some(({ kind }) => kind === "mention");
  const classes = ["message", isOwn && "own", isGrouped && "grouped", isMeant && "meant"];
  const element = el("li", classes.filter(Boolean).join(" "));
  element.dataset.seq = `${message.seq}`;
  // Rows can be walked through with the arrow keys, and take no place in the order of tabs.
  element.tabIndex = -1;
  if (isGrouped) element.append(el("bdi", "sr", message.name), timeOf(message));
  else element.append(avatar(message.name, message.author), headOf(row));
  if (parsed.answers !== null) element.append(quoteOf(parsed.answers, row.answered, actions));
  element.append(...textOf(message.message, parsed.parts));
  return element;
}

function headOf({ message, isOwn, tag }: MessageRow): HTMLElement {
  const head = el("div", "head", paint(nameOf(message.name), message.author), " ");
  if (tag !== "") head.append(el("span", "tag", tag), " ");
  if (isOwn) head.append(el("span", "hint", "you"), " ");
  head.append(timeOf(message));
  return head;
}

function timeOf({ timestamp }: ChatMessage): HTMLElement {
  const time = el("time", "", timeFormat.format(timestamp));
  time.dateTime = new Date(timestamp).toISOString();
  return time;
}

function quoteOf(seq: number, answered: ChatMessage | undefined, { goTo }: RowActions): HTMLElement {
  const quote = button("quote", "", () => goTo(seq));
  if (answered === undefined) quote.append("An earlier message");
  else quote.append(nameOf(answered.name), el("span", "", ` ${excerpt(answered.message)}`));
  return quote;
}

/** A message's text; a long one is folded, with a button that unfolds it. */
export function textOf(message: string, parts: readonly Part[]): HTMLElement[] {
  const text = el("div", "text", ...parts.map(drawPart));
  text.dir = "auto";
  if (!isLong(message)) return [text];
  text.classList.add("folded");
  const more = button("link more", "Show more", () => {
    text.classList.remove("folded");
    more.remove();
  });
  return [text, more];
}

function drawPart({ kind, text }: Part): Node | string {
  if (kind === "code") return el("code", "", text);
  if (kind === "mention") return el("mark", "", text);
  if (kind === "text" || !URL.canParse(text)) return text;
  const link = el("a", "", text);
  link.href = text;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
  // A host in letters that only look familiar is named as the browser will call it.
  const { host } = new URL(text);
  if (!text.toLowerCase().includes(host)) link.append(` (${host})`);
  return link;
}

function drawPresence(arrived: readonly string[], left: readonly string[]): HTMLElement {
  const row = el("li", "notice", ...namesOf(arrived));
  if (arrived.length > 0) row.append(" joined");
  if (arrived.length > 0 && left.length > 0) row.append(" · ");
  if (left.length > 0) row.append(...namesOf(left), " left");
  return row;
}

function drawEmptyRoom({ invite }: RowActions): HTMLElement {
  return el(
    "li",
    "welcome",
    el("h2", "", "Nobody has said anything here yet"),
    el("p", "", "Say something, or ask somebody in: whoever has the link can join."),
    button("primary", "Invite people", invite),
    el(
      "p",
      "hint",
      "What is said here is kept for those who come later. Names are not checked: the colour and shape beside one come from the person, not from the name.",
    ),
  );
}
