// The room's log over SQLite. All writes of one turn of the event loop commit together; the output gate holds frames until then.
import type { ChatMessage } from "../protocol/messages.ts";
import type { MessageLog } from "./message-log.ts";

const COLUMNS = "seq, name, message, timestamp, author, client, counter";

const FIELDS = COLUMNS.split(", ")
  .map((field) => `value ->> '${field}'`)
  .join(", ");

type Row = Record<keyof ChatMessage, SqlStorageValue>;

export class SqlLog implements MessageLog {
  epoch: string;
  head = 0;
  floor = 0;
  lastTimestamp = 0;
  private readonly sql: SqlStorage;

  /** Over a database that is up to date (schema.ts). A room without a log gets one named `freshEpoch`. */
  constructor(sql: SqlStorage, freshEpoch: string) {
    this.sql = sql;
    const stored = this.meta("epoch");
    this.epoch = typeof stored === "string" ? stored : freshEpoch;
    if (stored === undefined) this.setMeta("epoch", freshEpoch);
    this.floor = Number(this.meta("floor") ?? 0);
    const newest = this.rows(`SELECT ${COLUMNS} FROM messages ORDER BY seq DESC LIMIT 1`)[0];
    this.head = newest?.seq ?? this.floor;
    this.lastTimestamp = newest?.timestamp ?? Number(this.meta("floorTimestamp") ?? 0);
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
    return Number([...this.sql.exec(query, author, client)][0]?.counter ?? 0);
  }

  append(messages: readonly ChatMessage[], json: string): void {
    // One statement a table, whatever the number of rows: a statement takes a hundred parameters.
    this.sql.exec(`INSERT INTO messages (${COLUMNS}) SELECT ${FIELDS} FROM json_each(?)`, json);
    const newest = messages.at(-1);
    this.head = newest?.seq ?? this.head;
    this.lastTimestamp = newest?.timestamp ?? this.lastTimestamp;
    if (!messages.some(({ counter }) => counter > 0)) return;
    // Of several messages of a sender the last one counts.
    this.sql.exec(
      `INSERT OR REPLACE INTO senders
       SELECT value ->> 'author', value ->> 'client', value ->> 'counter', value ->> 'timestamp'
       FROM json_each(?) WHERE value ->> 'counter' > 0 ORDER BY key`,
      json,
    );
  }

  trim(through: number, before: number): void {
    const dropped = Math.min(through, this.head);
    this.sql.exec("DELETE FROM senders WHERE seen < ?", before);
    if (dropped <= this.floor) return;
    // Head and clock outlive the last message: a seq is never given twice.
    const newest = this.rows(
      `SELECT ${COLUMNS} FROM messages WHERE seq <= ? ORDER BY seq DESC LIMIT 1`,
      dropped,
    )[0];
    this.sql.exec("DELETE FROM messages WHERE seq <= ?", dropped);
    this.setMeta("floor", dropped);
    if (newest !== undefined) this.setMeta("floorTimestamp", newest.timestamp);
    this.floor = dropped;
  }

  erase(epoch: string): void {
    this.sql.exec("DELETE FROM messages; DELETE FROM senders; DELETE FROM meta;");
    this.setMeta("epoch", epoch);
    this.epoch = epoch;
    this.head = 0;
    this.floor = 0;
    this.lastTimestamp = 0;
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
    return this.sql
      .exec<Row>(query, ...bindings)
      .toArray()
      .map(toMessage);
  }

  private meta(key: string): SqlStorageValue | undefined {
    return [...this.sql.exec("SELECT value FROM meta WHERE key = ?", key)][0]?.value;
  }

  private setMeta(key: string, value: string | number): void {
    this.sql.exec("INSERT OR REPLACE INTO meta VALUES (?, ?)", key, value);
  }
}

function toMessage(row: Row): ChatMessage {
  return {
    seq: Number(row.seq),
    name: String(row.name),
    message: String(row.message),
    timestamp: Number(row.timestamp),
    author: String(row.author),
    client: String(row.client),
    counter: Number(row.counter),
  };
}
