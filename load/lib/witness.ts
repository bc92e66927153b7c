// A sample of a run that is judged as every other test of this project is: some clients' whole history, by the project's checker.
// Only where one virtual user holds both senders and readers, and in the delivery protocol, where messages have a place.
import { decodeServerFrame } from "../../src/protocol/server-frames.ts";
import { check } from "../../test/support/checker.ts";
import { tellAnomaly } from "../../test/support/verdict.ts";
import { type HistoryEvent, seenOf } from "../../test/support/history.ts";

const WORD = "history";

/** An event as a line of an engine's output. k6 puts a line between quotes and escapes those in it, so there are none. */
export const writeEvent = (event: HistoryEvent): string =>
  `${WORD} ${encodeURIComponent(JSON.stringify(event))}`;

/** The event in a line of an engine's output, as JSON; null where there is none. */
export function readEvent(line: string): string | null {
  const told = new RegExp(`(?:^|msg="|\\s)${WORD} (%7B[^"\\s]+)`).exec(line)?.[1];
  return told === undefined ? null : decodeURIComponent(told);
}

/** Messages of the room that are judged; after them the clients count as gone. */
const MESSAGES = 200;

export interface Judged {
  readonly events: number;
  /** One sentence an anomaly, with the law that it breaks. */
  readonly anomalies: readonly string[];
}

export class Witness {
  /** What was seen so far. */
  readonly history: HistoryEvent[] = [];
  /** Readers, with their epoch and the last seq that is judged. */
  private readonly readers = new Map<string, { readonly epoch: string; readonly until: number }>();
  private readonly gone = new Set<string>();

  /** A client handed a message to its socket. */
  sent(client: string, message: string): void {
    if (this.isOver) return;
    this.history.push({ type: "sent", client, name: client, message });
  }

  /** A frame arrived at a client. */
  heard(client: string, text: string): void {
    if (this.gone.has(client)) return;
    const frame = decodeServerFrame(text);
    if (frame?.kind === "welcome") {
      const { epoch, head } = frame.welcome;
      this.readers.set(client, { epoch, until: head + MESSAGES });
      // In a room that was used before, a snapshot comes first.
      const after = head === 0 ? 0 : null;
      this.history.push({ type: "joined", client, epoch, resumed: false, after, head });
    } else if (frame?.kind === "events") {
      const { epoch = "", until = 0 } = this.readers.get(client) ?? {};
      for (const message of frame.events) {
        this.history.push({ type: "received", client, epoch, seen: seenOf(message) });
      }
      if (frame.last >= until) this.leave(client);
    }
  }

  /** A client hangs up, or lost its connection: what it hears later is not judged. */
  left(client: string): void {
    if (this.readers.has(client) && !this.gone.has(client)) this.leave(client);
  }

  private get isOver(): boolean {
    return this.readers.size > 0 && this.gone.size === this.readers.size;
  }

  private leave(client: string): void {
    this.gone.add(client);
    this.history.push({ type: "left", client });
  }

  verdict(): Judged {
    return { events: this.history.length, anomalies: check(this.history).anomalies.map(tellAnomaly) };
  }
}
