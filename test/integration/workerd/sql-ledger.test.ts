import { runInDurableObject } from "cloudflare:test";
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
