// What a client has said and the room has not yet confirmed, as an app shows and keeps it. sender.ts decides what becomes of it.
import { isCount, isFields, parseFields } from "../protocol/fields.ts";
import type { ErrorCode } from "../protocol/messages.ts";

export interface OutboxItem {
  /** Local name, for the app. */
  readonly id: string;
  readonly message: string;
  /** Why it waits: not confirmed yet, refused for now, or never to be accepted. */
  readonly state: "pending" | "waiting" | "failed";
  /** Why it failed, where that is known. */
  readonly code?: ErrorCode;
}

/** An outbox as an app may keep it, for the next run of the same client. */
export interface SavedOutbox {
  readonly items: readonly OutboxItem[];
  /** The log that `counter` is of; null before the first join: nothing was sent yet. */
  readonly epoch: string | null;
  /** The highest counter known to be stored: the first item has the next one. Without it, a reload could lose or double. */
  readonly counter: number;
}

/** Reads what JSON.stringify made of an outbox; null where it is none. */
export function parseSavedOutbox(text: string | null): SavedOutbox | null {
  const saved = text === null ? null : parseFields(text);
  if (saved === null) return null;
  const { items, epoch, counter } = saved;
  if (!Array.isArray(items) || !items.every(isItem)) return null;
  if (epoch !== null && typeof epoch !== "string") return null;
  return isCount(counter) ? { items, epoch, counter } : null;
}

function isItem(value: unknown): value is OutboxItem {
  if (!isFields(value)) return false;
  const { id, message, state, code = "" } = value;
  const isText = [id, message, code].every((text) => typeof text === "string");
  return isText && STATES.includes(state);
}

const STATES: readonly unknown[] = ["pending", "waiting", "failed"] satisfies OutboxItem["state"][];
