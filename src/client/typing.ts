// That somebody types here, told to the room as often as it is worth. Decides when; a room's welcome says where.
import type { ClientEffect } from "./events.ts";

/**
 * A room tells it once in 3 s, and others show it for 5 s: what comes a little early is dropped there, and what comes a little
 * late must still be in time.
 */
const SAY_EVERY_MS = 3_500;

export interface TypingPorts {
  readonly emit: (effect: ClientEffect) => void;
  readonly transmit: (frame: object) => void;
}

export class Typing {
  readonly #ports: TypingPorts;
  #isSaid = false;

  constructor(ports: TypingPorts) {
    this.#ports = ports;
  }

  /** Somebody types in a room with so many members, which tells it up to `most`. Alone, nobody is told. */
  typed(members: number, most: number): void {
    if (this.#isSaid || members < 2 || members > most) return;
    this.#isSaid = true;
    this.#ports.transmit({ typing: true });
    this.#ports.emit({ type: "timer", timer: "typing", ms: SAY_EVERY_MS });
  }

  /** It may be said again: the time is over, or the connection is another one. */
  isOver(): void {
    this.#isSaid = false;
  }
}
