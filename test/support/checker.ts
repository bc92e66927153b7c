// Judges a history: what was lost, doubled, reordered, made up, told differently to two clients, or left out unsaid.
// Knows nothing of how Edge Chat works; only what clients were told. Jepsen's vocabulary.
import type { HistoryEvent, Seen } from "./history.ts";

/**
 * lost: acknowledged, and not in the log; or in the log, and not given to a member (D2, D5).
 * duplicate: twice in the log, or twice to one client (D3). reordered: a client, or a sender's messages, out of order (D1, D4).
 * phantom: seen though nobody sent it, the log does not have it, or the client was not a member (D6, D7).
 * inconsistent: two different messages at one place (D1). gap: a client skipped a seq and was not told (D2).
 */
export type AnomalyKind = "lost" | "duplicate" | "reordered" | "phantom" | "inconsistent" | "gap";

export interface Anomaly {
  readonly kind: AnomalyKind;
  readonly what: string;
}

export interface Verdict {
  readonly anomalies: readonly Anomaly[];
  /** `toldMissing` messages stood in explicit gaps; `undecided` acknowledged ones were trimmed before anybody saw them. */
  readonly counts: Readonly<
    Record<
      "sent" | "acknowledged" | "stored" | "received" | "joins" | "resumed" | "toldMissing" | "undecided",
      number
    >
  >;
}

type LogEvent = Extract<HistoryEvent, { type: "log" }>;

/** What a client is owed next. `next` is null until the first message after a join that could not say it. */
interface Reader {
  isJoined: boolean;
  epoch: string;
  next: number | null;
  readonly received: Set<string>;
}

/** Judges the history of one room. `log` events may be several: one an epoch. */
export function check(history: readonly HistoryEvent[]): Verdict {
  return new Checker(history).verdict();
}

class Checker {
  private readonly anomalies: Anomaly[] = [];
  private readonly counts = {
    sent: 0,
    acknowledged: 0,
    stored: 0,
    received: 0,
    joins: 0,
    resumed: 0,
    toldMissing: 0,
    undecided: 0,
  };
  private readonly logs = new Map<string, LogEvent>();
  /** What stands at each place, by whoever said it first. */
  private readonly places = new Map<string, Seen>();
  private readonly seqByTimestamp = new Map<string, number>();
  /** Who sent a text, and as which of their messages. */
  private readonly senders = new Map<string, { client: string; name: string; index: number }>();
  private readonly failed = new Set<string>();
  private readonly readers = new Map<string, Reader>();

  constructor(history: readonly HistoryEvent[]) {
    for (const event of history) this.index(event);
    for (const log of this.logs.values()) this.checkLog(log);
    for (const event of history) this.follow(event);
    for (const event of history) if (event.type === "acknowledged") this.checkAcknowledged(event);
    this.checkSenders();
    for (const log of this.logs.values()) if (log.isQuiet) this.checkQuiet(log);
  }

  verdict(): Verdict {
    return { anomalies: this.anomalies, counts: this.counts };
  }

  private report(kind: AnomalyKind, what: string): void {
    this.anomalies.push({ kind, what });
  }

  /** First pass: what was sent by whom, and what the logs say. */
  private index(event: HistoryEvent): void {
    if (event.type === "sent") {
      const { client, name, message } = event;
      if (this.senders.has(message))
        throw new Error(`The text "${message}" was sent twice; texts name messages.`);
      this.senders.set(message, { client, name, index: this.counts.sent++ });
    } else if (event.type === "failed") this.failed.add(event.message);
    else if (event.type === "log") this.logs.set(event.epoch, event);
    else if (event.type === "received") this.place(event.epoch, event.seen);
  }

  /** Notes what stands at a place; complains if somebody said otherwise before. */
  private place(epoch: string, seen: Seen): void {
    if (seen.seq === null) return;
    const key = `${epoch} ${seen.seq}`;
    const known = this.places.get(key);
    if (known === undefined) {
      this.places.set(key, seen);
      this.seqByTimestamp.set(`${epoch} ${seen.timestamp}`, seen.seq);
    } else if (!isSame(known, seen)) {
      this.report("inconsistent", `seq ${seen.seq} is ${say(known)} to one and ${say(seen)} to another`);
    }
  }

  private checkLog({ epoch, floor, messages }: LogEvent): void {
    const texts = new Map<string, number>();
    let last = floor;
    let clock = 0;
    for (const seen of messages) {
      this.counts.stored += 1;
      this.place(epoch, seen);
      const seq = seen.seq ?? 0;
      if (seq !== last + 1) this.report("lost", `the log goes from ${last} to ${seq}`);
      if (seen.timestamp <= clock)
        this.report("reordered", `${say(seen)} is not younger than its predecessor`);
      const before = texts.get(seen.message);
      if (before !== undefined) this.report("duplicate", `${say(seen)} is stored at ${before} and ${seq}`);
      this.checkOrigin(seen);
      texts.set(seen.message, seq);
      last = seq;
      clock = seen.timestamp;
    }
  }

  private checkOrigin(seen: Seen): void {
    const sender = this.senders.get(seen.message);
    if (sender === undefined) this.report("phantom", `nobody sent ${say(seen)}`);
    else if (sender.name !== seen.name) {
      this.report("inconsistent", `${say(seen)} was sent by ${sender.name}`);
    }
  }

  private reader(client: string): Reader {
    const reader = this.readers.get(client) ?? {
      isJoined: false,
      epoch: "",
      next: null,
      received: new Set<string>(),
    };
    this.readers.set(client, reader);
    return reader;
  }

  /** Second pass: each client's own story, in order. */
  private follow(event: HistoryEvent): void {
    if (event.type === "joined") this.onJoined(event);
    else if (event.type === "left") this.reader(event.client).isJoined = false;
    else if (event.type === "gap") this.onGap(event);
    else if (event.type === "received") this.onReceived(event);
  }

  private onJoined({ client, epoch, resumed, after }: Extract<HistoryEvent, { type: "joined" }>): void {
    const reader = this.reader(client);
    this.counts.joins += 1;
    if (!resumed) reader.next = after === null ? null : after + 1;
    else {
      this.counts.resumed += 1;
      if (epoch !== reader.epoch) this.report("inconsistent", `${client} resumed into another log`);
      const next = after === null ? null : after + 1;
      if (reader.next !== null && next !== null && next !== reader.next) {
        this.report("gap", `${client} had everything before ${reader.next}, and resumed at ${next}`);
      }
    }
    reader.epoch = epoch;
    reader.isJoined = true;
  }

  private onGap({ client, first, last }: Extract<HistoryEvent, { type: "gap" }>): void {
    const reader = this.reader(client);
    this.counts.toldMissing += last - first + 1;
    if (first !== reader.next || last < first) {
      this.report(
        "gap",
        `${client} was told that ${first} to ${last} are missing, and waited for ${reader.next}`,
      );
    }
    reader.next = last + 1;
  }

  private onReceived({ client, epoch, seen }: Extract<HistoryEvent, { type: "received" }>): void {
    const reader = this.reader(client);
    this.counts.received += 1;
    const seq = seen.seq ?? this.seqByTimestamp.get(`${epoch} ${seen.timestamp}`);
    this.checkOrigin(seen);
    if (!reader.isJoined) this.report("phantom", `${client} got ${say(seen)} without being a member`);
    const log = this.logs.get(epoch);
    if (seq === undefined)
      return this.report("phantom", `${client} got ${say(seen)}, which the log does not have`);
    const head = log?.messages.at(-1)?.seq ?? log?.floor ?? Infinity;
    if (log !== undefined && seq > head) {
      this.report("phantom", `${client} got ${say(seen)} at ${seq}, and the log ends at ${head}`);
    }
    if (seen.seq === null) this.place(epoch, { ...seen, seq });
    const key = `${epoch} ${seq}`;
    if (reader.received.has(key)) this.report("duplicate", `${client} got seq ${seq} twice`);
    else if (reader.next !== null && seq < reader.next) {
      this.report("reordered", `${client} got seq ${seq} after ${reader.next - 1}`);
    } else if (reader.next !== null && seq > reader.next) {
      this.report("gap", `${client} got ${seq} and waited for ${reader.next}`);
    }
    reader.received.add(key);
    reader.next = Math.max(reader.next ?? 0, seq + 1);
  }

  private checkAcknowledged({
    client,
    epoch,
    message,
  }: Extract<HistoryEvent, { type: "acknowledged" }>): void {
    this.counts.acknowledged += 1;
    if (this.senders.get(message)?.client !== client) {
      this.report("phantom", `${client} was told that "${message}" is stored, and did not send it`);
    }
    const log = this.logs.get(epoch);
    // Without a log of that epoch, it was erased on purpose, or the history did not go so far.
    if (log === undefined || log.messages.some((seen) => seen.message === message)) return;
    const isTrimmed = this.findPlace(epoch, message) <= log.floor;
    if (isTrimmed) return;
    if (log.floor > 0 && this.findPlace(epoch, message) === Infinity) this.counts.undecided += 1;
    else this.report("lost", `"${message}" was acknowledged to ${client}, and the log does not have it`);
  }

  /** Where anybody saw a message; Infinity if nobody did. */
  private findPlace(epoch: string, message: string): number {
    if (this.placesByText === null) {
      this.placesByText = new Map();
      for (const [key, seen] of this.places) {
        const [at = ""] = key.split(" ");
        this.placesByText.set(`${at} ${seen.message}`, seen.seq ?? Infinity);
      }
    }
    return this.placesByText.get(`${epoch} ${message}`) ?? Infinity;
  }
  private placesByText: Map<string, number> | null = null;

  /** [D4] In each epoch, a sender's messages stand in the order sent; and none of them at two places. */
  private checkSenders(): void {
    const latest = new Map<string, number>();
    const texts = new Map<string, number>();
    const ordered = [...this.places].toSorted(([, a], [, b]) => (a.seq ?? 0) - (b.seq ?? 0));
    for (const [key, seen] of ordered) {
      const [epoch = ""] = key.split(" ");
      const sender = this.senders.get(seen.message);
      if (sender === undefined) continue;
      const line = `${epoch} ${sender.client}`;
      if (sender.index < (latest.get(line) ?? -1)) {
        this.report("reordered", `${say(seen)} of ${sender.client} stands behind a later one`);
      }
      latest.set(line, Math.max(sender.index, latest.get(line) ?? -1));
      const text = `${epoch} ${seen.message}`;
      const before = texts.get(text);
      // The log's own duplicates are reported already.
      if (before !== undefined && (seen.seq ?? 0) <= (this.logs.get(epoch)?.floor ?? Infinity)) {
        this.report("duplicate", `${say(seen)} stands at ${before} and ${seen.seq}`);
      }
      texts.set(text, seen.seq ?? 0);
    }
  }

  /** Nothing is under way any more: all that was sent is stored or failed, and members have everything. */
  private checkQuiet({ epoch, floor, messages }: LogEvent): void {
    const head = messages.at(-1)?.seq ?? floor;
    for (const [client, { isJoined, epoch: theirs, next }] of this.readers) {
      if (!isJoined || theirs !== epoch) continue;
      if (next !== null && next !== head + 1) {
        this.report("lost", `${client} was given everything before ${next}, and the log ends at ${head}`);
      } else if (next === null && messages.length > 0) {
        this.report("lost", `${client} was given nothing of ${messages.length} messages`);
      }
    }
    if (this.logs.size > 1) return;
    const stored = new Set(messages.map(({ message }) => message));
    for (const [message, { client }] of this.senders) {
      if (stored.has(message) || this.failed.has(message)) continue;
      if (this.findPlace(epoch, message) <= floor) continue;
      if (floor > 0) this.counts.undecided += 1;
      else this.report("lost", `"${message}" of ${client} was never stored, and did not fail`);
    }
  }
}

const isSame = (a: Seen, b: Seen): boolean =>
  a.name === b.name && a.message === b.message && a.timestamp === b.timestamp;

const say = ({ message, name }: Seen): string => `"${message}" by ${name}`;
