// Whether what a room says beside a message's text is its sender's: name, author, client, counter, time and order, and no field too
// many. Each text is judged once for all members of a virtual user. That an author is the hash of its key is taken on trust.
import type { Welcome } from "../../src/protocol/messages.ts";
import type { Stamp } from "./stamps.ts";

/** What all members of a load run call themselves as clients. */
export const CLIENT = "k6";
/** So far a room's clock may be from a sender's: nobody sets a server's clock to the second, and nobody to another hour. */
const CLOCKS_MS = 300_000;

export interface AttributionOptions {
  /** Senders of each room. */
  readonly senders: number;
  /** What a sender calls itself. */
  readonly nameOf: (sender: number) => string;
}

/** An event of a frame that may be anything. */
type Fields = Readonly<Record<string, unknown>>;

/** The newest message of a room, and of a sender. Changed in place: there is one for each message of a run. */
interface Place {
  seq: number;
  timestamp: number;
}
interface Turn {
  n: number;
  counter: number;
  seq: number;
}

const EVENT_FIELDS = 7;
const MESSAGE_FIELDS = 3;

export class Attribution {
  /** Messages that were judged. */
  examined = 0;
  private readonly options: AttributionOptions;
  private readonly authors = new Map<number, string>();
  private readonly owners = new Map<string, number>();
  private readonly welcomed = new Map<string, number>();
  private readonly epochs = new Map<number, string>();
  private readonly names: string[] = [];
  private readonly places = new Map<number, Place>();
  private readonly turns = new Map<number, Turn>();

  constructor(options: AttributionOptions) {
    this.options = options;
  }

  /** Whether an event of the delivery protocol is its sender's in all that it says. */
  isEvent(event: unknown, stamp: Stamp): boolean {
    this.examined += 1;
    const { seq, name, timestamp, author, client, counter } = fieldsOf(event, EVENT_FIELDS);
    const { sender, n } = stamp;
    if (typeof seq !== "number" || typeof timestamp !== "number" || typeof counter !== "number") return false;
    if (name !== this.nameOf(sender) || client !== CLIENT || typeof author !== "string") return false;
    if (!this.isAuthor(sender, author) || !isNear(timestamp, stamp, seq)) return false;
    return this.isPlaced(sender, seq, timestamp) && this.isTurn(sender, n, counter, seq);
  }

  /** Whether a message of the classic protocol is; of `count` messages before it, each may have moved the room's time by a millisecond. */
  isMessage(message: unknown, stamp: Stamp): boolean {
    this.examined += 1;
    const { name, timestamp } = fieldsOf(message, MESSAGE_FIELDS);
    if (typeof timestamp !== "number" || name !== this.nameOf(stamp.sender)) return false;
    return isNear(timestamp, stamp, this.examined);
  }

  /** Whether a welcome may be this member's: its author is nobody else's, and the room is the one that the others are in. */
  isWelcome(
    welcome: Welcome,
    member: { readonly index: number; readonly room: number; readonly sender: number | null },
  ): boolean {
    const { author, epoch, protocol } = welcome;
    const isOwn = keep(this.welcomed, author, member.index) && keep(this.epochs, member.room, epoch);
    return protocol === 1 && isOwn && (member.sender === null || this.isAuthor(member.sender, author));
  }

  private isAuthor(sender: number, author: string): boolean {
    return keep(this.authors, sender, author) && keep(this.owners, author, sender);
  }

  private nameOf(sender: number): string {
    return (this.names[sender] ??= this.options.nameOf(sender));
  }

  /** [C5] Time rises with the room's order. */
  private isPlaced(sender: number, seq: number, timestamp: number): boolean {
    const room = Math.floor(sender / this.options.senders);
    const newest = this.places.get(room);
    if (newest === undefined) {
      this.places.set(room, { seq, timestamp });
      return true;
    }
    const steps = seq - newest.seq;
    if (Math.sign(timestamp - newest.timestamp) !== Math.sign(steps)) return false;
    if (steps > 0) {
      newest.seq = seq;
      newest.timestamp = timestamp;
    }
    return true;
  }

  /** A sender's messages stand in the order in which it sent them, and their counters have no hole: a refused one's is used again. */
  private isTurn(sender: number, n: number, counter: number, seq: number): boolean {
    const newest = this.turns.get(sender);
    if (newest === undefined) {
      this.turns.set(sender, { n, counter, seq });
      return true;
    }
    const [sent, counted] = [n - newest.n, counter - newest.counter];
    const way = Math.sign(sent);
    if (Math.sign(counted) !== way || Math.sign(seq - newest.seq) !== way) return false;
    if (Math.abs(counted) > Math.abs(sent)) return false;
    if (sent > 0) {
      newest.n = n;
      newest.counter = counter;
      newest.seq = seq;
    }
    return true;
  }
}

/** The fields of an object that has exactly so many; none of anything else. */
function fieldsOf(value: unknown, count: number): Fields {
  const isObject = typeof value === "object" && value !== null;
  return isObject && Object.keys(value).length === count ? (value as Fields) : {};
}

/** A room's time moves by at least a millisecond a message, so that it runs ahead of the clock by so many at most. */
const isNear = (timestamp: number, { actual }: Stamp, ahead: number): boolean =>
  Number.isInteger(timestamp) && timestamp > actual - CLOCKS_MS && timestamp < actual + CLOCKS_MS + ahead;

/** Keeps the first value of a key; whether this one is the same. */
function keep<K, V>(known: Map<K, V>, key: K, value: V): boolean {
  if (!known.has(key)) known.set(key, value);
  return known.get(key) === value;
}
