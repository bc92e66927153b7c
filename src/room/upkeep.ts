// What the room does when nobody asks: it sends silent connections away, trims the log, and deletes itself where nothing is kept. And
// what it does once its operator erases it.
import { CLOSE } from "../protocol/messages.ts";
import { TIDY_MS } from "./admission.ts";
import { findOverdue, nextTrim } from "./housekeeping.ts";
import type { RoomParts } from "./parts.ts";
import { isDelivery } from "./session.ts";

export class Upkeep {
  private readonly room: RoomParts;

  constructor(room: RoomParts) {
    this.room = room;
  }

  /** The operator erases the room: the log goes on under this epoch. */
  erase(epoch: string, now: number): void {
    const { sequence, effects, membership } = this.room;
    sequence.clear();
    effects.emit({ type: "erase", epoch });
    membership.clear(CLOSE.erased, "This room was erased.");
    effects.emit({ type: "alarm-by", at: now + TIDY_MS });
  }

  /** The alarm rang. `heard` is when each connection's last ping was answered for the room, in ms since 1970. */
  sweep(now: number, heard: ReadonlyMap<string, number>): void {
    const { config, log, effects, sequence, membership, admission } = this.room;
    // Before anybody is sent away: the ledger shows their budgets as held until this turn is written.
    const { isTidy, next: tidyAt } = admission.tidy(now);
    const { overdue, next } = findOverdue(membership.sessions.values(), config, heard, now);
    for (const { session, code, reason } of overdue) membership.leave(session, code, reason);
    const before = now - config.historyMaxAgeMs;
    const through = Math.max(log.head - config.historyMaxRows, log.lastBefore(before));
    const isEmpty = membership.sessions.size === 0 && sequence.size === 0;
    if (isEmpty && isTidy && through >= log.head) return this.forget();
    // The log forgets senders by age; those that are here are known by their attachments then (D9).
    for (const session of membership.sessions.values())
      if (isDelivery(session)) effects.emit({ type: "attach", session });
    effects.emit({ type: "trim", through, before });
    const wakeBy = Math.min(next, nextTrim(log.oldestTimestamp, config, now), tidyAt);
    if (wakeBy < Infinity) effects.emit({ type: "alarm-by", at: wakeBy });
  }

  /** Nobody is here, nothing was said that is kept, and nobody owes anything. */
  private forget(): void {
    this.room.sequence.clear();
    this.room.effects.emit({ type: "forget" });
  }
}
