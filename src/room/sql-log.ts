// The room's log over SQLite. All writes of one turn of the event loop commit together; the output gate holds frames until then.
import type { ChatMessage } from "../protocol/messages.ts";
import { type Database, numberIn, type Row } from "./database.ts";
import type { MessageLog } from "./message-log.ts";

const COLUMNS = "seq, name, message, timestamp, author, client, counter";

const FIELDS = COLUMNS.split(", ")
  .map((field) => `value ->> '${field}'`)
  .join(", ");

/** To read so many rows costs less than to write one. */
const MANY_SENDERS = 1_000;
/** More than these are looked at so seldom: each look reads them all. */
const LOOK_EVERY_MS = 86_400_000;

export class SqlLog implements MessageLog {
  epoch = "";
  isNamed = false;
  head = 0;
  floor = 0;
  lastTimestamp = 0;
  private readonly database: Database;
  /** When the first of the senders was seen, as of the last look; their whole table is read for one. */
  private oldestSender = -Infinity;
  /** The `before` of the last look, where there were many of them; kept on disk, because each wake would look again. */
  private lookedBefore: number | null = null;

  /** A room without a log gets one named `freshEpoch`, which is written with the first name that is let in. */
  constructor(database: Database, freshEpoch: string) {
    this.database = database;
    this.open(freshEpoch);
  }

  /** Begins with what the database has, or with a log named `freshEpoch` where it has none. */
  open(freshEpoch: string): void {
    const stored = this.meta("epoch");
    this.isNamed = typeof stored === "string";
    this.epoch = typeof stored === "string" ? stored : freshEpoch;
    this.floor = numberIn(this.meta("floor"));
    const newest = this.rows(`SELECT ${COLUMNS} FROM messages ORDER BY seq DESC LIMIT 1`)[0];
    this.head = newest?.seq ?? this.floor;
    this.lastTimestamp = newest?.timestamp ?? numberIn(this.meta("floorTimestamp"));
    this.oldestSender = -Infinity;
    const looked = this.meta("lookedBefore");
    this.lookedBefore = typeof looked === "number" ? looked : null;
  }

  get oldestTimestamp(): number | null {
    return this.rows(`SELECT ${COLUMNS} FROM messages ORDER BY seq LIMIT 1`)[0]?.timestamp ?? null;
  }

  after(after: number, limit: number): ChatMessage[] {
    return this.rows(`SELECT ${COLUMNS} FROM messages WHERE seq > ? ORDER BY seq LIMIT ?`, after, limit);
  }

  before(before: number, limit: number): ChatMessage[] {
    const query = `SELECT ${COLUMNS} FROM messages WHERE seq < ? ORDER BY seq DESC LIMIT ?`;
    return this.rows(query, before, limit).toReversed();
  }

  counterOf(author: string, client: string): number {
    const query = "SELECT counter FROM senders WHERE author = ? AND client = ?";
    return numberIn(this.database.read(query, author, client)[0]?.counter);
  }

  /** Whether `trim` with this `before` would forget a sender, as far as is known without a look at all of them. */
  mayForget(before: number): boolean {
    const { lookedBefore } = this;
    if (lookedBefore === null) return this.oldestSender < before;
    // At once where the clock went back since.
    return before < lookedBefore || before >= lookedBefore + LOOK_EVERY_MS;
  }

  name(): void {
    this.setMeta("epoch", this.epoch);
    this.isNamed = true;
  }

  append(messages: readonly ChatMessage[], json: string): void {
    // One statement a table, whatever the number of rows: a statement takes a hundred parameters.
    this.database.write(`INSERT INTO messages (${COLUMNS}) SELECT ${FIELDS} FROM json_each(?)`, json);
    const newest = messages.at(-1);
    this.head = newest?.seq ?? this.head;
    this.lastTimestamp = newest?.timestamp ?? this.lastTimestamp;
    if (!messages.some(({ counter }) => counter > 0)) return;
    // Of several messages of a sender the last one counts.
    this.database.write(
      `INSERT OR REPLACE INTO senders
       SELECT value ->> 'author', value ->> 'client', value ->> 'counter', value ->> 'timestamp'
       FROM json_each(?) WHERE value ->> 'counter' > 0 ORDER BY key`,
      json,
    );
  }

  trim(through: number, before: number): void {
    const dropped = Math.min(through, this.head);
    this.forgetSenders(before);
    if (dropped <= this.floor) return;
    // Head and clock outlive the last message: a seq is never given twice.
    const newest = this.rows(
      `SELECT ${COLUMNS} FROM messages WHERE seq <= ? ORDER BY seq DESC LIMIT 1`,
      dropped,
    )[0];
    this.database.delete("DELETE FROM messages WHERE seq <= ?", dropped);
    this.setMeta("floor", dropped);
    if (newest !== undefined) this.setMeta("floorTimestamp", newest.timestamp);
    this.floor = dropped;
  }

  erase(epoch: string): void {
    const { isNamed } = this;
    this.database.delete("DELETE FROM messages; DELETE FROM senders; DELETE FROM meta;");
    this.open(epoch);
    if (isNamed) this.name();
  }

  lastBefore(before: number): number {
    // Timestamps rise with seq, so the first message that is young enough ends the search.
    const young = this.rows(
      `SELECT ${COLUMNS} FROM messages WHERE timestamp >= ? ORDER BY seq LIMIT 1`,
      before,
    )[0];
    return young === undefined ? this.head : young.seq - 1;
  }

  private rows(query: string, ...bindings: number[]): ChatMessage[] {
    return this.database.read(query, ...bindings).map(toMessage);
  }

  /** An index would cost each message a row; so the table is read whole, but only when somebody in it is due. */
  private forgetSenders(before: number): void {
    if (!this.mayForget(before)) return;
    this.database.delete("DELETE FROM senders WHERE seen < ?", before);
    const query = "SELECT count(*) AS count, min(seen) AS seen FROM (SELECT seen FROM senders LIMIT ?)";
    // As many of them as say whether there are many.
    const [found] = this.database.read(query, MANY_SENDERS + 1);
    // Who comes later was seen later.
    this.oldestSender = Number(found?.seen ?? before);
    const wasMany = this.lookedBefore !== null;
    this.lookedBefore = numberIn(found?.count) > MANY_SENDERS ? before : null;
    if (this.lookedBefore !== null) this.setMeta("lookedBefore", this.lookedBefore);
    else if (wasMany) this.database.delete("DELETE FROM meta WHERE key = 'lookedBefore'");
  }

  private meta(key: string): SqlStorageValue | undefined {
    return this.database.read("SELECT value FROM meta WHERE key = ?", key)[0]?.value;
  }

  private setMeta(key: string, value: string | number): void {
    this.database.write("INSERT OR REPLACE INTO meta VALUES (?, ?)", key, value);
  }
}

function toMessage(row: Row): ChatMessage {
  return {
    seq: numberIn(row.seq),
    name: String(row.name),
    message: String(row.message),
    timestamp: numberIn(row.timestamp),
    author: String(row.author),
    client: String(row.client),
    counter: numberIn(row.counter),
  };
}
