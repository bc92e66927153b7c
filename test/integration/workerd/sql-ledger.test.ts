import { runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import type { BudgetRow } from "../../../src/room/budget-ledger.ts";
import { Database } from "../../../src/room/database.ts";
import { SqlLedger } from "../../../src/room/sql-ledger.ts";
import { ledgerContract } from "../../support/ledger-contract.ts";
import { freshRoom, roomOf } from "./client.ts";

ledgerContract((body) =>
  // A room that nobody has been in has an empty one.
  runInDurableObject(roomOf(freshRoom()), (_room, { storage: { sql } }) =>
    body(new SqlLedger(new Database(sql)), () => new SqlLedger(new Database(sql))),
  ),
);

test("[D12] no statement has a parameter over the platform's 2 MB, however many rows are written", () =>
  runInDurableObject(roomOf(freshRoom()), (_room, { storage: { sql } }) => {
    const lengths: number[] = [];
    const watched = {
      exec: (query: string, ...bindings: SqlStorageValue[]) => {
        lengths.push(...bindings.map((binding) => (typeof binding === "string" ? binding.length : 0)));
        return sql.exec(query, ...bindings);
      },
    };
    const ledger = new SqlLedger(new Database(watched as SqlStorage));
    const rows = Array.from({ length: 10_000 }, (_, i): BudgetRow => ({
      identity: `${i}`.padStart(64, "0"),
      term: "t".repeat(36),
      spent: "t".repeat(36),
      state: "held",
      debts: { message: 86_400_000, join: 86_400_000 },
      at: 1_763_900_000_000,
    }));
    ledger.write(rows);
    expect(ledger.all()).toEqual(rows);
    ledger.drop(rows.map(({ identity }) => identity));
    expect(ledger.all()).toEqual([]);
    expect(lengths.reduce((sum, length) => sum + length)).toBeGreaterThan(2_000_000);
    expect(Math.max(...lengths)).toBeLessThan(500_000);
  }));
