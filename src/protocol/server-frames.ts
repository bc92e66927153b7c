// The client's decoder of what a room sends. A room is not trusted either: the page shows what others wrote.
import { type Fields, isCount, isFields, parseFields } from "./fields.ts";
import type {
  ChatMessage,
  ErrorCode,
  Gap,
  Limits,
  Member,
  Presence,
  Refusal,
  ServerFrame,
  Welcome,
} from "./messages.ts";

const isText = (value: unknown): value is string => typeof value === "string";
const optional = (value: unknown, is: (value: unknown) => boolean): boolean =>
  value === undefined || is(value);
const isArrayOf =
  <T>(is: (value: unknown) => value is T) =>
  (value: unknown): value is T[] =>
    Array.isArray(value) && value.every(is);

const isMember = (value: unknown): value is Member =>
  isFields(value) && isText(value.connection) && isText(value.author) && isText(value.name);

const isMessage = (value: unknown): value is ChatMessage =>
  isFields(value) &&
  isCount(value.seq) &&
  isText(value.name) &&
  isText(value.message) &&
  isCount(value.timestamp) &&
  isText(value.author) &&
  isText(value.client) &&
  isCount(value.counter);

const isMembers = isArrayOf(isMember);
const isMessages = isArrayOf(isMessage);
const isTexts = isArrayOf(isText);

const isGap = (value: unknown): value is Gap =>
  isFields(value) && isCount(value.first) && isCount(value.last);

const isLimits = (value: unknown): value is Limits =>
  isFields(value) && isCount(value.message, 1) && isCount(value.typing);

const isWelcome = (value: unknown): value is Welcome =>
  isFields(value) &&
  isCount(value.protocol) &&
  isText(value.epoch) &&
  isCount(value.head) &&
  isCount(value.counter) &&
  isText(value.connection) &&
  isText(value.author) &&
  isCount(value.members) &&
  typeof value.resumed === "boolean" &&
  optional(value.roster, isMembers) &&
  optional(value.gap, isGap) &&
  optional(value.limits, isLimits);

const isRefusal = (value: unknown): value is Refusal =>
  isFields(value) &&
  isText(value.code) &&
  optional(value.counter, isCount) &&
  optional(value.retryAfter, isCount) &&
  optional(value.expected, isCount);

const isPresence = (value: unknown): value is Presence =>
  isFields(value) &&
  isCount(value.count) &&
  optional(value.roster, isMembers) &&
  optional(value.joined, isMembers) &&
  optional(value.left, isTexts);

/** Messages of a frame stand seq by seq and fit its head (P2): otherwise the frame is corrupt. */
function isEvents({ first, last, events }: Fields): boolean {
  if (!isMessages(events) || events.length === 0 || !isCount(first)) return false;
  return events.at(-1)?.seq === last && events.every((event, i) => event.seq === first + i);
}

/** A frame of a room that speaks the delivery protocol, or null where it is none. Never throws. */
export function decodeServerFrame(text: unknown): ServerFrame | null {
  const fields = typeof text === "string" ? parseFields(text) : null;
  if (fields === null) return null;
  const { welcome, stored, refused, presence, history, typing, error, code } = fields;
  if (isEvents(fields)) {
    const events = fields.events as ChatMessage[];
    const { first, last } = fields as { first: number; last: number };
    return { kind: "events", first, last, events, presence: isPresence(presence) ? presence : null };
  }
  if (isWelcome(welcome)) return { kind: "welcome", welcome };
  if (isCount(stored)) return { kind: "stored", counter: stored };
  if (isRefusal(refused)) return { kind: "refused", refused };
  if (isPresence(presence)) return { kind: "presence", presence };
  if (isFields(history) && isCount(history.before) && isMessages(history.events)) {
    const page = { before: history.before, events: history.events, more: history.more === true };
    return { kind: "history", history: page };
  }
  if (isMember(typing)) return { kind: "typing", member: typing };
  if (isText(error)) return { kind: "error", error, code: (isText(code) ? code : "bad-frame") as ErrorCode };
  return null;
}
