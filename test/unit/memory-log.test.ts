import { MemoryLog } from "../support/memory-log.ts";
import { logContract } from "../support/log-contract.ts";

logContract(async (body) => {
  const log = new MemoryLog("epoch-1");
  body(log, () => log);
});
