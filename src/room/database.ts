// A room's SQLite database, which a room that nobody was admitted to does not have: it gets its tables with the first thing that is
// kept. Knows whether there are any; what stands in them is schema.ts.
import { migrate } from "./schema.ts";

export type Row = Record<string, SqlStorageValue>;

/** The number in a column; 0 where there is none: one damaged row must not make all others unreadable. */
export const numberIn = (value: SqlStorageValue | undefined): number =>
  typeof value === "number" ? value : 0;

/** Of a few hundred bytes each. */
const ROWS_AT_ONCE = 1_000;

export class Database {
  private readonly sql: SqlStorage;
  /** Whether there are no tables: then nothing can be read, and there is nothing to delete. */
  private isBlank: boolean;

  constructor(sql: SqlStorage) {
    this.sql = sql;
    this.isBlank = [...sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'migrations'")].length === 0;
    if (!this.isBlank) migrate(sql);
  }

  read(query: string, ...bindings: SqlStorageValue[]): Row[] {
    return this.isBlank ? [] : this.sql.exec(query, ...bindings).toArray();
  }

  write(query: string, ...bindings: SqlStorageValue[]): void {
    if (this.isBlank) migrate(this.sql);
    this.isBlank = false;
    this.sql.exec(query, ...bindings);
  }

  /** Runs a query that reads rows from its parameter, as JSON. */
  writeAll(query: string, rows: readonly unknown[]): void {
    for (const part of inParts(rows)) this.write(query, part);
  }

  delete(query: string, ...bindings: SqlStorageValue[]): void {
    if (!this.isBlank) this.sql.exec(query, ...bindings);
  }

  deleteAll(query: string, rows: readonly unknown[]): void {
    for (const part of inParts(rows)) this.delete(query, part);
  }

  /** The storage was deleted, and the tables with it. */
  deleted(): void {
    this.isBlank = true;
  }
}

/** A statement takes a hundred parameters, and a parameter 2 MB: so many rows are one, and not all rows are. */
function* inParts(rows: readonly unknown[]): Iterable<string> {
  for (let rest = rows; rest.length > 0; rest = rest.slice(ROWS_AT_ONCE))
    yield JSON.stringify(rest.slice(0, ROWS_AT_ONCE));
}
