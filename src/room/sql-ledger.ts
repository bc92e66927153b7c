// The room's ledger of budgets over SQLite. A row is written in the turn that admits what it charges for (L6).
import type { BudgetLedger, BudgetRow } from "./budget-ledger.ts";
import { type Database, numberIn, type Row } from "./database.ts";

const COLUMNS = "identity, term, spent, state, message_debt, join_debt, at";

export class SqlLedger implements BudgetLedger {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  read(identity: string): BudgetRow | null {
    return this.rows(`SELECT ${COLUMNS} FROM budgets WHERE identity = ?`, identity)[0] ?? null;
  }

  all(): readonly BudgetRow[] {
    return this.rows(`SELECT ${COLUMNS} FROM budgets ORDER BY identity`);
  }

  write(rows: readonly BudgetRow[]): void {
    this.database.writeAll(
      `INSERT OR REPLACE INTO budgets SELECT value ->> 'identity', value ->> 'term', value ->> 'spent', value ->> 'state',
         value ->> '$.debts.message', value ->> '$.debts.join', value ->> 'at' FROM json_each(?)`,
      rows,
    );
  }

  drop(identities: readonly string[]): void {
    const query = "DELETE FROM budgets WHERE identity IN (SELECT value FROM json_each(?))";
    this.database.deleteAll(query, identities);
  }

  private rows(query: string, ...bindings: string[]): BudgetRow[] {
    return this.database.read(query, ...bindings).map(toRow);
  }
}

function toRow(row: Row): BudgetRow {
  return {
    identity: String(row.identity),
    term: String(row.term),
    spent: String(row.spent),
    state: row.state === "held" || row.state === "returned" ? row.state : "yielded",
    debts: { message: numberIn(row.message_debt), join: numberIn(row.join_debt) },
    at: numberIn(row.at),
  };
}
