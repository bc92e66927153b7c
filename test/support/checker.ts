// Judges a history: what was lost, doubled, reordered, made up, told differently to two clients, or left out unsaid.
// Knows nothing of how Edge Chat works; only what clients were told. Jepsen's vocabulary.
import type { HistoryEvent, Seen } from "./history.ts";
import { Places } from "./places.ts";
import { Readers } from "./readers.ts";
import { type EventOf, Findings, say, type Verdict } from "./verdict.ts";

/** Judges the history of one room. `log` events may be several: one an epoch. Throws where a text was sent twice. */
export function check(history: readonly HistoryEvent[]): Verdict {
  return new Checker(history).findings;
}

class Checker {
  readonly findings = new Findings();
  private readonly logs = new Map<string, EventOf<"log">>();
  private readonly places: Places;
  /** Who sent a text, and as which of all messages. */
  private readonly senders = new Map<string, { client: string; name: string; index: number }>();
  private readonly settled = new Set<string>();
  private readonly readers: Readers;

  constructor(history: readonly HistoryEvent[]) {
    this.places = new Places((what) => this.findings.report("inconsistent", "D1", what));
    this.readers = new Readers(this.findings, this.logs, this.places);
    for (const event of history) this.index(event);
    for (const log of this.logs.values()) this.checkLog(log);
    for (const event of history) this.follow(event);
    this.checkSenders();
    for (const log of this.logs.values()) if (log.isQuiet) this.checkQuiet(log);
  }

  /** First pass: what was sent by whom, and what stands where. */
  private index(event: HistoryEvent): void {
    if (event.type === "sent") {
      const { client, name, message } = event;
      if (this.senders.has(message))
        throw new Error(`"${message}" was sent twice; a text names its message.`);
      this.senders.set(message, { client, name, index: this.findings.counts.sent++ });
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
      this.findings.counts.stored += 1;
      this.places.add(epoch, seen);
      const seq = seen.seq ?? 0;
      if (seq !== last + 1) this.findings.report("lost", "D1", `the log goes from ${last} to ${seq}`);
      if (seen.timestamp <= clock)
        this.findings.report("reordered", "D1", `${say(seen)} is not younger than its predecessor`);
      const before = texts.get(seen.message);
      if (before !== undefined)
        this.findings.report("duplicate", "D3", `${say(seen)} is stored at ${before} and ${seq}`);
      this.checkOrigin(seen);
      texts.set(seen.message, seq);
      last = seq;
      clock = seen.timestamp;
    }
  }

  private checkOrigin(seen: Seen): void {
    const sender = this.senders.get(seen.message);
    if (sender === undefined) this.findings.report("phantom", "D11", `nobody sent ${say(seen)}`);
    else if (sender.name !== seen.name)
      this.findings.report("inconsistent", "D11", `${say(seen)} was sent by ${sender.name}`);
  }

  /** Second pass: each client's own story, in order. */
  private follow(event: HistoryEvent): void {
    switch (event.type) {
      case "restarted":
      case "joined":
      case "left":
      case "gap":
        this.readers.follow(event);
        break;
      case "received":
        this.checkOrigin(event.seen);
        this.readers.follow(event);
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

  private onAcknowledged({ client, epoch, message }: EventOf<"acknowledged">): void {
    this.findings.counts.acknowledged += 1;
    if (this.senders.get(message)?.client !== client) {
      this.findings.report(
        "phantom",
        "D5",
        `${client} was told that "${message}" is stored, and did not send it`,
      );
    }
    const logs =
      epoch === "" ? [...this.logs.values()] : [this.logs.get(epoch)].filter((log) => log !== undefined);
    // Without a log of that epoch the history does not go so far.
    if (logs.length === 0 || logs.some((log) => this.wasStored(log, message))) return;
    if (logs.some((log) => this.mayHaveDropped(log))) this.findings.counts.undecided += 1;
    else
      this.findings.report(
        "lost",
        "D5",
        `"${message}" was acknowledged to ${client}, and the log does not have it`,
      );
  }

  /** In the log, or seen where retention has dropped it. */
  private wasStored({ epoch, floor, messages }: EventOf<"log">, message: string): boolean {
    const seq = this.places.seqOf(epoch, message);
    if (seq === null) return false;
    return seq <= floor || seq <= (messages.at(-1)?.seq ?? floor);
  }

  /** Whether retention dropped a message of this log that nobody saw there: it may be any. */
  private mayHaveDropped({ epoch, floor }: EventOf<"log">): boolean {
    return this.places.hasUnseen(epoch, floor);
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
        this.findings.report("reordered", "D4", `${say(seen)} of ${sender.client} stands behind a later one`);
      }
      latest.set(line, Math.max(sender.index, latest.get(line) ?? -1));
      const text = JSON.stringify([epoch, seen.message]);
      const before = texts.get(text);
      // What stands twice in the log itself is reported already.
      if (before !== undefined && before <= (this.logs.get(epoch)?.floor ?? Infinity)) {
        this.findings.report("duplicate", "D3", `${say(seen)} stands at ${before} and ${seq}`);
      }
      texts.set(text, seq);
    }
  }

  /** Nothing is under way any more: all that was sent is stored or failed, and members have everything. */
  private checkQuiet(log: EventOf<"log">): void {
    this.readers.checkQuiet(log);
    for (const [message, { client }] of this.senders) {
      if (this.settled.has(message) || this.places.hasText(message)) continue;
      if (this.mayHaveDropped(log)) this.findings.counts.undecided += 1;
      else this.findings.report("lost", "D2", `"${message}" of ${client} was never stored, and did not fail`);
    }
  }
}
