// Where frames of connections that have not joined wait for a turn of the event loop. Joins of one turn share one commit, and a
// crowd that comes in leaves the others their turns. Pure; to the room it is as if the network had been that much slower.

/** Frames that are heard in one turn: where they are joins of classic clients, some milliseconds of work. */
export const GROUP = 3;
/** What may wait, in frames and in units of text or bytes. What is more is heard in the turn in which it comes. */
export const MAX_AT_ENTRANCE = { frames: 1_000, units: 1_048_576 };

/** A frame, and whose it is. */
export interface Arrival {
  readonly connection: string;
  readonly frame: string | ArrayBuffer;
}

export class Entrance {
  /** Oldest first. */
  private arrivals: Arrival[] = [];
  private units = 0;

  get isFull(): boolean {
    return this.arrivals.length > MAX_AT_ENTRANCE.frames || this.units > MAX_AT_ENTRANCE.units;
  }

  /** Whether a frame of this connection waits: its next one has to stand behind it. */
  has(connection: string): boolean {
    return this.arrivals.some((arrival) => arrival.connection === connection);
  }

  add(arrival: Arrival): void {
    this.arrivals.push(arrival);
    this.units += unitsOf(arrival);
  }

  /** The oldest, as many as one turn is for. */
  take(): readonly Arrival[] {
    return this.remove((_, i) => i < GROUP);
  }

  /** All of one connection, which is gone: it said this before it went. */
  takeOf(connection: string): readonly Arrival[] {
    return this.remove((arrival) => arrival.connection === connection);
  }

  private remove(isOut: (arrival: Arrival, i: number) => boolean): readonly Arrival[] {
    const out = this.arrivals.filter(isOut);
    this.arrivals = this.arrivals.filter((arrival, i) => !isOut(arrival, i));
    for (const arrival of out) this.units -= unitsOf(arrival);
    return out;
  }
}

const unitsOf = ({ frame }: Arrival): number => (typeof frame === "string" ? frame.length : frame.byteLength);
