// What the room keeps of the budgets that it holds or held: a row an identity. sql-ledger.ts keeps it in SQLite; tests have
// a twin in memory.
import type { Debts } from "../rate-limit/budget.ts";

export interface BudgetRow {
  readonly identity: string;
  /** The last term that this room was granted; "" where it never was, and admitted something without one (L9). */
  readonly term: string;
  /** The term of the newest action that the debts are known to include; "" where that is not known. */
  readonly spent: string;
  /** Held; given back, but the limiter may not have heard it; or given up when the limiter asked. */
  readonly state: "held" | "returned" | "yielded";
  /** What is owed as of the instant `at` of the room's clock. */
  readonly debts: Debts;
  readonly at: number;
}

/** What the pure room may ask. Synchronous. */
export interface LedgerReader {
  /** The row of an identity; null where nothing is owed, or was never admitted. */
  read(identity: string): BudgetRow | null;
  /** All rows: of identities that are here, and of those that owe something. */
  all(): readonly BudgetRow[];
}

/** What the shell does with it. Durable once the turn of the event loop has committed. */
export interface BudgetLedger extends LedgerReader {
  /** Writes rows over those of the same identity. Throws when storage refuses. */
  write(rows: readonly BudgetRow[]): void;
  drop(identities: readonly string[]): void;
}
