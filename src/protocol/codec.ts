// Untrusted text in, typed frames out; typed frames in, text out. Nothing behind these decoders checks shapes again.
import { type Fields, isCount, isFields, parseFields } from "./fields.ts";
import {
  DELIVERY_PROTOCOL,
  MAX_CLASSIC_MESSAGE_LENGTH,
  MAX_CLIENT_FRAME_LENGTH,
  MAX_CLIENT_TAG_LENGTH,
  MAX_KEY_LENGTH,
  MAX_NAME_LENGTH,
  MAX_PAGE,
  MIN_KEY_LENGTH,
} from "./limits.ts";
import type {
  ChatMessage,
  ClientFrame,
  DeliveryHello,
  ErrorCode,
  Hello,
  HistoryPage,
  Member,
  Presence,
  Refusal,
  Since,
  Welcome,
} from "./messages.ts";
import { cleanName } from "./names.ts";
import { isVisible } from "./visible.ts";

/** A frame that was not understood: `error` is for people, `code` for programs; `counter` names the message if it has one. */
export interface DecodeError {
  readonly code: ErrorCode;
  readonly error: string;
  readonly counter?: number;
}

export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: DecodeError };

const ok = <T>(value: T): Decoded<T> => ({ ok: true, value });
const bad = (code: ErrorCode, error: string, counter?: number): Decoded<never> => ({
  ok: false,
  error: counter === undefined ? { code, error } : { code, error, counter },
});

/** SQLite stores UTF-8, which has no lone surrogates: replace them before anybody sees them, or history would differ (D1). */
export function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udfff]/gu, "\ufffd");
}

function readFrame(text: unknown): Decoded<Fields> {
  if (typeof text !== "string") return bad("bad-frame", "Frames must be text.");
  if (text.length > MAX_CLIENT_FRAME_LENGTH) return bad("frame-too-large", "Frame too large.");
  const fields = parseFields(text);
  return fields === null ? bad("bad-frame", "Frames must be JSON objects.") : ok(fields);
}

/** The first frame of a client, classic or delivery (SPEC C3, P1). */
export function decodeHello(text: unknown): Decoded<Hello> {
  const frame = readFrame(text);
  if (!frame.ok) return frame;
  const { name, protocol, message, counter, history, typing } = frame.value;
  // What follows a refused first frame must not become a join under no name, as it would in the demo.
  if (name === undefined && [message, counter, history, typing].some((field) => field !== undefined)) {
    return bad("bad-frame", "Say your name first.");
  }
  if (name !== undefined && name !== null && typeof name !== "string") {
    return bad("bad-frame", "Name must be text.");
  }
  const said = name ?? "";
  const clean = said.length > MAX_NAME_LENGTH ? said : cleanName(wellFormed(said)) || "anonymous";
  // Composing may make a name longer: a few letters are always written in two.
  if (clean.length > MAX_NAME_LENGTH) return bad("name-too-long", "Name too long.");
  if (protocol === undefined) return ok({ name: clean, delivery: null });
  const delivery = decodeDeliveryHello(frame.value);
  return delivery.ok ? ok({ name: clean, delivery: delivery.value }) : delivery;
}

function decodeDeliveryHello({ protocol, key, client, since }: Fields): Decoded<DeliveryHello> {
  if (protocol !== DELIVERY_PROTOCOL) {
    return bad("bad-frame", `Only protocol ${DELIVERY_PROTOCOL} is spoken here.`);
  }
  if (typeof key !== "string" || key.length < MIN_KEY_LENGTH || key.length > MAX_KEY_LENGTH) {
    return bad("bad-frame", `Key must be text of ${MIN_KEY_LENGTH} to ${MAX_KEY_LENGTH} characters.`);
  }
  if (typeof client !== "string" || client.length > MAX_CLIENT_TAG_LENGTH) {
    return bad("bad-frame", `Client must be text of at most ${MAX_CLIENT_TAG_LENGTH} characters.`);
  }
  const last = decodeSince(since);
  if (last === undefined) return bad("bad-frame", "Since must be { epoch, seq }.");
  return ok({ key, client: wellFormed(client), since: last });
}

function decodeSince(value: unknown): Since | null | undefined {
  if (value === undefined || value === null) return null;
  if (!isFields(value)) return undefined;
  const { epoch, seq } = value;
  return typeof epoch === "string" && epoch.length <= MAX_KEY_LENGTH && isCount(seq)
    ? { epoch, seq }
    : undefined;
}

/**
 * Any later frame. With `delivery`, a message needs a counter of at least 1 and has at most `most` units, and history may be
 * asked for, and it may be said that somebody types; a classic client has the classic bound, and what it says beside `message` is ignored.
 */
export function decodeClientFrame(
  text: unknown,
  delivery: boolean,
  most = MAX_CLASSIC_MESSAGE_LENGTH,
): Decoded<ClientFrame> {
  const frame = readFrame(text);
  if (!frame.ok) return frame;
  const { message, counter, history, typing } = frame.value;
  if (delivery && history !== undefined) return decodeHistory(history);
  if (delivery && typing === true && message === undefined) return ok({ kind: "typing" });
  if (delivery && !isCount(counter, 1)) return bad("bad-frame", "Counter must be a whole number from 1.");
  const named = delivery && isCount(counter, 1) ? counter : 0;
  if (typeof message !== "string") {
    return bad("bad-frame", "Message must be text.", named || undefined);
  }
  if (message.length > (delivery ? most : MAX_CLASSIC_MESSAGE_LENGTH)) {
    return bad("message-too-long", "Message too long.", named || undefined);
  }
  if (!isVisible(message)) {
    return bad("message-empty", "There is nothing to see in this message.", named || undefined);
  }
  return ok({ kind: "message", message: wellFormed(message), counter: named });
}

function decodeHistory(value: unknown): Decoded<ClientFrame> {
  if (!isFields(value) || !isCount(value.before, 1)) {
    return bad("bad-frame", "History must be { before, limit }.");
  }
  const limit = value.limit ?? MAX_PAGE;
  if (!isCount(limit, 1) || limit > MAX_PAGE) return bad("bad-frame", `Limit must be from 1 to ${MAX_PAGE}.`);
  return ok({ kind: "history", before: value.before, limit });
}

// Server to classic client: exactly the demo's frames. `code` and `retryAfter` are additions that it ignores.
export const encodeJoined = (name: string): string => JSON.stringify({ joined: name });
export const encodeQuit = (name: string): string => JSON.stringify({ quit: name });
export const encodeReady = (): string => '{"ready":true}';
export const encodeClassicMessage = ({ name, message, timestamp }: ChatMessage): string =>
  JSON.stringify({ name, message, timestamp });
export const encodeError = (error: string, code: ErrorCode, retryAfter?: number): string =>
  JSON.stringify({ error, code, retryAfter });

/** The demo's sentence, to the letter. */
export const RATE_LIMITED = "Your IP is being rate-limited, please try again later.";

// Server to delivery client.
export const encodeWelcome = (welcome: Welcome): string => JSON.stringify({ welcome });
export const encodeStored = (counter: number): string => JSON.stringify({ stored: counter });
export const encodeRefused = (refused: Refusal): string => JSON.stringify({ refused });
export const encodePresence = (presence: Presence): string => JSON.stringify({ presence });
export const encodeTyping = (typing: Member): string => JSON.stringify({ typing });
export const encodeHistory = (history: HistoryPage): string => JSON.stringify({ history });

/** Units above U+00FF: one of them makes a text of two bytes a unit, which the runtime transcodes for every socket. */
const WIDE = /[\u0100-\uffff]/g;
/** Escaping makes six units of one. It pays while the text grows by no more than an eighth (`npm run bench:frames`). */
const MOST_ESCAPED = 1 / 40;

/** Messages as JSON, for the log and for frames; the few wide units of a batch are escaped. */
export function encodeMessages(messages: readonly ChatMessage[]): string {
  const json = JSON.stringify(messages);
  const wide = json.match(WIDE)?.length ?? 0;
  if (wide === 0 || wide > json.length * MOST_ESCAPED) return json;
  return json.replace(WIDE, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/**
 * One frame with many messages, at least one, in rising order; first and last seq stand at its head, what changed of the
 * members at its end. `json` is the messages as JSON, where it was made already.
 */
export function encodeEvents(
  events: readonly ChatMessage[],
  presence: Presence | null = null,
  json: string = encodeMessages(events),
): string {
  const tail = presence === null ? "" : `,"presence":${JSON.stringify(presence)}`;
  return `{"first":${events[0]?.seq},"last":${events.at(-1)?.seq},"events":${json}${tail}}`;
}
