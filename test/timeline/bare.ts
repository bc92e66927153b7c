// A bare history as a trace: of time it knows the order alone, so each event is one later than the one before it.
import type { HistoryEvent } from "../support/history.ts";
import { Trace } from "./trace.ts";

/** Of a long list the end is shown. */
const SHOWN = 12;

/** `room` names the lane of the room. */
export function traceOf(history: readonly HistoryEvent[], room = "room"): Trace {
  let at = 0;
  const trace = new Trace(() => at, false);
  for (const event of history)
    if ("client" in event) trace.lane({ name: event.client, kind: "client", group: room });
  trace.lane({ name: room, kind: "room", group: room });
  const books = new Books();
  const here = new Set<string>();
  let leaving = 0;
  for (const event of history) {
    trace.tell(room, event);
    leaving = event.type === "left" ? leaving + 1 : 0;
    if (event.type === "joined") here.add(event.client);
    if (event.type === "left") here.delete(event.client);
    // Nobody writes down that a server was killed: it shows in that everybody is thrown out at once.
    if (leaving > 1 && here.size === 0) trace.mark(null, "crash", "all connections are gone");
    if ("client" in event) {
      const { outbox, screen } = books.after(event);
      trace.holds(event.client, "said, and not answered", newest(outbox));
      trace.holds(event.client, "screen", newest(screen));
    }
    at += 1;
  }
  return trace;
}

interface Book {
  outbox: string[];
  screen: string[];
}

/** What each client has said and was shown, as its events tell it. */
class Books {
  private readonly books = new Map<string, Book>();

  after(event: Extract<HistoryEvent, { readonly client: string }>): Book {
    const book = this.books.get(event.client) ?? { outbox: [], screen: [] };
    this.books.set(event.client, book);
    if (event.type === "sent") book.outbox.push(event.message);
    if (event.type === "acknowledged" || event.type === "failed")
      book.outbox = book.outbox.filter((message) => message !== event.message);
    if (event.type === "restarted") book.screen = [];
    if (event.type === "received") {
      const { seq, message } = event.seen;
      // The echo of one's own message is an answer too.
      book.outbox = book.outbox.filter((sent) => sent !== message);
      book.screen.push(seq === null ? message : `${seq}: ${message}`);
    }
    return book;
  }
}

/** The end of a list, with how many stand before it. */
export function newest(lines: readonly string[]): readonly string[] {
  if (lines.length <= SHOWN) return lines;
  return [`and ${lines.length - SHOWN} before`, ...lines.slice(-SHOWN)];
}
