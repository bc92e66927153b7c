// What SPEC.md says of one frame, in the order of C14. It shares no line with the decoders of the room, but for what a name becomes and
// what can be seen: names.test.ts has both.
import { cleanName } from "../../../src/protocol/names.ts";
import { isVisible } from "../../../src/protocol/visible.ts";

export interface Sender {
  readonly author: string;
  readonly client: string;
}

export interface Join {
  readonly kind: "join";
  readonly name: string;
  /** null: classic. */
  readonly sender: Sender | null;
}

export interface Message {
  readonly kind: "message";
  readonly message: string;
  /** 0 of a classic member. */
  readonly counter: number;
}

export type Reading =
  | Join
  | Message
  | { readonly kind: "history" }
  | { readonly kind: "typing" }
  | { readonly kind: "fault"; readonly code: string };

type Fields = ReadonlyMap<string, unknown>;

const BAD: Reading = { kind: "fault", code: "bad-frame" };
const fault = (code: string): Reading => ({ kind: "fault", code });
const isWhole = (value: unknown, least: number): value is number =>
  Number.isSafeInteger(value) && Number(value) >= least;
const isText = (value: unknown, least: number, most: number): value is string =>
  typeof value === "string" && value.length >= least && value.length <= most;

/** UTF-8 has no half of a surrogate pair (C16). */
const asStored = (text: string): string => Buffer.from(text).toString();

/** Null where it is no text of one object. What an object inherits is no field. */
function fieldsOf(value: unknown): Fields | null {
  return Object.prototype.toString.call(value) === "[object Object]"
    ? new Map(Object.entries(value as object))
    : null;
}

/** What a frame says to a room that expects this of it. */
export function read(frame: unknown, expects: "hello" | "classic" | "delivery"): Reading {
  if (typeof frame !== "string") return BAD;
  if (frame.length > 16_384) return fault("frame-too-large");
  let value: unknown;
  try {
    value = JSON.parse(frame);
  } catch {
    return BAD;
  }
  const fields = fieldsOf(value);
  if (fields === null) return BAD;
  if (expects === "hello") return hello(fields);
  return expects === "classic" ? classic(fields) : delivery(fields);
}

function hello(fields: Fields): Reading {
  const [name, protocol, key, client] = ["name", "protocol", "key", "client"].map((field) =>
    fields.get(field),
  );
  const isOther = ["message", "counter", "history", "typing"].some((field) => fields.has(field));
  if (!fields.has("name") && isOther) return BAD;
  if (name !== undefined && name !== null && typeof name !== "string") return BAD;
  const said = name ?? "";
  // Composing may make a name longer, and cleaning makes it shorter: too long is what is so before or after.
  const clean = cleanName(asStored(said)) || "anonymous";
  if (said.length > 32 || clean.length > 32) return fault("name-too-long");
  if (protocol === undefined) return { kind: "join", name: clean, sender: null };
  if (protocol !== 1 || !isText(key, 16, 128) || !isText(client, 0, 32)) return BAD;
  const since = fields.get("since");
  if (since !== undefined && since !== null) {
    const last = fieldsOf(since);
    if (last === null || !isText(last.get("epoch"), 0, 128) || !isWhole(last.get("seq"), 0)) return BAD;
  }
  return {
    kind: "join",
    name: clean,
    sender: { author: `hash of ${key}`, client: asStored(client) },
  };
}

function classic(fields: Fields): Reading {
  return text(fields.get("message"), 256, 0);
}

function delivery(fields: Fields): Reading {
  const counter = fields.get("counter");
  if (fields.has("history")) {
    const asked = fieldsOf(fields.get("history"));
    const limit = asked?.get("limit") ?? 100;
    return isWhole(asked?.get("before"), 1) && isWhole(limit, 1) && limit <= 100 ? { kind: "history" } : BAD;
  }
  if (fields.get("typing") === true && !fields.has("message")) return { kind: "typing" };
  return isWhole(counter, 1) ? text(fields.get("message"), 2_000, counter) : BAD;
}

function text(message: unknown, most: number, counter: number): Reading {
  if (typeof message !== "string") return BAD;
  if (message.length > most) return fault("message-too-long");
  if (!isVisible(message)) return fault("message-empty");
  return { kind: "message", message: asStored(message), counter };
}
