// What one event leads to: effects in the order in which the shell performs them. The parts of a connection share one such list.
import type { ClientEffect, Timer } from "./events.ts";

export class Effects {
  #list: ClientEffect[] = [];

  add(effect: ClientEffect): void {
    this.#list.push(effect);
  }

  transmit(frame: object): void {
    this.add({ type: "transmit", text: JSON.stringify(frame) });
  }

  /** Arms the timer anew; null disarms it. */
  arm(timer: Timer, ms: number | null): void {
    this.add({ type: "timer", timer, ms });
  }

  /** All since the last time. */
  take(): readonly ClientEffect[] {
    const list = this.#list;
    this.#list = [];
    return list;
  }
}
