// An object's alarm: durable, and it rings on the object's clock.
import type { Scheduler } from "./scheduler.ts";

export class Alarm {
  private readonly scheduler: Scheduler;
  private readonly clock: () => number;
  private readonly ring: () => void;
  private readonly name: string;
  private at = Infinity;
  private cancelTask: () => void = () => {};

  constructor(name: string, scheduler: Scheduler, clock: () => number, ring: () => void) {
    this.name = name;
    this.scheduler = scheduler;
    this.clock = clock;
    this.ring = ring;
  }

  set(at: number): void {
    this.cancel();
    this.at = at;
    const what = { channel: null, text: `alarm of ${this.name}` };
    this.cancelTask = this.scheduler.after(Math.max(0, at - this.clock()), () => this.fire(), what);
  }

  /** It rings, whenever it was to. */
  fire(): void {
    this.cancel();
    this.ring();
  }

  /** Unless it rings earlier. */
  by(at: number): void {
    if (at < this.at) this.set(at);
  }

  cancel(): void {
    this.at = Infinity;
    this.cancelTask();
  }
}
