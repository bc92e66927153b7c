// The tables of a room's SQLite database, and how an older room gets the newer ones.

/** Each entry runs once, in order. Append only. (`PRAGMA user_version` is not supported in Durable Objects.) */
const MIGRATIONS = [
  `CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
   CREATE TABLE messages (
     seq INTEGER PRIMARY KEY, name TEXT NOT NULL, message TEXT NOT NULL, timestamp INTEGER NOT NULL,
     author TEXT NOT NULL, client TEXT NOT NULL, counter INTEGER NOT NULL);
   CREATE TABLE senders (
     author TEXT NOT NULL, client TEXT NOT NULL, counter INTEGER NOT NULL, seen INTEGER NOT NULL,
     PRIMARY KEY (author, client)) WITHOUT ROWID;`,
  `CREATE TABLE budgets (
     identity TEXT PRIMARY KEY, term TEXT NOT NULL, spent TEXT NOT NULL, state TEXT NOT NULL,
     message_debt INTEGER NOT NULL, join_debt INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;`,
  // Their identities were addresses; they are ids of limiters now.
  "DELETE FROM budgets;",
];

/** Brings a database up to date; a new one gets all tables. */
export function migrate(sql: SqlStorage): void {
  sql.exec("CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY)");
  const done = Number([...sql.exec("SELECT max(version) AS version FROM migrations")][0]?.version ?? 0);
  for (const [i, migration] of MIGRATIONS.entries()) {
    if (i < done) continue;
    sql.exec(migration);
    sql.exec("INSERT INTO migrations VALUES (?)", i + 1);
  }
}
