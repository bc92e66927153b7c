// What every BudgetLedger has to do: one suite for the in-memory twin and for the one over SQLite.
import { expect, test } from "vitest";
import type { BudgetLedger, BudgetRow } from "../../src/room/budget-ledger.ts";

const budgetOf = (identity: string, fields: Partial<BudgetRow> = {}): BudgetRow => ({
  identity,
  term: `term of ${identity}`,
  spent: `spent by ${identity}`,
  state: "held",
  debts: { message: 1, join: 2 },
  at: 1_763_900_000_000,
  ...fields,
});

/** `withLedger` gives an empty ledger; `reopen` reads it again as a woken room would. */
export function ledgerContract(
  withLedger: (body: (ledger: BudgetLedger, reopen: () => BudgetLedger) => void) => Promise<void>,
): void {
  test("[L6] an empty ledger has nothing", () =>
    withLedger((ledger) => {
      expect([ledger.all(), ledger.read("a")]).toEqual([[], null]);
    }));

  test("[L6] every field of what was written is read back, also after a wake", () =>
    withLedger((ledger, reopen) => {
      const rows = [
        budgetOf("a"),
        budgetOf("b", { state: "returned", spent: "", term: "" }),
        budgetOf("c", { state: "yielded", debts: { message: 0, join: 86_400_000_000 }, at: 0 }),
      ];
      ledger.write(rows);
      for (const open of [ledger, reopen()]) {
        expect(open.all()).toEqual(rows);
        for (const row of rows) expect(open.read(row.identity)).toEqual(row);
        expect(open.read("d")).toBeNull();
      }
    }));

  test("[L6] a row is written over the one of the same identity, and over no other", () =>
    withLedger((ledger, reopen) => {
      ledger.write([budgetOf("a"), budgetOf("b")]);
      const later = budgetOf("a", { debts: { message: 7, join: 0 }, state: "yielded", spent: "" });
      ledger.write([later]);
      for (const open of [ledger, reopen()]) expect(open.all()).toEqual([later, budgetOf("b")]);
    }));

  test("[L8] any text is an identity and a term, and they are told apart to the letter", () =>
    withLedger((ledger, reopen) => {
      const texts = ['"', "'; DROP TABLE budgets; --", "6:2001:db8:0:0", "load:0:1", "A", "a", "%", "Ä🚆\n"];
      const rows = texts.map((text) => budgetOf(text, { term: text }));
      ledger.write(rows);
      for (const row of rows) expect(reopen().read(row.identity)).toEqual(row);
      expect(reopen().all()).toHaveLength(texts.length);
    }));

  test("[D12] what is dropped is gone, nothing else is, and dropping what is not there changes nothing", () =>
    withLedger((ledger, reopen) => {
      ledger.write(["a", "b", "c"].map((identity) => budgetOf(identity)));
      ledger.drop(["a", "c", "nobody"]);
      ledger.drop([]);
      for (const open of [ledger, reopen()]) expect(open.all()).toEqual([budgetOf("b")]);
    }));

  test("[D12] many rows are written and dropped at once", () =>
    withLedger((ledger, reopen) => {
      const rows = Array.from({ length: 1_000 }, (_, i) => budgetOf(`${1_000 + i}`));
      ledger.write(rows);
      expect(reopen().all()).toEqual(rows);
      ledger.drop(rows.map(({ identity }) => identity));
      expect(reopen().all()).toEqual([]);
    }));
}
