// What a room's disk holds: one transaction changes both.
import { MemoryLedger } from "../support/memory-ledger.ts";
import { MemoryLog } from "../support/memory-log.ts";

export class RoomStore {
  readonly log: MemoryLog;
  readonly ledger: MemoryLedger;

  constructor(log: MemoryLog, ledger: MemoryLedger) {
    this.log = log;
    this.ledger = ledger;
  }

  static named(epoch: string): RoomStore {
    return new RoomStore(new MemoryLog(epoch), new MemoryLedger());
  }

  clone(): RoomStore {
    return new RoomStore(this.log.clone(), this.ledger.clone());
  }
}
