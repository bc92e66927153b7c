// What a room does when its alarm rings: who is overdue, and when it has to wake again.
import { CLOSE } from "../protocol/messages.ts";
import type { RoomConfig } from "./config.ts";
import { isDelivery, type Session } from "./session.ts";

/** How soon a room with too many rows is trimmed. */
const TRIM_DELAY_MS = 10_000;
/** A room is not woken more often than this for rows that have grown old. */
const TRIM_EVERY_MS = 3_600_000;
/** A room where nobody comes or goes is woken at least so often to see whether everybody is still heard. */
const LOOK_EVERY_MS = 3_600_000;

export interface Overdue {
  readonly session: Session;
  readonly code: number;
  readonly reason: string;
}

/**
 * Who has to go: the nameless past their deadline, and delivery clients that were not heard for too long (classic
 * ones never ping). `heard` is when the runtime last heard each connection; `next` is when to look again, Infinity: not at all.
 */
export function findOverdue(
  sessions: Iterable<Session>,
  { joinDeadlineMs, silenceMs }: RoomConfig,
  heard: ReadonlyMap<string, number>,
  now: number,
): { readonly overdue: readonly Overdue[]; readonly next: number } {
  const overdue: Overdue[] = [];
  let next = Infinity;
  for (const session of sessions) {
    const { connection, since, joined } = session;
    if (joined === null) {
      const deadline = since + joinDeadlineMs;
      if (now < deadline) next = Math.min(next, deadline);
      else overdue.push({ session, code: CLOSE.joinDeadline, reason: "Say your name first." });
    } else if (isDelivery(session)) {
      const deadline = Math.max(heard.get(connection) ?? 0, since) + silenceMs;
      if (now < deadline) next = Math.min(next, memberLookAt(deadline, silenceMs, now - since, now));
      else overdue.push({ session, code: CLOSE.silent, reason: "No ping came from you." });
    }
  }
  // Those that are due one after the other go together: an alarm each would cost the operator a request and a row.
  return { overdue, next: Math.max(next, now + Math.ceil(joinDeadlineMs / 3)) };
}

/**
 * When a member whose deadline is ahead is looked at again. One that has been here for long, and was heard not long ago, is
 * looked at less often: otherwise a room where nothing happens would pay 288 alarms a day.
 */
function memberLookAt(deadline: number, silenceMs: number, age: number, now: number): number {
  const isFresh = deadline - now >= silenceMs / 2;
  return isFresh ? Math.max(deadline, now + Math.min(age, LOOK_EVERY_MS)) : deadline;
}

/** When the oldest message will have to go; Infinity in an empty room. What is old enough by now is trimmed already. */
export function nextTrim(oldest: number | null, { historyMaxAgeMs }: RoomConfig, now: number): number {
  return oldest === null ? Infinity : Math.max(oldest + historyMaxAgeMs, now + TRIM_EVERY_MS);
}

/** Milliseconds from a message until trimming is due; `rows` are kept. A tenth too many, so that it goes in batches. */
export function trimAfter(rows: number, { historyMaxRows, historyMaxAgeMs }: RoomConfig): number {
  return rows > historyMaxRows * 1.1 ? TRIM_DELAY_MS : historyMaxAgeMs;
}
