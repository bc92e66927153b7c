// What each client was told, from its first join on: a story that has to go on by one, or to say what it leaves out.
import type { Seen } from "./history.ts";
import type { Places } from "./places.ts";
import { type EventOf, type Findings, say } from "./verdict.ts";

/** What a client is owed: `next` is null until the first message after a join that could not say it. */
interface Reader {
  isJoined: boolean;
  epoch: string;
  next: number | null;
  /** The newest seq at the time of a join that did not resume: the first message must not come after it. */
  head: number;
  received: Set<string>;
}

/** Within the bounds of a replay (P3), by far: what is left out of one that is larger may well be in the log. */
const isLittle = (messages: readonly Seen[]): boolean =>
  messages.length < 500 && messages.reduce((length, { message }) => length + message.length, 0) < 50_000;

export class Readers {
  private readonly findings: Findings;
  private readonly logs: ReadonlyMap<string, EventOf<"log">>;
  private readonly places: Places;
  private readonly readers = new Map<string, Reader>();

  /** `logs` and `places` are what the whole history knows of each epoch. */
  constructor(findings: Findings, logs: ReadonlyMap<string, EventOf<"log">>, places: Places) {
    this.findings = findings;
    this.logs = logs;
    this.places = places;
  }

  follow(event: EventOf<"restarted" | "joined" | "left" | "gap" | "received">): void {
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
      default:
        event satisfies never;
    }
  }

  /** Nothing is under way any more: members have everything that this log has. */
  checkQuiet({ epoch, floor, messages }: EventOf<"log">): void {
    const head = messages.at(-1)?.seq ?? floor;
    for (const [client, reader] of this.readers) {
      const { isJoined, next } = reader;
      if (!isJoined || (reader.epoch !== epoch && reader.epoch !== "")) continue;
      if (next === null ? messages.length > 0 : next !== head + 1) {
        this.findings.report(
          "lost",
          "D2",
          `${client} has everything before ${next ?? 0}, and the log ends at ${head}`,
        );
      }
    }
  }

  private reader(client: string): Reader {
    const known = this.readers.get(client);
    if (known !== undefined) return known;
    const reader = { isJoined: false, epoch: "", next: null, head: Infinity, received: new Set<string>() };
    this.readers.set(client, reader);
    return reader;
  }

  private onJoined({ client, epoch, resumed, after, head }: EventOf<"joined">): void {
    const reader = this.reader(client);
    const next = after === null ? null : after + 1;
    this.findings.counts.joins += 1;
    if (resumed) {
      this.findings.counts.resumed += 1;
      if (epoch !== reader.epoch)
        this.findings.report("inconsistent", "P3", `${client} resumed into another log`);
      if (next !== reader.next) {
        this.findings.report(
          "gap",
          "D2",
          `${client} had everything before ${reader.next}, and resumed at ${next}`,
        );
      }
    } else {
      if (reader.next !== null && reader.epoch === epoch) {
        this.findings.report("gap", "D2", `${client} was made to begin anew, though the log is the same`);
      }
      reader.next = next;
      reader.head = head ?? Infinity;
    }
    reader.epoch = epoch;
    reader.isJoined = true;
  }

  private onGap({ client, first, last }: EventOf<"gap">): void {
    const reader = this.reader(client);
    this.findings.counts.toldMissing += last - first + 1;
    if (first !== reader.next || last < first) {
      this.findings.report(
        "gap",
        "D2",
        `${client} was told that ${first} to ${last} are missing, and waited for ${reader.next}`,
      );
    }
    const kept =
      this.logs.get(reader.epoch)?.messages.filter(({ seq }) => seq !== null && seq >= first) ?? [];
    if (kept.some(({ seq }) => seq === last) && isLittle(kept)) {
      this.findings.report(
        "gap",
        "P3",
        `${client} was told that ${first} to ${last} are missing, and the log has ${last} in the end`,
      );
    }
    reader.next = last + 1;
  }

  private onReceived({ client, epoch, seen }: EventOf<"received">): void {
    const reader = this.reader(client);
    this.findings.counts.received += 1;
    if (!reader.isJoined)
      this.findings.report("phantom", "D7", `${client} got ${say(seen)} without being a member`);
    const place = this.places.find(epoch, seen);
    if (place === null) return this.onUnknownPlace(client, reader, seen);
    const { seq } = place;
    if (epoch === "") reader.epoch = place.epoch;
    const log = this.logs.get(place.epoch);
    const head = log?.messages.at(-1)?.seq ?? log?.floor ?? Infinity;
    if (seq > head) {
      this.findings.report(
        "phantom",
        "D6",
        `${client} got ${say(seen)} at ${seq}, and the log ends at ${head}`,
      );
    }
    this.step(client, reader, place.epoch, seq);
  }

  /** A reader's position moves by one; anything else is an anomaly. */
  private step(client: string, reader: Reader, epoch: string, seq: number): void {
    const { next } = reader;
    const key = `${epoch} ${seq}`;
    if (reader.received.has(key)) this.findings.report("duplicate", "D3", `${client} got seq ${seq} twice`);
    else if (next !== null && seq < next)
      this.findings.report("reordered", "D1", `${client} got seq ${seq} after ${next - 1}`);
    else if (seq > (next ?? reader.head + 1)) {
      this.findings.report("gap", "D2", `${client} got seq ${seq} and waited for ${next ?? reader.head}`);
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
    if (isTrimmed) this.findings.counts.undecided += 1;
    else this.findings.report("phantom", "D6", `${client} got ${say(seen)}, which the log does not have`);
  }
}
