import { MemoryLog } from "../../src/room/message-log.ts";
import { logContract } from "../support/log-contract.ts";

logContract(async (body) => {
  const log = new MemoryLog("epoch-1");
  body(log, () => log);
});
