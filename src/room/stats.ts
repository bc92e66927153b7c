// What an operator may know of a room, counted since it woke: its tag and numbers, never a name, a text or an address.
import { CLOSE } from "../protocol/messages.ts";
import type { RoomEffect } from "./effects.ts";
import { IncidentLog, type Incidents } from "./incidents.ts";

export interface RoomStats {
  /** What log lines call the room. */
  readonly tag: string;
  /** Connections that have joined; and all of them. */
  readonly members: number;
  readonly sockets: number;
  /** Those that the platform has: also closed ones that did not answer (C17). */
  readonly open: number;
  /** Messages that are kept, and the newest seq. */
  readonly messages: number;
  readonly head: number;
  /** Milliseconds between two flushes of a busy room. */
  readonly windowMs: number;
  readonly flushes: number;
  /** UTF-16 units that flushes have sent, over all sockets. */
  readonly units: number;
  readonly refusals: number;
  /** How many connections the room has closed, by code. */
  readonly closes: Readonly<Record<number, number>>;
  /** Milliseconds since 1970. */
  readonly awakeSince: number;
}

export class Tally {
  flushes = 0;
  units = 0;
  readonly closes: Record<number, number> = {};
  private refusals = 0;
  private readonly incidents: IncidentLog;

  constructor(awakeSince: number) {
    this.incidents = new IncidentLog(awakeSince);
  }

  count(effect: RoomEffect): void {
    if (effect.type === "close") this.countClose(effect.code);
    if (effect.type !== "fan-out") return;
    this.flushes += 1;
    for (const { to, frames } of effect.shares)
      for (const { length } of frames) this.units += length * to.length;
  }

  /** Refusals and closes since the last line of the log, where one is due. `refusals`: how many there were since the room woke. */
  incidentsAt(now: number, refusals: number): Incidents | null {
    this.incidents.add("refusals", refusals - this.refusals);
    this.refusals = refusals;
    return this.incidents.due(now);
  }

  private countClose(code: number): void {
    this.closes[code] = (this.closes[code] ?? 0) + 1;
    if (code !== CLOSE.normal) this.incidents.add(`${code}`);
  }
}
