// What happened, in words that somebody understands who has not read the code.
import type { HistoryEvent, Seen } from "../support/history.ts";
import type { Mark } from "./trace.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The longest that stands beside an arrow. */
const BRIEF = 60;

const cut = (text: string): string => (text.length > BRIEF ? `${text.slice(0, BRIEF - 1)}…` : text);
const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const word = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
const quote = (value: unknown): string => `"${cut(word(value))}"`;
const place = ({ seq, message }: Seen): string =>
  seq === null ? quote(message) : `${quote(message)} at ${seq}`;

/** What a frame or a call says, in a few words. A text that is no JSON object stands for itself. */
export function brief(text: string): string {
  if (text === "") return "(nothing)";
  const frame = parse(text);
  if (frame === null) return cut(text);
  const parts: string[] = [];
  if (isFields(frame.welcome)) parts.push(`welcome, the log ends at ${word(frame.welcome.head)}`);
  if (isFields(frame.gap)) parts.push(`gap ${word(frame.gap.first)} to ${word(frame.gap.last)}`);
  if (Array.isArray(frame.events)) parts.push(`events ${frame.events.map(toldEvent).join(", ")}`);
  if (isFields(frame.presence)) parts.push(tellPresence(frame.presence));
  if (isFields(frame.refused))
    parts.push(`refused ${word(frame.refused.reason ?? frame.refused.code ?? "")}`);
  if (frame.stored !== undefined) parts.push("stored before");
  if (frame.history !== undefined) parts.push("history");
  if (frame.joined !== undefined) parts.push(`${word(frame.joined)} joined`);
  if (frame.quit !== undefined) parts.push(`${word(frame.quit)} quit`);
  if (frame.ready === true) parts.push("ready");
  if (frame.error !== undefined) parts.push(`error ${word(frame.code ?? frame.error)}`);
  if (frame.message !== undefined) {
    const counter = typeof frame.counter === "number" ? `, counter ${frame.counter}` : "";
    parts.push(`${quote(frame.message)}${counter}`);
  } else if (frame.name !== undefined) {
    const since = isFields(frame.since) ? `, has everything to ${word(frame.since.seq)}` : "";
    parts.push(`hello of ${word(frame.name)}${since}`);
  }
  return parts.length === 0 ? cut(text) : cut(parts.join("; "));
}

function tellPresence({ count, joined, left }: Fields): string {
  const names = (list: unknown): string =>
    Array.isArray(list) ? list.map((one) => word(isFields(one) ? one.name : one)).join(", ") : "";
  const came = Array.isArray(joined) && joined.length > 0 ? `, ${names(joined)} came` : "";
  const went = Array.isArray(left) && left.length > 0 ? `, ${names(left)} went` : "";
  return `${word(count)} are here${came}${went}`;
}

const toldEvent = (event: unknown): string =>
  isFields(event) ? `${word(event.seq)} ${quote(event.message)}` : "";

function parse(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}

export const tellMark = ({ text, who }: Mark): string => (who === null ? text : `${text} (${who})`);

/** An event of a history as half a sentence, behind the name of whom it is about. */
export function tell(event: HistoryEvent): string {
  switch (event.type) {
    case "sent":
      return `says ${quote(event.message)}`;
    case "acknowledged":
      return `is told that ${quote(event.message)} is stored`;
    case "failed":
      return `gives ${quote(event.message)} up`;
    case "restarted":
      return "begins with an empty screen";
    case "joined":
      return tellJoin(event);
    case "gap":
      return `is told that ${event.first} to ${event.last} are missing`;
    case "received":
      return `is shown ${place(event.seen)}`;
    case "left":
      return "has no connection any more";
    case "log":
      return `has in the end: ${event.messages.length === 0 ? "nothing" : event.messages.map(place).join(", ")}`;
    default:
      return event satisfies never;
  }
}

function tellJoin({ resumed, after, head }: Extract<HistoryEvent, { type: "joined" }>): string {
  if (resumed) return `is back, and has everything to ${after}`;
  return head === null ? "is let in" : `is let in; the log ends at ${head}`;
}

/** The texts of messages that an event is about. */
export function textsOf(event: HistoryEvent): readonly string[] {
  if (event.type === "received") return [event.seen.message];
  if (event.type === "log") return event.messages.map(({ message }) => message);
  return "message" in event ? [event.message] : [];
}
