// Events on their way to a script: in the order of the wire [K15], each with the time of its read [K13]. What a busy script leaves
// waiting so shows as the difference between an event's timestamp and its callback. The queue has no bound, as in k6.
import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers";
import type { Iteration } from "../iteration.ts";

export type EventName = "open" | "message" | "error" | "close" | "ping" | "pong";

export interface Event {
  readonly type: EventName;
  readonly target: object;
  /** Epoch ms with a fraction. */
  readonly timestamp: number;
}

export type Listener = (event: Event) => void;

/** So long callbacks run before the sockets are read again: arrivals get their timestamps meanwhile, as k6's readers give them. */
const SLICE_MS = 2;
const EVENTS_BETWEEN_LOOKS = 32;

/** What waits for the script. A message has no closure of its own: there are hundreds of thousands a second. */
export interface Waiting {
  readonly iteration: Iteration;
  readonly act: (event: Event | undefined) => void;
  readonly event?: Event;
}

export class EventQueue {
  private waiting: Waiting[] = [];
  private next = 0;
  private readonly drainSoon = (): void => this.drain();

  push(waiting: Waiting): void {
    this.waiting.push(waiting);
    if (this.waiting.length === 1) setImmediate(this.drainSoon);
  }

  private drain(): void {
    const end = performance.now() + SLICE_MS;
    for (let count = 1; this.next < this.waiting.length; count++) {
      const waiting = this.waiting[this.next];
      this.next += 1;
      waiting?.iteration.call(waiting.act, waiting.event);
      if (count % EVENTS_BETWEEN_LOOKS === 0 && performance.now() > end) break;
    }
    if (this.next < this.waiting.length) setImmediate(this.drainSoon);
    else {
      this.waiting = [];
      this.next = 0;
    }
  }
}

const NAMES: readonly EventName[] = ["open", "message", "error", "close", "ping", "pong"];

/** A socket's listeners: those added, then the one of its `on…` property. There is no way to take one away, as in k6. */
export class Listeners {
  private readonly added = new Map<EventName, Listener[]>(NAMES.map((name) => [name, []]));
  private readonly on = new Map<EventName, Listener>();

  /** Gives `target` its `on…` properties. */
  constructor(target: object) {
    for (const name of NAMES) {
      Object.defineProperty(target, `on${name}`, {
        enumerable: true,
        get: () => this.on.get(name),
        set: (listener: unknown) => {
          this.set(name, listener);
        },
      });
    }
  }

  add(name: string, listener: unknown): void {
    if (typeof listener !== "function")
      throw new Error(`handler for event type "${name}" isn't a callable function`);
    // k6 only warns of an unknown name; here it ends the iteration, for nobody reads warnings.
    const listeners = this.added.get(name as EventName);
    if (listeners === undefined) throw new Error(`can't add event handler: unknown event type ${name}`);
    listeners.push(listener as Listener);
  }

  call(event: Event): void {
    for (const listener of this.added.get(event.type) ?? []) listener(event);
    if (this.on.size > 0) this.on.get(event.type)?.(event);
  }

  private set(name: EventName, listener: unknown): void {
    if (listener === null || listener === undefined) this.on.delete(name);
    else if (typeof listener === "function") this.on.set(name, listener as Listener);
    else throw new Error(`a value for 'on${name}' should be callable`);
  }
}
