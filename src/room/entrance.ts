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
  /** What waits of each connection, the one whose turn is next first. They take turns: a flood does not hold up a name. */
  private readonly queues = new Map<string, Arrival[]>();
  private frames = 0;
  private units = 0;

  get isFull(): boolean {
    return this.frames > MAX_AT_ENTRANCE.frames || this.units > MAX_AT_ENTRANCE.units;
  }

  /** Whether a frame of this connection waits: its next one has to stand behind it. */
  has(connection: string): boolean {
    return this.queues.has(connection);
  }

  add(arrival: Arrival): void {
    const queue = this.queues.get(arrival.connection);
    if (queue === undefined) this.queues.set(arrival.connection, [arrival]);
    else queue.push(arrival);
    this.count([arrival], 1);
  }

  /** As many as one turn is for. */
  take(): readonly Arrival[] {
    const group: Arrival[] = [];
    for (const [connection, queue] of this.queues) {
      group.push(...queue.splice(0, 1));
      this.queues.delete(connection);
      // Behind the others: it may come once more in this turn, where there are few.
      if (queue.length > 0) this.queues.set(connection, queue);
      if (group.length === GROUP) break;
    }
    this.count(group, -1);
    return group;
  }

  /** All of one connection, which is gone: it said this before it went. */
  takeOf(connection: string): readonly Arrival[] {
    const queue = this.queues.get(connection) ?? [];
    this.queues.delete(connection);
    this.count(queue, -1);
    return queue;
  }

  private count(arrivals: readonly Arrival[], by: 1 | -1): void {
    this.frames += by * arrivals.length;
    for (const arrival of arrivals) this.units += by * unitsOf(arrival);
  }
}

const unitsOf = ({ frame }: Arrival): number => (typeof frame === "string" ? frame.length : frame.byteLength);
