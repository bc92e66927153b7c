import { runInDurableObject } from "cloudflare:test";
import { SqlLedger } from "../../../src/room/sql-ledger.ts";
import { ledgerContract } from "../../support/ledger-contract.ts";
import { freshRoom, roomOf } from "./client.ts";

ledgerContract((body) =>
  // A room that nobody has been in has an empty one.
  runInDurableObject(roomOf(freshRoom()), (_room, { storage: { sql } }) =>
    body(new SqlLedger(sql), () => new SqlLedger(sql)),
  ),
);
