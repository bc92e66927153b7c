import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { migrate } from "../../../src/room/schema.ts";
import { SqlLog } from "../../../src/room/sql-log.ts";
import { logContract, messageAt } from "../../support/log-contract.ts";

let rooms = 0;

logContract(async (body) => {
  const stub = env.ROOMS.get(env.ROOMS.idFromName(`log-${rooms++}`));
  await runInDurableObject(stub, (_room, state) => {
    // The room opened its log when it was made; begin with none.
    state.storage.sql.exec(
      "DROP TABLE meta; DROP TABLE messages; DROP TABLE senders; DROP TABLE budgets; DROP TABLE migrations;",
    );
    migrate(state.storage.sql);
    body(new SqlLog(state.storage.sql, "epoch-1"), () => new SqlLog(state.storage.sql, "another"));
  });
});

test("[D12] a classic message costs one row, and leaves none of its sender", async () => {
  const stub = env.ROOMS.get(env.ROOMS.idFromName(`log-${rooms++}`));
  await runInDurableObject(stub, (_room, state) => {
    new SqlLog(state.storage.sql, "epoch-1").append([messageAt(1)], JSON.stringify([messageAt(1)]));
    expect(state.storage.sql.exec("SELECT * FROM senders").toArray()).toEqual([]);
  });
});
