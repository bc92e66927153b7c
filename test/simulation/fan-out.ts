// How a flush leaves: the first slice behind the output gate of the turn that wrote, the others after the commit, a turn each.
// The twin of ChatRoom.fanOut. Ends with the instance.
import type { RoomEvent, Share } from "../../src/room/effects.ts";
import { slices } from "../../src/room/fan-out.ts";
import type { Scheduler, Text } from "./scheduler.ts";

/** One socket a turn, so that anything may happen between any two. */
const SLICE = 1;
/** What a turn takes. */
const TURN_MS = 2;

export interface FanOutPorts {
  readonly scheduler: Scheduler;
  /** The output gate of the instance; without writes it lets through at once, and as storage.sync() would. */
  readonly out: (run: () => void, text: Text) => void;
  readonly name: string;
  readonly isDead: () => boolean;
  /** Whether `storage.sync` does not resolve this time. */
  readonly getsStuck: () => boolean;
  /** Sends to one connection; returns what becomes of it. */
  readonly send: (connection: string, frames: readonly string[]) => readonly RoomEvent[];
  readonly handle: (event: RoomEvent) => void;
  readonly drained: () => void;
}

export class FanOut {
  /** From the write until it is drained. */
  isUnderWay = false;
  /** It never will be: `storage.sync` does not resolve. */
  isStuck = false;
  /** Slices that are not sent. */
  left = 0;
  private readonly ports: FanOutPorts;

  constructor(ports: FanOutPorts) {
    this.ports = ports;
  }

  begin(shares: readonly Share[]): void {
    const [first, ...others] = slices(shares, SLICE);
    this.isUnderWay = true;
    this.left = others.length;
    if (first !== undefined) this.sendSlice(first);
    this.isStuck = this.ports.getsStuck();
    if (this.isStuck) return;
    this.ports.out(
      () => this.next(others),
      () => `slices ${JSON.stringify(others)}`,
    );
  }

  private next(rest: readonly (readonly Share[])[]): void {
    const { name, scheduler, isDead, drained } = this.ports;
    const turn = (): void => {
      if (isDead()) return;
      const [slice, ...others] = rest;
      if (slice === undefined) {
        this.isUnderWay = false;
        return drained();
      }
      this.left = others.length;
      this.sendSlice(slice);
      this.next(others);
    };
    const text = (): string => (rest.length === 0 ? "drained" : `slices ${JSON.stringify(rest)}`);
    scheduler.after(TURN_MS, turn, { channel: `fan-out of ${name}`, text, isVoid: isDead });
  }

  private sendSlice(slice: readonly Share[]): void {
    const { send, handle, isDead } = this.ports;
    for (const { to, frames } of slice) {
      for (const event of to.flatMap((connection) => send(connection, frames))) if (!isDead()) handle(event);
    }
  }
}
