import { ledgerContract } from "../support/ledger-contract.ts";
import { MemoryLedger } from "../support/memory-ledger.ts";

ledgerContract(async (body) => {
  const ledger = new MemoryLedger();
  body(ledger, () => ledger.clone());
});
