// The clock of one object: read in whole milliseconds, unlike any other's, and it may jump. Virtual time does not.
import type { Scheduler } from "./scheduler.ts";

export interface Jump {
  readonly at: number;
  readonly ms: number;
}

export class Clock {
  readonly jumps: Jump[] = [];
  private readonly scheduler: Scheduler;
  private readonly phase: number;
  private offset: number;

  constructor(scheduler: Scheduler, object: number) {
    this.scheduler = scheduler;
    // Instants of two objects must never be compared: where they are, it shows.
    this.offset = object * 7_654_321;
    this.phase = (object * 0.37) % 1;
  }

  get now(): number {
    return Math.floor(this.scheduler.now + this.phase) + this.offset;
  }

  jump(ms: number): void {
    const offset = Math.max(-500_000_000, this.offset + ms);
    this.jumps.push({ at: this.scheduler.now, ms: offset - this.offset });
    this.offset = offset;
  }
}
