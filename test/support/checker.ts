// Judges a history: what was lost, doubled, reordered, made up, told differently to two clients, or left out unsaid.
// Knows nothing of how Edge Chat works; only what clients were told. Jepsen's vocabulary.
import type { HistoryEvent, Seen } from "./history.ts";
import { Places } from "./places.ts";

/**
 * lost: acknowledged, and not in the log; or in the log, and not given to a member (D2, D5).
 * duplicate: twice in the log, or twice to one client (D3). reordered: a client, or a sender's messages, out of order (D1, D4).
 * phantom: seen though nobody sent it, the log does not have it, or the client was not a member (D6, D7).
 * inconsistent: two different messages at one place (D1). gap: a client skipped a seq and was not told (D2).
 */
export type AnomalyKind = "lost" | "duplicate" | "reordered" | "phantom" | "inconsistent" | "gap";

export interface Anomaly {
  readonly kind: AnomalyKind;
  /** The rule of SPEC.md that it breaks. */
  readonly law: string;
  readonly what: string;
}

export interface Verdict {
  readonly anomalies: readonly Anomaly[];
  /** `toldMissing` messages stood in explicit gaps; `undecided` ones were trimmed before anybody saw their seq. */
  readonly counts: Readonly<Record<Count, number>>;
}

const COUNTS = [
  "sent",
  "acknowledged",
  "stored",
  "received",
  "joins",
  "resumed",
  "toldMissing",
  "undecided",
] as const;
type Count = (typeof COUNTS)[number];

type EventOf<T extends HistoryEvent["type"]> = Extract<HistoryEvent, { type: T }>;

/** What a client is owed: `next` is null until the first message after a join that could not say it. */
interface Reader {
  isJoined: boolean;
  epoch: string;
  next: number | null;
  /** The newest seq at the time of a join that did not resume: the first message must not come after it. */
  head: number;
  received: Set<string>;
}

/** Judges the history of one room. `log` events may be several: one an epoch. Throws where a text was sent twice. */
export function check(history: readonly HistoryEvent[]): Verdict {
  return new Checker(history).verdict();
}

/** The same, for tests: throws an Error that names every anomaly and its law. */
export function assertClean(history: readonly HistoryEvent[]): Verdict {
  const verdict = check(history);
  if (verdict.anomalies.length === 0) return verdict;
  throw new Error(verdict.anomalies.map(tellAnomaly).join("\n"));
}

export const tellAnomaly = ({ kind, law, what }: Anomaly): string => `[${law}] ${kind}: ${what}`;

class Checker {
  private readonly anomalies: Anomaly[] = [];
  private readonly counts = Object.fromEntries(COUNTS.map((name) => [name, 0])) as Record<Count, number>;
  private readonly logs = new Map<string, EventOf<"log">>();
  private readonly places: Places;
  /** Who sent a text, and as which of all messages. */
  private readonly senders = new Map<string, { client: string; name: string; index: number }>();
  private readonly settled = new Set<string>();
  private readonly readers = new Map<string, Reader>();

  constructor(history: readonly HistoryEvent[]) {
    this.places = new Places((what) => this.report("inconsistent", "D1", what));
    for (const event of history) this.index(event);
    for (const log of this.logs.values()) this.checkLog(log);
    for (const event of history) this.follow(event);
    this.checkSenders();
    for (const log of this.logs.values()) if (log.isQuiet) this.checkQuiet(log);
  }

  verdict(): Verdict {
    return { anomalies: this.anomalies, counts: this.counts };
  }

  private report(kind: AnomalyKind, law: string, what: string): void {
    this.anomalies.push({ kind, law, what });
  }

  /** First pass: what was sent by whom, and what stands where. */
  private index(event: HistoryEvent): void {
    if (event.type === "sent") {
      const { client, name, message } = event;
      if (this.senders.has(message))
        throw new Error(`"${message}" was sent twice; a text names its message.`);
      this.senders.set(message, { client, name, index: this.counts.sent++ });
    } else if (event.type === "failed") this.settled.add(event.message);
    // What was acknowledged is judged by that.
    else if (event.type === "acknowledged") this.settled.add(event.message);
    else if (event.type === "log") this.logs.set(event.epoch, event);
    else if (event.type === "received") this.places.add(event.epoch, event.seen);
  }

  private checkLog({ epoch, floor, messages }: EventOf<"log">): void {
    const texts = new Map<string, number>();
    let last = floor;
    let clock = 0;
    for (const seen of messages) {
      this.counts.stored += 1;
      this.places.add(epoch, seen);
      const seq = seen.seq ?? 0;
      if (seq !== last + 1) this.report("lost", "D1", `the log goes from ${last} to ${seq}`);
      if (seen.timestamp <= clock)
        this.report("reordered", "D1", `${say(seen)} is not younger than its predecessor`);
      const before = texts.get(seen.message);
      if (before !== undefined)
        this.report("duplicate", "D3", `${say(seen)} is stored at ${before} and ${seq}`);
      this.checkOrigin(seen);
      texts.set(seen.message, seq);
      last = seq;
      clock = seen.timestamp;
    }
  }

  private checkOrigin(seen: Seen): void {
    const sender = this.senders.get(seen.message);
    if (sender === undefined) this.report("phantom", "D11", `nobody sent ${say(seen)}`);
    else if (sender.name !== seen.name)
      this.report("inconsistent", "D11", `${say(seen)} was sent by ${sender.name}`);
  }

  private reader(client: string): Reader {
    const known = this.readers.get(client);
    if (known !== undefined) return known;
    const reader = { isJoined: false, epoch: "", next: null, head: Infinity, received: new Set<string>() };
    this.readers.set(client, reader);
    return reader;
  }

  /** Second pass: each client's own story, in order. */
  private follow(event: HistoryEvent): void {
    switch (event.type) {
      case "restarted":
        this.readers.delete(event.client);
        break;
      case "joined":
        this.onJoined(event);
        break;
      case "left":
        this.reader(event.client).isJoined = false;
        break;
      case "gap":
        this.onGap(event);
        break;
      case "received":
        this.onReceived(event);
        break;
      case "acknowledged":
        this.onAcknowledged(event);
        break;
      case "sent":
      case "failed":
      case "log":
        break;
      default:
        event satisfies never;
    }
  }

  private onJoined({ client, epoch, resumed, after, head }: EventOf<"joined">): void {
    const reader = this.reader(client);
    const next = after === null ? null : after + 1;
    this.counts.joins += 1;
    if (resumed) {
      this.counts.resumed += 1;
      if (epoch !== reader.epoch) this.report("inconsistent", "P3", `${client} resumed into another log`);
      if (next !== reader.next) {
        this.report("gap", "D2", `${client} had everything before ${reader.next}, and resumed at ${next}`);
      }
    } else {
      if (reader.next !== null && reader.epoch === epoch) {
        this.report("gap", "D2", `${client} was made to begin anew, though the log is the same`);
      }
      reader.next = next;
      reader.head = head ?? Infinity;
    }
    reader.epoch = epoch;
    reader.isJoined = true;
  }

  private onGap({ client, first, last }: EventOf<"gap">): void {
    const reader = this.reader(client);
    this.counts.toldMissing += last - first + 1;
    if (first !== reader.next || last < first) {
      this.report(
        "gap",
        "D2",
        `${client} was told that ${first} to ${last} are missing, and waited for ${reader.next}`,
      );
    }
    reader.next = last + 1;
  }

  private onReceived({ client, epoch, seen }: EventOf<"received">): void {
    const reader = this.reader(client);
    this.counts.received += 1;
    this.checkOrigin(seen);
    if (!reader.isJoined) this.report("phantom", "D7", `${client} got ${say(seen)} without being a member`);
    const place = this.places.find(epoch, seen);
    if (place === null) return this.onUnknownPlace(client, reader, seen);
    const { seq } = place;
    if (epoch === "") reader.epoch = place.epoch;
    const log = this.logs.get(place.epoch);
    const head = log?.messages.at(-1)?.seq ?? log?.floor ?? Infinity;
    if (seq > head) {
      this.report("phantom", "D6", `${client} got ${say(seen)} at ${seq}, and the log ends at ${head}`);
    }
    this.step(client, reader, place.epoch, seq);
  }

  /** A reader's position moves by one; anything else is an anomaly. */
  private step(client: string, reader: Reader, epoch: string, seq: number): void {
    const { next } = reader;
    const key = `${epoch} ${seq}`;
    if (reader.received.has(key)) this.report("duplicate", "D3", `${client} got seq ${seq} twice`);
    else if (next !== null && seq < next)
      this.report("reordered", "D1", `${client} got seq ${seq} after ${next - 1}`);
    else if (seq > (next ?? reader.head + 1)) {
      this.report("gap", "D2", `${client} got seq ${seq} and waited for ${next ?? reader.head}`);
    }
    reader.received.add(key);
    reader.next = Math.max(next ?? 0, seq + 1);
  }

  /** Nobody kept what would say where it stood, so the reader may go on anywhere. */
  private onUnknownPlace(client: string, reader: Reader, seen: Seen): void {
    const isTrimmed = [...this.logs.values()].some(
      ({ floor, messages }) => floor > 0 && seen.timestamp < (messages[0]?.timestamp ?? Infinity),
    );
    reader.next = null;
    reader.head = Infinity;
    if (isTrimmed) this.counts.undecided += 1;
    else this.report("phantom", "D6", `${client} got ${say(seen)}, which the log does not have`);
  }

  private onAcknowledged({ client, epoch, message }: EventOf<"acknowledged">): void {
    this.counts.acknowledged += 1;
    if (this.senders.get(message)?.client !== client) {
      this.report("phantom", "D5", `${client} was told that "${message}" is stored, and did not send it`);
    }
    const logs =
      epoch === "" ? [...this.logs.values()] : [this.logs.get(epoch)].filter((log) => log !== undefined);
    // Without a log of that epoch the history does not go so far.
    if (logs.length === 0 || logs.some((log) => this.wasStored(log, message))) return;
    if (logs.some(({ floor }) => floor > 0) && !this.places.hasText(message)) this.counts.undecided += 1;
    else
      this.report("lost", "D5", `"${message}" was acknowledged to ${client}, and the log does not have it`);
  }

  /** In the log, or seen where retention has dropped it. */
  private wasStored({ epoch, floor, messages }: EventOf<"log">, message: string): boolean {
    const seq = this.places.seqOf(epoch, message);
    if (seq === null) return false;
    return seq <= floor || seq <= (messages.at(-1)?.seq ?? floor);
  }

  /** [D4] In each epoch, a sender's messages stand in the order sent; and none of them at two places. */
  private checkSenders(): void {
    const latest = new Map<string, number>();
    const texts = new Map<string, number>();
    for (const { epoch, seq, seen } of this.places.inOrder()) {
      const sender = this.senders.get(seen.message);
      if (sender === undefined) continue;
      const line = JSON.stringify([epoch, sender.client]);
      if (sender.index < (latest.get(line) ?? -1)) {
        this.report("reordered", "D4", `${say(seen)} of ${sender.client} stands behind a later one`);
      }
      latest.set(line, Math.max(sender.index, latest.get(line) ?? -1));
      const text = JSON.stringify([epoch, seen.message]);
      const before = texts.get(text);
      // What stands twice in the log itself is reported already.
      if (before !== undefined && before <= (this.logs.get(epoch)?.floor ?? Infinity)) {
        this.report("duplicate", "D3", `${say(seen)} stands at ${before} and ${seq}`);
      }
      texts.set(text, seq);
    }
  }

  /** Nothing is under way any more: all that was sent is stored or failed, and members have everything. */
  private checkQuiet({ epoch, floor, messages }: EventOf<"log">): void {
    const head = messages.at(-1)?.seq ?? floor;
    for (const [client, reader] of this.readers) {
      const { isJoined, next } = reader;
      if (!isJoined || (reader.epoch !== epoch && reader.epoch !== "")) continue;
      if (next === null ? messages.length > 0 : next !== head + 1) {
        this.report(
          "lost",
          "D2",
          `${client} has everything before ${next ?? 0}, and the log ends at ${head}`,
        );
      }
    }
    for (const [message, { client }] of this.senders) {
      if (this.settled.has(message) || this.places.hasText(message)) continue;
      if (floor > 0) this.counts.undecided += 1;
      else this.report("lost", "D2", `"${message}" of ${client} was never stored, and did not fail`);
    }
  }
}

const say = ({ message, name }: Seen): string => `"${message}" by ${name}`;
