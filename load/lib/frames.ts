// What a frame of a room is, read from its raw text: by its head, not by parsing it. Rare frames are parsed whole.
import { PONG } from "../../src/protocol/limits.ts";
import type { ErrorCode, Presence, Refusal, Welcome } from "../../src/protocol/messages.ts";
import { decodeServerFrame } from "../../src/protocol/server-frames.ts";
import { STAMP } from "./stamps.ts";

export type LoadFrame =
  /** One message of the classic protocol; `at` is where its stamp begins, -1 without one. */
  | { readonly kind: "message"; readonly at: number }
  /** Messages of the delivery protocol, as the head says. `last` before `first`: they are not in order. */
  | {
      readonly kind: "events";
      readonly first: number;
      readonly last: number;
      /** What changed of the members, where the frame says it. */
      readonly presence: Presence | null;
    }
  | { readonly kind: "welcome"; readonly welcome: Welcome }
  | { readonly kind: "ready" }
  /** Members that came or went, by classic frames. */
  | { readonly kind: "members"; readonly change: 1 | -1 }
  | { readonly kind: "presence"; readonly presence: Presence }
  | { readonly kind: "stored"; readonly counter: number }
  | { readonly kind: "refused"; readonly refused: Refusal }
  | { readonly kind: "error"; readonly code: ErrorCode }
  /** A visitor beside the load types. */
  | { readonly kind: "typing" }
  | { readonly kind: "pong" }
  | { readonly kind: "corrupt" };

const HEAD = '{"first":';
const LAST = ',"last":';
const EVENTS = ',"events":[';
const PRESENCE = '],"presence":';
/** Quotes in a message are escaped, so that only an event begins so. */
const EVENT = '{"seq":';
const TIMESTAMP = '"timestamp":';
const MESSAGE = '"message":"';

const CORRUPT: LoadFrame = { kind: "corrupt" };

/** Reads a frame. Total: whatever it does not understand is corrupt. */
export function readFrame(text: string): LoadFrame {
  if (text.startsWith(HEAD)) return readHead(text);
  if (text.startsWith('{"name":')) return { kind: "message", at: stampAt(text, 0) };
  if (text.startsWith('{"joined":')) return { kind: "members", change: 1 };
  if (text.startsWith('{"quit":')) return { kind: "members", change: -1 };
  if (text === '{"ready":true}') return { kind: "ready" };
  if (text === PONG) return { kind: "pong" };
  const frame = decodeServerFrame(text);
  switch (frame?.kind) {
    case "welcome":
    case "presence":
    case "refused":
      return frame;
    case "stored":
      return { kind: "stored", counter: frame.stored };
    case "error":
      return { kind: "error", code: frame.code };
    case "typing":
      return { kind: "typing" };
    default:
      return CORRUPT;
  }
}

function readHead(text: string): LoadFrame {
  const comma = text.indexOf(LAST, HEAD.length);
  const end = text.indexOf(EVENTS, comma);
  if (comma < 0 || end < 0) return CORRUPT;
  const presence = text.endsWith("]}") ? null : presenceOf(text);
  if (presence === undefined) return CORRUPT;
  const first = Number(text.slice(HEAD.length, comma));
  const last = Number(text.slice(comma + LAST.length, end));
  return isSeq(first) && isSeq(last) ? { kind: "events", first, last, presence } : CORRUPT;
}

/** What stands behind the events; undefined where that is not presence. */
function presenceOf(text: string): Presence | undefined {
  const at = text.lastIndexOf(PRESENCE);
  const frame = at < 0 ? null : decodeServerFrame(`{${text.slice(at + 2)}`);
  return frame?.kind === "presence" ? frame.presence : undefined;
}

const isSeq = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;

/** Where the stamp of the first message from `from` on begins; -1 if there is none. */
function stampAt(text: string, from: number): number {
  const at = text.indexOf(MESSAGE + STAMP, from);
  return at < 0 ? -1 : at + MESSAGE.length;
}

/** An event of a delivery frame: its seq, and where its stamp begins (-1 without one). */
export interface EventHead {
  readonly seq: number;
  readonly stampAt: number;
}

/** The events of a delivery frame as they stand in it, whatever its head says. Costs as much as it has events. */
export function eventsIn(text: string): EventHead[] {
  const events: EventHead[] = [];
  for (let at = text.indexOf(EVENT); at >= 0;) {
    const from = at + EVENT.length;
    const next = text.indexOf(EVENT, from);
    const stamp = stampAt(text, from);
    const seq = Number(text.slice(from, text.indexOf(",", from)));
    if (isSeq(seq)) events.push({ seq, stampAt: next >= 0 && stamp > next ? -1 : stamp });
    at = next;
  }
  return events;
}

/** When the room says that a classic message was stored; 0 where it does not say. */
export function timestampOf(text: string): number {
  const at = text.lastIndexOf(TIMESTAMP);
  return at < 0 ? 0 : Number.parseInt(text.slice(at + TIMESTAMP.length), 10) || 0;
}
