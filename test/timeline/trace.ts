// What happened beneath a history: frames and calls under way, crashes, commits, and what everybody held at each moment.
// Plain data, so that a page can be made of it. Whoever plays a history writes here; nothing here decides anything.
import type { HistoryEvent } from "../support/history.ts";

/** Where something happens: the row of the page, and which rows belong together. */
export interface Lane {
  /** Names the lane; what is shown beside it. */
  readonly name: string;
  readonly kind: "client" | "room" | "limiter" | "disk";
  /** Lanes of one group are shown or hidden together: a room with its people, or an address's limiter. */
  readonly group: string;
}

/** Something that is under way between two lanes, and may be lost. */
export interface Flight {
  readonly type: "flight";
  readonly at: number;
  readonly from: string;
  readonly to: string;
  /** The frame, or the call with its values, as text. */
  readonly text: string;
  /** When it arrived, or was found to be lost; null while neither is so. */
  end: number | null;
  isLost: boolean;
}

/** "step": somebody, or the test, did something. "accepted": an action of the rate limit. "verdict": the checker speaks. */
export type MarkKind = "step" | "crash" | "sleep" | "wake" | "clock" | "commit" | "refused" | "accepted";

export interface Mark {
  readonly type: "mark";
  readonly at: number;
  /** null: it happens to everything at once. */
  readonly lane: string | null;
  readonly kind: MarkKind;
  readonly text: string;
  /** Whose doing it is, where that is another lane. */
  readonly who: string | null;
  /** `at`, where it takes no time. */
  readonly until: number;
}

export interface MarkOptions {
  /** When it began, if not now. */
  readonly since?: number;
  /** How long it takes; until now, where it is not given. */
  readonly ms?: number;
  readonly who?: string;
}

/** What a lane holds from now on, under a name: the outbox, the roster, the log, the budgets. */
interface Holding {
  readonly type: "holding";
  readonly at: number;
  readonly lane: string;
  readonly name: string;
  readonly lines: readonly string[];
}

/** An event of a room's history, with its moment. */
export interface Told {
  readonly type: "told";
  readonly at: number;
  readonly room: string;
  /** The lane of whom it is about. */
  readonly lane: string;
  readonly event: HistoryEvent;
}

export type Happening = Flight | Mark | Holding | Told;

/** A trace as it is kept and shown. */
export interface Traced {
  readonly lanes: readonly Lane[];
  readonly happenings: readonly Happening[];
  /** Instants are milliseconds; otherwise only their order means something. */
  readonly isTimed: boolean;
}

export class Trace implements Traced {
  readonly lanes: Lane[] = [];
  readonly happenings: Happening[] = [];
  readonly isTimed: boolean;
  private readonly clock: () => number;
  private readonly held = new Map<string, string>();

  /** `clock` is the time of the whole, in ms: no object's own. Where it only counts steps, `isTimed` is false. */
  constructor(clock: () => number, isTimed = true) {
    this.clock = clock;
    this.isTimed = isTimed;
  }

  /** Adds a lane, once. They are shown in the order in which they were added. */
  lane(lane: Lane): void {
    if (!this.lanes.some(({ name }) => name === lane.name)) this.lanes.push(lane);
  }

  /** Something leaves; `arrive` takes what this returns. */
  depart(from: string, to: string, text: string): Flight {
    const flight: Flight = { type: "flight", at: this.clock(), from, to, text, end: null, isLost: false };
    this.happenings.push(flight);
    return flight;
  }

  arrive(flight: Flight, isLost: boolean): void {
    flight.end = this.clock();
    flight.isLost = isLost;
  }

  /** Something that happens now. */
  mark(lane: string | null, kind: MarkKind, text: string, given: MarkOptions = {}): void {
    const { since = this.clock(), ms = this.clock() - since, who = null } = given;
    this.happenings.push({ type: "mark", at: since, lane, kind, text, who, until: since + ms });
  }

  /** Takes note of what a lane holds, as a copy; nothing where it is as it was. */
  holds(lane: string, name: string, lines: readonly string[]): void {
    const key = JSON.stringify([lane, name]);
    const text = JSON.stringify(lines);
    if (this.held.get(key) === text) return;
    this.held.set(key, text);
    this.happenings.push({ type: "holding", at: this.clock(), lane, name, lines: [...lines] });
  }

  /** A client that has no lane of its own is a connection of the one before the slash. */
  tell(room: string, event: HistoryEvent): void {
    const client = "client" in event ? event.client : room;
    const lane = this.lanes.some(({ name }) => name === client) ? client : (client.split("/")[0] ?? client);
    this.happenings.push({ type: "told", at: this.clock(), room, lane, event });
  }
}
