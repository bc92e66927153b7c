import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { Database } from "../../../src/room/database.ts";
import { SqlLog } from "../../../src/room/sql-log.ts";
import { logContract, messageAt } from "../../support/log-contract.ts";

let rooms = 0;

logContract(async (body) => {
  const stub = env.ROOMS.get(env.ROOMS.idFromName(`log-${rooms++}`));
  await runInDurableObject(stub, (_room, state) => {
    const database = new Database(state.storage.sql);
    const log = new SqlLog(database, "epoch-1");
    log.name();
    body(log, () => new SqlLog(new Database(state.storage.sql), "another"));
  });
});

test("[D12] a classic message costs one row, and leaves none of its sender", async () => {
  const stub = env.ROOMS.get(env.ROOMS.idFromName(`log-${rooms++}`));
  await runInDurableObject(stub, (_room, state) => {
    new SqlLog(new Database(state.storage.sql), "epoch-1").append(
      [messageAt(1)],
      JSON.stringify([messageAt(1)]),
    );
    expect(state.storage.sql.exec("SELECT * FROM senders").toArray()).toEqual([]);
  });
});
