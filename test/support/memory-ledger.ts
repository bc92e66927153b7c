// The room's ledger of budgets in memory, for tests and simulations. The same contract suite runs over it and over SQLite.
import type { BudgetLedger, BudgetRow } from "../../src/room/budget-ledger.ts";

export class MemoryLedger implements BudgetLedger {
  private rows = new Map<string, BudgetRow>();

  /** A copy that shares nothing that changes. */
  clone(): MemoryLedger {
    const copy = new MemoryLedger();
    copy.rows = new Map(this.rows);
    return copy;
  }

  read(identity: string): BudgetRow | null {
    return this.rows.get(identity) ?? null;
  }

  all(): readonly BudgetRow[] {
    return [...this.rows.values()].toSorted((a, b) => (a.identity < b.identity ? -1 : 1));
  }

  write(rows: readonly BudgetRow[]): void {
    for (const row of rows) this.rows.set(row.identity, row);
  }

  drop(identities: readonly string[]): void {
    for (const identity of identities) this.rows.delete(identity);
  }
}
